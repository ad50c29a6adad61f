"""What Fortnox would answer to a write that it takes as it is: derived from the call, never stored anywhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from connectors.base import Json
from connectors.fortnox.forms import BY_ENVELOPE, FORMS, Form
from connectors.fortnox.registers import KRONA
from connectors.fortnox.table import RESOURCES, Operation
from connectors.fortnox.wire import decimal_of, is_true, text_of
from handlers.totals import NOTHING, Share, Totals, row_total, totals_of, with_surcharges

FIRST, FIRST_ROW = 990_000_001, 980_000_001
"""Numbers from here on are given to what a dry run makes: far beyond those of any company, and still numbers."""

TURNED = ("Net", "TotalVAT", "Total", "RoundOff", "Balance", "Freight", "AdministrationFee")
"""Sums that a credit invoice shows with the other sign."""

SEEN: Mapping[str, str] = {
    "total": "Total",
    "round_off": "RoundOff",
    "balance": "Balance",
    "currency": "Currency",
    "currency_rate": "CurrencyRate",
    "currency_unit": "CurrencyUnit",
    "customer": "CustomerNumber",
    "invoice_date": "InvoiceDate",
    "booked": "Booked",
    "cancelled": "Cancelled",
}
"""What a link keeps of a document, and Fortnox's names of it."""


@dataclass
class Supposed:
    """Objects as they would stand: by path, those of this run under numbers of their own.

    ``names`` shows each of those numbers as ``new-1`` …; ``touched`` says which of them (by path, with what they are
    called) this run made or changed; ``meant`` is what the next document is to come to. ``whole_kronor``: the company
    rounds totals in kronor, as Fortnox does unless it is told otherwise.
    """

    objects: dict[str, Json] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Json] = field(default_factory=dict)
    touched: dict[str, str] = field(default_factory=dict)
    made: int = 0
    rows: int = 0
    meant: Json | None = None
    whole_kronor: bool = True

    def number(self) -> str:
        """A number for something new."""
        self.made += 1
        number = FIRST + self.made - 1
        self.names[str(number)] = f"new-{self.made}"
        return str(number)

    def row_id(self) -> int:
        """The id of a new row."""
        self.rows += 1
        number = FIRST_ROW + self.rows - 1
        self.names[str(number)] = f"new-row-{self.rows}"
        return number

    def keep(self, place: str, resource: str, fields: Json) -> Json:
        """An object as it stands from now on."""
        self.objects[place] = fields
        self.touched[place] = RESOURCES[resource].one
        return fields

    def is_made(self, text: str) -> bool:
        """Whether a path or a value names something of this run."""
        return any(number in text for number in self.names)

    def know(self, kind: str, number: str, state: Mapping[str, str | bool]) -> None:
        """Keep what a link says of a document in Fortnox."""
        resource = next((one for one in RESOURCES.values() if one.one == kind and kind in FORMS), None)
        if resource is None or "total" not in state:
            return
        fields: Json = {name: state[key] for key, name in SEEN.items() if key in state}
        self.seen[f"{resource.path}/{number}"] = {"DocumentNumber": number, **fields}

    def last_seen(self, place: str) -> Json | None:
        """What is known of a document without reading it."""
        return self.seen.get(place)


def written(
    operation: Operation, path: str, query: Mapping[str, str], body: Json, before: Json, supposed: Supposed
) -> tuple[int, Json]:
    """Status and body of the answer; what was made or changed stands in ``supposed`` from now on."""
    fields = _fields_in(operation, body)
    if operation.effect == "delete":
        supposed.objects.pop(path, None)
        return 204, {}
    if operation.effect == "create" and operation.method == "POST" and operation.name.startswith("create_"):
        return 201, {operation.envelope: _created(operation, path, query, fields, supposed)}
    place = "/".join(path.split("/")[: len(RESOURCES[operation.resource].at.split("/"))])
    if operation.name in _MAKING:
        return 200, _made_from(operation, place, before, supposed)
    return 200, {
        operation.envelope: supposed.keep(place, operation.resource, _changed(operation, before, fields, supposed))
    }


