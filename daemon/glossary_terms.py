"""The words that the bridge and Fortnox use, and what they mean, in English and Swedish."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word: its name and what it means in each language; ``fields`` are Fortnox's, or ours, that hold it."""

    english: str
    swedish: str
    means: str
    means_in_swedish: str
    fields: tuple[str, ...] = ()


GROUPS: dict[str, tuple[Term, ...]] = {
    "How programs talk": (
        Term(
            "API", "API",
            "The calls by which one program asks another to read or do something, instead of a person in a browser.",
            "Anrop med vilka ett program läser eller gör något i ett annat, i stället för en person i webbläsaren.",
        ),
        Term(
            "endpoint", "slutpunkt",
            "One address of an API for one kind of thing, such as /3/invoices. `operations` lists Fortnox's.",
            "En adress i ett API för ett slags sak, till exempel /3/invoices. `operations` listar Fortnox adresser.",
        ),
        Term(
            "webhook", "webhook",
            "A call that a sender makes to us when something happens. It is answered once it is safe on disk.",
            "Ett anrop som en avsändare gör till oss när något händer. Det besvaras när det ligger tryggt på disk.",
        ),
        Term(
            "polling", "hämtning",
            "Asking a sender at intervals for what no webhook told. What was known already happens only once.",
            "Att då och då fråga en avsändare efter det som ingen webhook berättat. Det som är känt händer en gång.",
        ),
        Term(
            "rate limit", "anropsgräns",
            "How many calls are allowed in a time: Fortnox takes 25 in any 5 seconds and answers 429 beyond that.",
            "Hur många anrop som får göras på en tid: Fortnox tar 25 under 5 sekunder och svarar 429 därutöver.",
        ),
        Term(
            "push stream", "händelseström",
            "A connection that stays open and on which Fortnox tells of changes by itself.",
            "En anslutning som hålls öppen och där Fortnox självt berättar om ändringar.",
        ),
    ),
    "Who may do what": (
        Term(
            "authentication", "autentisering",
            "Proving who calls: by a signature, a key or a token. What proves nothing is refused at the door.",
            "Att bevisa vem som anropar: med signatur, nyckel eller token. Det som inget bevisar avvisas vid dörren.",
        ),
        Term(
            "OAuth 2.0", "OAuth 2.0",
            "The way in which a company lets an app in without giving its password away: consent, code, tokens.",
            "Sättet på vilket ett företag släpper in en app utan att lämna ut lösenord: medgivande, kod, token.",
        ),
        Term(
            "consent", "medgivande",
            "The moment in which an administrator of the company approves in the browser what the app may do.",
            "När en administratör i företaget godkänner i webbläsaren vad appen får göra.",
        ),
        Term(
            "client id and client secret", "klient-id och klienthemlighet",
            "The name and the password of the app itself, from Fortnox's developer portal. The secret is never shown.",
            "Appens eget namn och lösenord, från Fortnox utvecklarportal. Hemligheten visas aldrig.",
            ("client_id", "client_secret"),
        ),
        Term(
            "authorization code", "auktoriseringskod",
            "What comes back from the consent. It is traded for tokens within 10 minutes, and once.",
            "Det som kommer tillbaka från medgivandet. Den byts mot token inom 10 minuter, och en gång.",
        ),
        Term(
            "access token", "åtkomsttoken",
            "What each call to Fortnox carries. It lives an hour and is fetched anew before it ends.",
            "Det som varje anrop till Fortnox bär med sig. Den gäller en timme och hämtas på nytt innan den går ut.",
        ),
        Term(
            "refresh token", "förnyelsetoken",
            "What fetches the next access token. Each works once; the next one is on disk before it is used.",
            "Det som hämtar nästa åtkomsttoken. Varje gäller en gång; nästa ligger på disk innan den används.",
        ),
        Term(
            "scope", "behörighet",
            "A part of Fortnox that the app may use, such as invoice. Settings decide which are needed, and no more.",
            "En del av Fortnox som appen får använda, till exempel invoice. Inställningarna avgör vilka som behövs.",
            ("scopes",),
        ),
        Term(
            "tenant", "företagskonto",
            "One company's books at Fortnox. A connection is pinned to one, and another is refused.",
            "Ett företags bokföring hos Fortnox. En anslutning är bunden till ett, och ett annat avvisas.",
            ("DatabaseNumber", "tenant_id"),
        ),
    ),
    "People and registers": (
        Term(
            "customer", "kund",
            "Who buys or answers. Found by our link, then by number or e-mail; never guessed.",
            "Den som köper eller svarar. Hittas med vår länk, sedan med nummer eller e-post; gissas aldrig.",
            ("CustomerNumber", "Name", "Email", "Type"),
        ),
        Term(
            "organisation number", "organisationsnummer",
            "The ten digits of a Swedish company, with a check digit; for a sole trader a personal number.",
            "Ett svenskt företags tio siffror, med kontrollsiffra; för en enskild firma ett personnummer.",
            ("OrganisationNumber",),
        ),
        Term(
            "VAT number", "momsregistreringsnummer (VAT-nummer)",
            "A company's number for VAT in its country, SE and twelve digits in Sweden. VIES says whether it is valid.",
            "Ett företags nummer för moms i sitt land, SE och tolv siffror i Sverige. VIES svarar om det gäller.",
            ("VATNumber",),
        ),
        Term(
            "supplier", "leverantör",
            "Who sends the company bills.",
            "Den som skickar räkningar till företaget.",
            ("SupplierNumber",),
        ),
        Term(
            "article", "artikel",
            "What is sold, with number, unit, price and account.",
            "Det som säljs, med nummer, enhet, pris och konto.",
            ("ArticleNumber", "Description", "Unit"),
        ),
        Term(
            "price list", "prislista",
            "One set of prices of articles, under a code.",
            "En uppsättning priser på artiklar, under en kod.",
            ("PriceList",),
        ),
        Term(
            "cost centre", "kostnadsställe",
            "A part of the company that income and cost are counted on.",
            "En del av företaget som intäkter och kostnader räknas på.",
            ("CostCenter",),
        ),
        Term(
            "project", "projekt",
            "A piece of work that income and cost are counted on, on each row.",
            "Ett arbete som intäkter och kostnader räknas på, på varje rad.",
            ("Project",),
        ),
        Term(
            "label", "etikett",
            "A word of the company's own that marks customers, articles, orders or invoices.",
            "Ett eget ord som märker kunder, artiklar, order eller fakturor.",
            ("Labels",),
        ),
        Term(
            "terms of payment", "betalningsvillkor",
            "How many days an invoice may wait for its payment, under a code.",
            "Hur många dagar en faktura får vänta på betalning, under en kod.",
            ("TermsOfPayment",),
        ),
    ),
    "Documents": (
        Term(
            "offer", "offert",
            "What a sale would cost; it becomes an order or an invoice.",
            "Vad ett köp skulle kosta; blir en order eller en faktura.",
            ("DocumentNumber",),
        ),
        Term(
            "order", "order",
            "A sale that is agreed; it becomes an invoice.",
            "Ett köp som är överenskommet; blir en faktura.",
            ("DocumentNumber", "InvoiceReference"),
        ),
        Term(
            "invoice", "faktura",
            "What a customer is to pay. Until it is booked it can be changed; afterwards only credited.",
            "Det en kund ska betala. Tills den bokförs kan den ändras; sedan bara krediteras.",
            ("DocumentNumber", "Booked", "Balance", "YourOrderNumber"),
        ),
        Term(
            "credit invoice", "kreditfaktura",
            "An invoice with negative rows that takes all or a part of another back, and is linked to it.",
            "En faktura med negativa rader som tar tillbaka hela eller en del av en annan, och är kopplad till den.",
            ("Credit", "CreditInvoiceReference"),
        ),
        Term(
            "our reference", "vår referens",
            "Who at the selling company answers for a document.",
            "Den hos säljaren som svarar för ett dokument.",
            ("OurReference",),
        ),
        Term(
            "booked", "bokförd",
            "It stands in the books by a voucher and is not changed any more.",
            "Den står i bokföringen genom en verifikation och ändras inte mer.",
            ("Booked", "VoucherSeries", "VoucherNumber"),
        ),
        Term(
            "cancelled", "makulerad",
            "A document that is not booked and does not count any more.",
            "Ett dokument som inte är bokfört och inte räknas mer.",
            ("Cancelled",),
        ),
        Term(
            "payment", "inbetalning",
            "Money that came in for an invoice, on the account of its mode of payment.",
            "Pengar som kommit in för en faktura, på betalningssättets konto.",
            ("InvoiceNumber", "Amount", "PaymentDate"),
        ),
        Term(
            "mode of payment", "betalningssätt",
            "A code for a way in which money comes, with its account.",
            "En kod för hur pengar kommer in, med sitt konto.",
            ("ModeOfPayment",),
        ),
    ),
    "Books and VAT": (
        Term(
            "account", "konto",
            "A number of the chart of accounts that amounts are booked on; most Swedish charts follow BAS.",
            "Ett nummer i kontoplanen som belopp bokförs på; de flesta svenska kontoplaner följer BAS.",
            ("Number", "AccountNumber"),
        ),
        Term(
            "voucher", "verifikation",
            "One entry in the books; its debit and credit are equal. It is never changed, only reversed.",
            "En post i bokföringen; debet och kredit är lika. Den ändras aldrig, bara vänds.",
            ("VoucherSeries", "VoucherNumber", "VoucherRows"),
        ),
        Term(
            "voucher series", "verifikationsserie",
            "A letter under which vouchers are numbered without gaps.",
            "En bokstav som verifikationer numreras under utan luckor.",
            ("VoucherSeries",),
        ),
        Term(
            "financial year", "räkenskapsår",
            "The twelve months that books are kept and closed for; a day outside of every year is refused.",
            "De tolv månader som böcker förs och stängs för; en dag utanför alla år avvisas.",
            ("FromDate", "ToDate"),
        ),
        Term(
            "locked period", "låst period",
            "Days up to which nothing is booked any more.",
            "Dagar fram till vilka inget mer bokförs.",
            ("EndDate",),
        ),
        Term(
            "VAT", "moms",
            "Tax on a sale, 25, 12, 6 or 0 percent in Sweden, decided by what is sold, to whom and where.",
            "Skatt på en försäljning, 25, 12, 6 eller 0 procent i Sverige, efter vad som säljs, till vem och var.",
            ("VAT", "TotalVAT", "VATIncluded"),
        ),
        Term(
            "reverse charge", "omvänd betalningsskyldighet",
            "The buyer, a company with a VAT number in another EU country, pays the VAT; the invoice has none.",
            "Köparen, ett företag med momsnummer i ett annat EU-land, betalar momsen; fakturan har ingen.",
            ("VATType",),
        ),
        Term(
            "OSS", "OSS (One Stop Shop)",
            "VAT of the buyer's country on sales to private persons in the EU, declared in Sweden.",
            "Köparlandets moms vid försäljning till privatpersoner i EU, redovisad i Sverige.",
        ),
        Term(
            "currency rate", "valutakurs",
            "What one unit, or several, of another currency is worth in kronor on a day; a rate of 1 is refused.",
            "Vad en eller flera enheter av en annan valuta är värda i kronor en dag; kursen 1 avvisas.",
            ("Currency", "CurrencyRate", "CurrencyUnit"),
        ),
        Term(
            "rounding", "öresavrundning",
            "What Fortnox adds or takes so that a total is whole kronor; written off to an account that you name.",
            "Det Fortnox lägger till eller drar av så att summan blir hela kronor; skrivs av på ett konto du anger.",
            ("RoundOff",),
        ),
    ),
    "Words of the bridge": (
        Term(
            "event", "händelse",
            "What a delivery means, in our own words, the same for every sender.",
            "Vad en leverans betyder, med våra egna ord, samma för alla avsändare.",
        ),
        Term(
            "command", "kommando",
            "What shall be true in Fortnox. It is on disk before it is sent, and becomes true once.",
            "Vad som ska gälla i Fortnox. Det ligger på disk innan det skickas, och blir sant en gång.",
        ),
        Term(
            "workflow", "arbetsflöde",
            "Steps in order that an event, a person, a client or the calendar starts. A run is found by these names.",
            "Steg i ordning som en händelse, en människa, en klient eller kalendern startar. Hittas med dessa namn.",
            ("workflow_id", "survey_id", "account_id"),
        ),
        Term(
            "batch", "sats",
            "Many rows that are taken at once, each with a result of its own.",
            "Många rader som tas på en gång, var och en med eget resultat.",
            ("batch_id", "timestamp", "status"),
        ),
        Term(
            "contact", "kontakt",
            "A person or company as a sender knows it; in Fortnox a customer.",
            "En person eller ett företag som avsändaren känner det; i Fortnox en kund.",
            ("survey_id", "fortnox_customer_id", "email", "update_date"),
        ),
        Term(
            "survey response", "enkätsvar",
            "What a person answered once: answers by key, and a score where there is one.",
            "Vad en person svarat en gång: svar med nyckel, och ett betyg där det finns.",
            ("survey_id", "score", "answers"),
        ),
        Term(
            "dry run", "torrkörning",
            "A delivery taken the whole way in memory: calls, rows, VAT and sums are shown, and nothing is sent.",
            "En leverans som tas hela vägen i minnet: anrop, rader, moms och summor visas, och inget skickas.",
        ),
    ),
}  # fmt: skip
