"""What the evidence of a payout says: what was sold, kept and paid out, and the accounts that it was booked on."""

from collections.abc import Iterator
from decimal import Decimal

from handlers.commands import EnsureEvidence, EnsureRecord
from handlers.events import PayoutMade
from handlers.evidence_layout import figure, heading, labelled, table
from handlers.evidence_text import Told, about, evidence_with, in_kronor, percent, rate_of

FEE_VATS = {
    None: "enligt inställning",
    "none": "utan moms",
    "domestic": "svensk moms",
    "eu": "omvänd moms, EU",
    "outside_eu": "omvänd moms, utanför EU",
}
SALE_COLUMNS = (33, 8, 14, 12)
FEE_COLUMNS = (33, 14, 8, 14)
ACCOUNT_COLUMNS = (33, 16, 16)


def of_payout(event: PayoutMade, command: EnsureRecord, delivery: str) -> EnsureEvidence:
    """The evidence of a payout's voucher: what was sold and kept, and the accounts that it was booked on."""
    core = [
        *heading("Utbetalning"),
        *labelled((("Datum", event.dated), ("Id hos källan", event.thing.id), ("Valuta", event.currency))),
        *labelled([("Kurs", rate_of(event.currency_rate, event.currency))]),
        *_sold(event),
        *_kept(event),
        *heading("Utbetalt"),
        *labelled([("Nettobelopp", f"{figure(event.net)} {event.currency}")]),
        *labelled([("Insatt på banken", in_kronor(event.net_kronor))]),
        *_booked(command),
    ]
    return evidence_with(event, command, event.thing.id, Told(about(event, delivery), core, []))


def _sold(event: PayoutMade) -> Iterator[str]:
    rows = (
        (
            sale.method or "Alla betalsätt",
            sale.currency or event.currency,
            figure(sale.amount),
            "" if sale.currency_rate is None else figure(sale.currency_rate),
        )
        for sale in event.sales
    )
    yield from heading("Sålt")
    yield from table(("Betalsätt", "Valuta", "Belopp", "Kurs"), rows, SALE_COLUMNS)


def _kept(event: PayoutMade) -> Iterator[str]:
    if not event.fees:
        return
    rows = (
        (
            FEE_VATS[fee.vat],
            figure(fee.amount),
            "" if fee.vat == "none" else percent(fee.vat_rate),
            "" if fee.vat_amount is None else figure(fee.vat_amount),
        )
        for fee in event.fees
    )
    yield from heading("Avgifter")
    yield from table(("Moms på avgiften", f"Avgift {event.currency}", "Sats", "Varav moms"), rows, FEE_COLUMNS)


def _booked(command: EnsureRecord) -> Iterator[str]:
    rows = (
        (
            str(row["Account"]),
            *(figure(Decimal(row[side])) if Decimal(row[side]) else "" for side in ("Debit", "Credit")),
        )
        for row in command.fields["VoucherRows"]
    )
    yield from heading("Kontering i kronor")
    yield from table(("Konto", "Debet", "Kredit"), rows, ACCOUNT_COLUMNS)