def _fields_in(operation: Operation, body: Json) -> Json:
    inner = body.get(operation.envelope)
    if operation.sends != "envelope":
        return body
    return inner if isinstance(inner, dict) else next((one for one in body.values() if isinstance(one, dict)), {})


def _created(operation: Operation, path: str, query: Mapping[str, str], fields: Json, supposed: Supposed) -> Json:
    resource = RESOURCES[operation.resource]
    made = {name: value for name, value in fields.items() if value is not None}
    if "financialyear" in query:
        made |= {"Year": query["financialyear"]}
    for key in dict.fromkeys((operation.key, *resource.keys)):
        if key and not text_of(made.get(key)):
            made[key] = supposed.number()
    if operation.sends == "file":
        made["ArchiveFileId"] = supposed.number()
    if operation.envelope in BY_ENVELOPE:
        made = _whole(BY_ENVELOPE[operation.envelope], made, supposed)
    if operation.envelope in {"InvoicePayment", "SupplierInvoicePayment"}:
        made = {"Booked": False, "Currency": _currency_of(made, supposed), **made}
    keys = [text_of(made.get(key)) or text_of(made.get(operation.key)) for key in resource.keys]
    return supposed.keep("/".join((path, *keys)), operation.resource, made)


def _currency_of(payment: Json, supposed: Supposed) -> str:
    """A payment is in its invoice's currency."""
    place = f"/invoices/{text_of(payment.get('InvoiceNumber'))}"
    invoice = supposed.objects.get(place) or supposed.seen.get(place) or {}
    return text_of(invoice.get("Currency")) or text_of(payment.get("Currency")) or "SEK"


def _changed(operation: Operation, before: Json, fields: Json, supposed: Supposed) -> Json:
    """The object with what the call says of it; an action shows the field that tells of it."""
    known = {name: value for name, value in fields.items() if value is not None}
    changed = {**before, **known}
    action = next((one for one in RESOURCES[operation.resource].actions if one.name == operation.name), None)
    form = BY_ENVELOPE.get(operation.envelope)
    if operation.name in {"book_invoice", "book_payment"}:
        return {**changed, "Booked": True}
    if operation.name.startswith("cancel_"):
        return {**changed, "Cancelled": True}
    if action is not None and action.shown_by and "=" not in action.shown_by:
        return {**changed, action.shown_by: True}
    return changed if form is None else _whole(form, changed, supposed)


# --- made out of another document -----------------------------------------------------------------------------------

_MAKING: Mapping[str, tuple[str, str]] = {
    "order_to_invoice": ("invoice", "InvoiceReference"),
    "offer_to_invoice": ("invoice", "InvoiceReference"),
    "offer_to_order": ("order", "OrderReference"),
    "credit_invoice": ("invoice", "CreditInvoiceReference"),
}
"""Operation -> what it makes, and the field of the source that names it."""


def _made_from(operation: Operation, place: str, before: Json, supposed: Supposed) -> Json:
    """The answer of a call without a body: the source, whose reference names what was made."""
    kind, reference = _MAKING[operation.name]
    source, target = _source_of(operation), FORMS[kind]
    number = supposed.number()
    made = _credited(before) if operation.name == "credit_invoice" else _converted(source, target, before)
    rows = [{name: value for name, value in row.items() if name != "RowId"} for row in made[target.rows]]
    made |= {"DocumentNumber": number, "Booked": False, "Cancelled": False}
    made[target.rows] = list(_with_ids(rows, supposed))
    supposed.keep(f"{RESOURCES[f'{kind}s'].path}/{number}", f"{kind}s", made)
    return {source.envelope: supposed.keep(place, operation.resource, {**before, reference: number})}


def _source_of(operation: Operation) -> Form:
    return FORMS[RESOURCES[operation.resource].one]


