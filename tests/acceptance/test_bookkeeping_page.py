"""The worked examples of docs/bookkeeping.md: each webhook is sent, and Fortnox then holds what the page shows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon.cli.story_text import decision_lines
from daemon.explain import Explainer
from tests.acceptance.scene import CompanyPlan, Scene, scene

PAGE = Path(__file__).parents[2] / "docs" / "bookkeeping.md"
SIMULATOR = {"extra_accounts": [2421, 3107, 3590, 4535], "vat_rates": [25, 12, 6, 0, 19]}
"""What these companies have in Fortnox besides what every one has."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """One section of the page: settings, the webhooks, what was decided and what stands in Fortnox."""

    title: str
    settings: str
    bodies: tuple[Json, ...]
    shown: str


def examples() -> Iterator[Example]:
    """The sections of the page that hold a webhook."""
    for section in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        found = re.findall(r"^```(toml|json|text)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
        blocks, bodies = dict(found), tuple(json.loads(text) for language, text in found if language == "json")
        if bodies:
            yield Example(section.splitlines()[0], blocks.get("toml", ""), bodies, blocks["text"])


async def decided(stage: Scene) -> list[str]:
    """What explain tells of the invoice's VAT and currency."""
    explainer = Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None)
    (story,) = await explainer.stories("in-1")
    return [line for command in story["commands"] for line in decision_lines(command["decisions"])]


def shown(decisions: list[str], state: Json) -> str:
    """The decisions, the documents and their vouchers as the page writes them."""
    cards = {card["CustomerNumber"]: card for card in state["customers"]}
    lines = list(decisions)
    for invoice in state["invoices"]:
        prices = "with" if invoice["VATIncluded"] else "without"
        rate = f" at {_number(invoice['CurrencyRate'])}" if invoice["Currency"] != "SEK" else ""
        card = cards[invoice["CustomerNumber"]]
        credited = f", credit of {invoice['CreditInvoiceReference']}"
        named = f"Invoice {invoice['DocumentNumber']}{credited if invoice['Credit'] == 'true' else ''}"
        lines.append(f"{named}, {card['VATType']}, {invoice['Currency']}{rate}, prices {prices} VAT")
        lines += [_row(row) for row in invoice["InvoiceRows"]]
        names = ("Net", "Freight", "AdministrationFee", "TotalVAT", "RoundOff", "Total")
        amounts = [(name, Decimal(str(invoice[name]))) for name in names]
        lines.append("  ".join(f"{name} {_amount(value)}" for name, value in amounts if value or name == "TotalVAT"))
    lines += [line for voucher in state["vouchers"] for line in _voucher(voucher)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row(row: Json) -> str:
    off = Decimal(str(row["Discount"]))
    discount = "" if not off else f" less {_number(off)}{' %' if row['DiscountType'] == 'PERCENT' else ''}"
    sold = f"{_number(row['DeliveredQuantity'])} x {_amount(Decimal(str(row['Price'])))}{discount}"
    total = _amount(Decimal(str(row["Total"])))
    return f"  {row['Description']:<30}{sold:>24}{row['VAT']:>5} %{row['AccountNumber']:>6}{total:>10}"


def _voucher(voucher: Json) -> Iterator[str]:
    yield f"Voucher {voucher['VoucherSeries']} {voucher['VoucherNumber']}, {voucher['TransactionDate']}"
    for row in voucher["VoucherRows"]:
        debit, credit = (Decimal(str(row[side])) for side in ("Debit", "Credit"))
        yield f"  {row['Account']}{_amount(debit) if debit else '':>12}{_amount(credit) if credit else '':>12}"


def _number(value: Any) -> str:
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(value: Decimal) -> str:
    return f"{value:.2f}"


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f29", "f33", "f35", "f37", "f38")
@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.title)
async def test_a_worked_example_comes_out_as_written(tmp_path: Path, example: Example) -> None:
    """From the webhooks to rows, totals and vouchers; whoever changes a rule changes the page with it."""
    async with scene(tmp_path, CompanyPlan(sections=example.settings), simulator=SIMULATOR) as stage:
        await stage.send(*example.bodies)
        await stage.settle()
        assert shown(await decided(stage), await stage.state()) == example.shown, stage.commands()
