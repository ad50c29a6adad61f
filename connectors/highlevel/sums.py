"""The items, taxes, discounts and sums of HighLevel's orders, invoices and opportunities, read for what they cost."""

from decimal import Decimal

from connectors.highlevel.money import NOTHING, Item, Priced, Stated, priced
from connectors.highlevel.records import Record
from connectors.highlevel.settings import Opportunities
from handlers.values import Question, round_ore


def order_sums(record: Record) -> Priced:
    """An order (HighLevel facts, section 7): amounts in major units, the order's discount spread over its lines.

    Raises ``Unreadable`` naming the field, ``Question`` where the parts do not add up to ``amount``.
    """
    summary = record.inner("amountSummary")
    by_rate, inclusive = _tax_summary(record)
    items = [_order_item(item) for item in record.items("items")]
    if inclusive is not None and any(item.inclusive is not inclusive for item in items if item.inclusive is not None):
        raise Question("the taxes of the items and of the whole order are not of one kind (inclusive or exclusive)")
    vat = _order_vat(summary, by_rate)
    # Where a line has several taxes, its VAT rate is their sum, and taxSummary has none of that rate.
    several = any(len(list(item.inner("product").items("taxes"))) > 1 for item in record.items("items"))
    return priced(
        items,
        Stated(
            total=record.amount("amount"),
            vat=vat,
            vat_by_rate={} if several else by_rate,
            discount=summary.amount("discount", NOTHING),
            shipping=summary.amount("shipping", NOTHING),
        ),
    )


def invoice_sums(record: Record) -> Priced:
    """An invoice (HighLevel facts, section 7): a discount in percent is one of each line, a fixed one is spread.

    Raises ``Unreadable`` naming the field, ``Question`` where the parts do not add up to ``total``.
    """
    discount, summary = record.inner("discount"), record.inner("totalSummary")
    percentage = (discount.text("type") or "percentage").casefold() == "percentage"
    value = discount.amount("value", NOTHING)
    valid = discount.raw.get("validOnProductIds")
    only = frozenset(map(str, valid)) if isinstance(valid, list) and valid else None
    return priced(
        [_invoice_item(item, only) for item in record.items("invoiceItems")],
        Stated(
            total=record.amount("total"),
            vat=summary.amount("tax") if summary.has("tax") else None,
            discount_percent=value if percentage else NOTHING,
            discount=NOTHING if percentage else value,
        ),
    )


def opportunity_sums(record: Record, terms: Opportunities) -> Priced:
    """One line of ``monetaryValue``, which is without VAT; the settings name the rate that comes on top."""
    value = record.amount("monetaryValue", NOTHING)
    vat = round_ore(value * terms.vat_rate / 100)
    item = Item(
        description=record.text("name") or "",
        quantity=Decimal(1),
        price=value,
        rate=terms.vat_rate,
        inclusive=False,
    )
    return priced([item], Stated(total=value + vat, vat=vat))


def _order_vat(summary: Record, by_rate: dict[Decimal, Decimal]) -> Decimal | None:
    summed = sum(by_rate.values(), NOTHING)
    if not summary.has("tax"):
        return summed if by_rate else None
    stated = summary.amount("tax")
    if by_rate and stated != summed:
        raise Question(f"the order's tax is stated as {stated:f}, its taxSummary adds up to {summed:f}")
    return stated


def _tax_summary(record: Record) -> tuple[dict[Decimal, Decimal], bool | None]:
    """VAT by rate, and whether it is contained in the prices; ``None`` where no entry says so."""
    found: dict[Decimal, Decimal] = {}
    entries = list(record.items("taxSummary"))
    for entry in entries:
        rate = entry.amount("rate")
        found[rate] = found.get(rate, NOTHING) + entry.amount("amount")
    return found, _inclusive(entries)


def _order_item(item: Record) -> Item:
    product, price = item.inner("product"), item.inner("price")
    taxes = list(product.items("taxes"))
    return Item(
        description=item.text("name") or product.text("name") or price.text("name") or "",
        quantity=item.amount("qty"),
        price=price.amount("amount"),
        rate=_rate(taxes),
        inclusive=_inclusive(taxes),
        sku=price.text("sku") or product.text("sku"),
    )


def _invoice_item(item: Record, only: frozenset[str] | None) -> Item:
    taxes = list(item.items("taxes"))
    inclusive = _inclusive(taxes)
    if inclusive is not None and isinstance(item.raw.get("taxInclusive"), bool):
        inclusive = bool(item.raw["taxInclusive"])
    return Item(
        description=", ".join(text for text in (item.text("name"), item.text("description")) if text),
        quantity=item.amount("qty"),
        price=item.amount("amount"),
        rate=_rate(taxes),
        inclusive=inclusive,
        discounted=only is None or (item.text("productId") or "") in only,
    )


def _rate(taxes: list[Record]) -> Decimal:
    return sum((tax.amount("rate") for tax in taxes), NOTHING)


def _inclusive(taxes: list[Record]) -> bool | None:
    """Whether the taxes lie inside the price; ``None`` where there are none. Raises ``Question`` for both at once."""
    real = [tax for tax in taxes if tax.amount("rate")]  # no VAT lies neither inside a price nor on top of it
    ways = {(tax.text("calculation") or "exclusive").casefold() == "inclusive" for tax in real}
    if len(ways) > 1:
        raise Question("taxes that are contained in a price and taxes that come on top of it are mixed")
    return ways.pop() if ways else None
