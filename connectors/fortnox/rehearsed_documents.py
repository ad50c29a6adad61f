"""What a rehearsal made or changed, in money: documents by account and VAT rate, payments, and rows of vouchers."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from connectors.base import Json
from connectors.fortnox.forms import FORMS, Form
from connectors.fortnox.rehearsal import Rehearsal
from connectors.fortnox.supposed import share_of
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.sums import Priced, by_account

NOTHING = Decimal("0.00")


def documents_of(rehearsal: Rehearsal) -> list[Json]:
    """Each document, payment and voucher that the run made or changed, as it would stand in the end."""
    return list(_told(rehearsal))


def _told(rehearsal: Rehearsal) -> Iterator[Json]:
    for place, resource in rehearsal.supposed.touched.items():
        fields = rehearsal.supposed.objects.get(place)
        if fields is None:
            continue
        if resource in FORMS:
            yield _document(FORMS[resource], fields, rehearsal)
        elif resource == "payment":
            yield _payment(fields, rehearsal)
        elif resource == "voucher":
            yield _voucher(fields)


def _document(form: Form, fields: Json, rehearsal: Rehearsal) -> Json:
    rows = [row for row in fields.get(form.rows, []) if isinstance(row, dict)]
    priced = [_priced(form, row) for row in rows]
    sums = by_account(priced, prices_include_vat=is_true(fields.get("VATIncluded")))
    number = text_of(fields.get("DocumentNumber"))
    return {
        "document": rehearsal.shown(f"{form.kind}:{number}"),
        "customer": rehearsal.shown(text_of(fields.get("CustomerNumber"))),
        "dated": text_of(fields.get(form.date)),
        "currency": text_of(fields.get("Currency")),
        "net": _amount(fields, "Net"),
        "freight": _amount(fields, "Freight"),
        "administration_fee": _amount(fields, "AdministrationFee"),
        "vat": _amount(fields, "TotalVAT"),
        "round_off": _amount(fields, "RoundOff"),
        "total": _amount(fields, "Total"),
        "booked": is_true(fields.get("Booked")),
        "cancelled": is_true(fields.get("Cancelled")),
        "accounts": accounts_of(sums),
    }


def accounts_of(sums: Mapping[tuple[int | None, Decimal | None], Decimal]) -> list[Json]:
    """Sums by account and rate as people and programs read them."""
    return [
        {"account": account, "vat_rate": None if rate is None else plain(rate), "net": f"{amount:.2f}"}
        for (account, rate), amount in sums.items()
    ]


def _priced(form: Form, row: Json) -> Priced:
    share, account = share_of(form, row), text_of(row.get("AccountNumber"))
    return Priced(int(account) if account.isdigit() else None, share.rate, share.amount)


def _payment(fields: Json, rehearsal: Rehearsal) -> Json:
    by = text_of(fields.get("ModeOfPayment")) or text_of(fields.get("ModeOfPaymentAccount"))
    amount = fields.get("AmountCurrency", fields.get("Amount"))
    return {
        "document": rehearsal.shown(f"payment:{text_of(fields.get('Number'))}"),
        "of": rehearsal.shown(f"invoice:{text_of(fields.get('InvoiceNumber'))}"),
        "dated": text_of(fields.get("PaymentDate")),
        "currency": text_of(fields.get("Currency")),
        "total": f"{decimal_of(amount) or NOTHING:.2f}",
        "by": by,
        "booked": is_true(fields.get("Booked")),
    }


def _voucher(fields: Json) -> Json:
    rows = [row for row in fields.get("VoucherRows", []) if isinstance(row, dict)]
    return {
        "document": f"voucher in series {text_of(fields.get('VoucherSeries'))}",
        "dated": text_of(fields.get("TransactionDate")),
        "rows": [
            {"account": row.get("Account"), "debit": _amount(row, "Debit"), "credit": _amount(row, "Credit")}
            for row in rows
        ],
    }


def _amount(fields: Json, name: str) -> str:
    return f"{decimal_of(fields.get(name)) or NOTHING:.2f}"