def _converted(source: Form, target: Form, before: Json) -> Json:
    """Header and rows go over; the day is Fortnox's own, and shows as the source's here."""
    rows = []
    for row in before.get(source.rows, []):
        quantity = next((row[name] for name in source.quantities if name in row), "0")
        others = {name: value for name, value in row.items() if name not in source.quantities}
        rows.append({**others, **dict.fromkeys(target.quantities, quantity)})
    carried = {name: value for name, value in before.items() if name not in {source.rows, source.date, *source.becomes}}
    made = {**carried, target.rows: rows, target.date: text_of(before.get(source.date))}
    reference = f"{source.kind.capitalize()}Reference"
    return {**made, reference: text_of(before.get("DocumentNumber")), "Balance": before.get("Total")}


def _credited(before: Json) -> Json:
    """The same invoice with its sums and quantities turned round."""
    rows = [_turned(row, ("DeliveredQuantity", "Total")) for row in before.get("InvoiceRows", [])]
    turned = _turned(before, TURNED)
    number = text_of(before.get("DocumentNumber"))
    unset = {"CreditInvoiceReference": number, "ExternalInvoiceReference1": "", "ExternalInvoiceReference2": ""}
    return {**turned, "InvoiceRows": rows, "Credit": "true", **unset}


def _turned(fields: Json, names: tuple[str, ...]) -> Json:
    return {
        name: -(decimal_of(value) or NOTHING) if name in names and decimal_of(value) is not None else value
        for name, value in fields.items()
    }


# --- totals ---------------------------------------------------------------------------------------------------------


def _whole(form: Form, fields: Json, supposed: Supposed) -> Json:
    """A document with the sums of its rows, rounded the way that was meant where the rows can come to that."""
    shares = [share_of(form, row) for row in fields.get(form.rows, []) if isinstance(row, dict)]
    beside = [decimal_of(fields.get(name)) or NOTHING for name in ("Freight", "AdministrationFee")]
    ways = [
        with_surcharges(way, beside) for way in totals_of(shares, prices_include_vat=is_true(fields.get("VATIncluded")))
    ]
    taken = next((way for way in ways if _is_meant(way, supposed.meant)), ways[0])
    total = taken.total
    if supposed.whole_kronor and fields.get("Currency", KRONA) == KRONA:
        total = total.quantize(Decimal(1), ROUND_HALF_UP)
    sums = {"Net": taken.excluding_vat - sum(beside), "TotalVAT": taken.vat, "Total": total}
    sums["RoundOff"] = total - taken.total
    unset: Json = {"Booked": False, "Cancelled": False, "CurrencyRate": 1, "CurrencyUnit": 1}
    given = {name: value for name, value in fields.items() if name not in sums}
    whole = {**unset, **dict(zip(("Freight", "AdministrationFee"), beside, strict=True)), **given, **sums}
    return {**whole, "Balance": total, form.rows: list(_with_ids(whole.get(form.rows, []), supposed))}


def share_of(form: Form, row: Json) -> Share:
    """A row's total as priced, and its VAT rate."""
    quantity = next((decimal_of(row[name]) or NOTHING for name in form.quantities if name in row), NOTHING)
    discount = decimal_of(row.get("Discount")) or NOTHING
    amount = discount if row.get("DiscountType") == "AMOUNT" else NOTHING
    total = row_total(quantity, decimal_of(row.get("Price")) or NOTHING, discount - amount, amount)
    return Share(total, decimal_of(row.get("VAT")) or NOTHING)


def _is_meant(way: Totals, meant: Json | None) -> bool:
    if meant is None or meant.get("total") is None:
        return False
    return way.total == Decimal(meant["total"]) and way.vat == Decimal(meant["vat"])


def _with_ids(rows: Sequence[Json], supposed: Supposed) -> Iterator[Json]:
    """Rows as Fortnox stores them: each with its id, and without what was cleared."""
    for row in rows:
        known = {"RowId": row["RowId"]} if "RowId" in row else {"RowId": supposed.row_id()}
        whole = {**known, **{name: value for name, value in row.items() if value is not None}}
        yield {name: "" if value == "API_BLANK" else value for name, value in whole.items()}
