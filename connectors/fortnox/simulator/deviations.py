"""What is known to differ from Fortnox, or was decided without evidence, as a table to print."""

from connectors.fortnox.simulator.deviations_events import DEVIATIONS_OF_EVENTS
from connectors.fortnox.simulator.deviations_ledger import DEVIATIONS_OF_LEDGER
from connectors.fortnox.simulator.deviations_paper import DEVIATIONS_OF_PAPER
from connectors.fortnox.simulator.deviations_registers import DEVIATIONS_OF_REGISTERS
from connectors.fortnox.simulator.errors import Invented

DEVIATIONS: tuple[tuple[str, str], ...] = (
    ("Resources", "All of the table of facts; /api/warehouse, /api/time and recurring billing do not exist."),
    ("XML", "Only JSON; an XML Accept or Content-Type is refused (1000030, 1000031)."),
    ("Legacy authentication", "The Access-Token and Client-Secret headers do not exist."),
    (
        "Authorization page",
        "Every consent is approved at once; the extra parameters: tenant chooses the company, deny denies.",
    ),
    ("Client credentials", "A scope in the request is ignored; the token carries every scope of the company."),
    ("429", "The body is invented; a refused call takes no place in the window (both can be switched or ordered)."),
    ("Unknown query parameters", "Refused with 2000588; a switch ignores them instead."),
    ("limit above 500", "Refused with 2000588."),
    ("Sorting", "Numeric texts sort by value; everything else without regard to case."),
    ("Read-only properties", "Accepted when equal to what is stored (on create: the default), else 2001399."),
    ("@url in a request", "Ignored."),
    ("Text rows", "A row with only a description stays as it is; two in a row do not become a product row."),
    ("Article's VAT", "Its sales account's own rate; 25 for another account of class 3, 0 for any other."),
    ("Article's accounts", "A defaulted one is looked up at the first change only, then refused with 2000423."),
    ("Article's unit", "Must stand in the register (2000432); a row's unit is not looked up."),
    (
        "Article's stock",
        "Only QuantityInStock moves, by hand; nothing is reserved; disposable only with StockGoods.",
    ),
    ("Article in a row", "Account by the VAT regime, 0 % under one without VAT; an inactive one has an invented code."),
    ("Article deleted", "Refused with an invented code while any document holds it; else its number is free again."),
    (
        "Prices",
        "First price in a list brings its base row of 0; a switch gives each new article one in list A at once.",
    ),
    (
        "Price of a row",
        "The list's row for the quantity, else list A's, else 0; Percent, currency and VATIncluded ignored.",
    ),
    ("Price lists", "Only A is seeded; customers and documents may only name a list that exists (2000431)."),
    ("GET /3/prices", "Lists every price; a sublist of something unknown is empty."),
    ("Units, terms of payment", "Can be deleted while in use; terms whose code is no number mean 30 days, K and PF 0."),
    ("Credit", "Only of a booked invoice, dated today; quantities, fees and discounts in kronor turn negative."),
    ("Second credit", "Not prevented, the original then refers to the last one; a switch refuses it."),
    (
        "Credit's references",
        "The external ones are the original's (a switch leaves them out); order and offer have none.",
    ),
    (
        "Credit booked",
        "Lowers the original's balance as far as that goes; the rest stays as the credit's negative balance.",
    ),
    ("Credit cancelled", "The original keeps its CreditInvoiceReference and can be credited again."),
    ("OCR when crediting", "One that exists is refused with an invented code; an ordinary invoice is not looked at."),
    ("Stock points", "Nothing in them."),
    ("Order totals", "Count OrderedQuantity; a row without one has 0."),
    ("Order closed", "Invoiced or cancelled, an order refuses every change with an invented code."),
    ("Order's invoice cancelled", "The order keeps its InvoiceReference and cannot be invoiced again."),
    ("Made from another", "Dated today; Remarks carry over only with CopyRemarks, e-mail block and template never."),
    ("Rows from an order", "Refused (invented code) only where something changes; the same rows may be sent."),
    ("Order filters", "expired: delivery date passed and open; invoicenotcreated leaves out cancelled ones."),
    (
        "Offer to order",
        "The whole quantity is ordered and delivered; YourReferenceNumber becomes YourOrderNumber, cut at 30.",
    ),
    ("Offer's answers", "createorder answers with the order, createinvoice with the offer; two switches change that."),
    (
        "Offer closed",
        "Cancelled or invoiced (invented codes); ExpireDate is OfferDate plus a switch's days, 30 at first.",
    ),
    ("Offer's order", "Its invoice is not noted on the offer; cancelling it does not open the offer again."),
    ("Offer filters", "expired: past its last day and open; completed and notcompleted follow NotCompleted."),
    ("Customer in use", "2000310 while an invoice or order is not cancelled, 2003614 while an offer is open."),
    ("Freight and fee", "Always without VAT, with 25 % VAT under SEVAT and EUVAT, whatever VATIncluded says."),
    ("Discount in kronor", "Taken from the whole row, not from each piece."),
    ("Customer's InvoiceDiscount", "Stored, not applied."),
    ("DueDate", "Does not follow a later change of InvoiceDate or TermsOfPayment."),
    ("Rounding", "To whole kronor for SEK only."),
    ("Currencies", "SEK, EUR, USD, NOK and DKK are seeded with fixed rates; CurrencyRate defaults to BuyRate."),
    ("VAT number", "Only its shape is checked."),
    ("Payment amount", "Without Amount and AmountCurrency the open balance is meant; amount plus write-offs settle."),
    ("Search lag", "A switch keeps new objects out of lists for some seconds; their number finds them at once."),
    ("Overpayment", "Booking a payment that takes the balance past 0 is refused with an invented code."),
    ("Mode of payment", "Without one BG is taken; AG, BG, K and PG are seeded."),
    ("YourOrderNumber of invoices", "Cut at 30 as measured on orders."),
    *DEVIATIONS_OF_PAPER,
    *DEVIATIONS_OF_REGISTERS,
    *DEVIATIONS_OF_LEDGER,
    *DEVIATIONS_OF_EVENTS,
)


def invented_codes() -> list[tuple[str, str]]:
    """Give every invented code with what it stands for."""
    return [(str(code.value), code.name.lower().replace("_", " ")) for code in Invented]


def printed() -> str:
    """Give the table of deviations and of invented codes as text."""
    width = max(len(subject) for subject, _ in DEVIATIONS)
    lines = [f"{subject:<{width}}  {text}" for subject, text in DEVIATIONS]
    codes = [f"{code}  {meaning}" for code, meaning in invented_codes()]
    return "\n".join(["Known deviations from Fortnox", *lines, "", "Invented error codes", *codes])
