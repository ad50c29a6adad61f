"""Events that tests start from: the published example order of the Standard Webhooks sender, and a survey."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from handlers.events import Answer, Document, InvoiceChanged, Line, OrderChanged, Party, SurveySubmitted
from handlers.settings import (
    Articles,
    Bookkeeping,
    CompanySettings,
    Customers,
    Documents,
    RuleOptions,
    Survey,
    Vat,
    WriteBack,
)
from handlers.values import Ref

NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
TODAY = date(2026, 11, 13)

TALLBACKEN = Party(
    source_id="C-778",
    name="Tallbacken Bygg & Entreprenad AB",
    organisation_number="559904-2032",
    email="inkop.tallbacken@example.com",
    country="SE",
)
TIMBER = Line(
    sku="TRA-45X95",
    description="Regel 45x95 C24, meter",
    quantity=Decimal(120),
    unit="m",
    unit_price=Decimal("24.50"),
    vat_rate=Decimal(25),
    discount_percent=Decimal(10),
)
CRANE = Line(
    sku="FRAKT",
    description="Kranbilsleverans",
    quantity=Decimal(1),
    unit="st",
    unit_price=Decimal("950.00"),
    vat_rate=Decimal(25),
)
DOCUMENT = Document(
    number="SO-20931",
    currency="SEK",
    prices_include_vat=False,
    customer=TALLBACKEN,
    lines=(TIMBER, CRANE),
    total_excluding_vat=Decimal("3596.00"),
    total_vat=Decimal("899.00"),
    total=Decimal("4495.00"),
    dated=TODAY,
    paid=TODAY,
)


Status = Literal["offer", "won", "invoiced", "paid", "refunded", "cancelled"]


def company(
    *,
    bookkeeping: Bookkeeping | None = None,
    survey: Survey | None = None,
    documents: Documents | None = None,
    articles: Articles | None = None,
    vat: Vat | None = None,
    customers: Customers | None = None,
    rules: dict[str, RuleOptions] | None = None,
    write_backs: dict[str, WriteBack] | None = None,
) -> CompanySettings:
    """A company's settings with some parts replaced."""
    return CompanySettings(
        name="demo",
        start=date(2026, 1, 1),
        bookkeeping=bookkeeping or Bookkeeping(),
        survey=survey or Survey(),
        documents=documents or Documents(),
        articles=articles or Articles(),
        vat=vat or Vat(),
        customers=customers or Customers(),
        rules=rules or {},
        write_backs=write_backs or {},
    )


def order(document: Document = DOCUMENT, status: Status = "paid") -> OrderChanged:
    """The order SO-20931 at a status."""
    thing = Ref(system="shop", kind="order", id="SO-20931")
    return OrderChanged(thing=thing, version=Decimal(1), occurred_at=NOW, dated=TODAY, status=status, document=document)


def paid_invoice(document: Document = DOCUMENT, status: Literal["issued", "paid", "voided"] = "paid") -> InvoiceChanged:
    """An invoice of the source's own with the same money."""
    thing = Ref(system="shop", kind="invoice", id="F-7")
    return InvoiceChanged(
        thing=thing, version=Decimal(1), occurred_at=NOW, dated=TODAY, status=status, document=document
    )


def survey(
    respondent: Party = TALLBACKEN, *answers: Answer, score: Decimal | None = Decimal(9), name: str = "kundenkat-q4"
) -> SurveySubmitted:
    """A response of the autumn's survey."""
    return SurveySubmitted(
        thing=Ref(system="ghl", kind="response", id="resp-1"),
        version=Decimal(1),
        occurred_at=NOW,
        dated=TODAY,
        survey=name,
        respondent=respondent,
        score=score,
        answers=answers,
    )
