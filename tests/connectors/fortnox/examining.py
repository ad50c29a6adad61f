"""A sound company in the simulator, and what an examination of it is compared with; a fault changes one of the two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from connectors.findings import Finding
from connectors.fortnox.checks import findings, readings
from connectors.fortnox.expected import Expected
from connectors.fortnox.needs import Needs, Pinned
from connectors.fortnox.simulator import CompanySettings
from handlers.settings import Articles, Bookkeeping, Documents
from handlers.settings import CompanySettings as Rules
from tests.connectors.fortnox.stand import Stand, stand

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
EXPECTED = Expected(
    currencies=("SEK", "EUR"),
    price_lists=("A",),
    terms_of_payment=("30",),
    terms_of_delivery=("FVL",),
    ways_of_delivery=("POST",),
    voucher_series=("A",),
    cost_centers=("SYD",),
    projects=("7",),
    articles=("TIM",),
)
RULES = Rules(
    name="demo",
    start=date(2026, 1, 1),
    bookkeeping=Bookkeeping(round_off_account=3740),
    documents=Documents(module="order+offer"),
    articles=Articles(policy="create", default_vat=25),
)
STANDING = {
    "terms_of_delivery": [{"Code": "FVL", "Description": "Fritt vårt lager"}],
    "ways_of_delivery": [{"Code": "POST", "Description": "Posten"}],
    "cost_centers": [{"Code": "SYD", "Description": "Södra"}],
    "projects": [{"ProjectNumber": "7", "Description": "Ombyggnad"}],
    "articles": [{"ArticleNumber": "TIM", "Description": "Konsulttimme", "SalesAccount": 3001}],
    "customers": [{"Name": "Exempel Bygg AB", "OrganisationNumber": "556677-8899", "Email": "inkop@example.test"}],
}


@dataclass
class Ground:
    """A sound company, and all that an examination compares it with; a fault changes one of the two."""

    here: Stand
    needs: Needs
    spare: int = 0

    async def switch(self, **switches: Any) -> None:
        """Change switches of the simulated company."""
        await self.here.control("POST", "settings", {"company": 1001, **switches})

    def change(self, kind: str, key: str, **fields: Any) -> None:
        """Change an object past the checks that Fortnox makes on a call."""
        company = self.here.simulator.companies[1001]
        company.records_of(kind)[key].data |= fields

    def account(self, number: int, **fields: Any) -> None:
        """Change an account in every year."""
        company = self.here.simulator.companies[1001]
        for year in (26, 27):
            company.chart(year)[str(number)].data |= fields

    def settings(self, **fields: Any) -> None:
        """Change the company's section ``bookkeeping``."""
        books = Bookkeeping.model_validate(RULES.bookkeeping.model_dump(exclude_none=True) | fields)
        self.needs = replace(self.needs, settings=RULES.model_copy(update={"bookkeeping": books}))

    async def refuse(self, path: str, code: int, status: int = 400) -> None:
        """Let calls of a path be refused with an error code."""
        body = {"ErrorInformation": {"error": 1, "message": "Hemligt namn", "code": code}}
        await self.here.fault("status", "GET", path, status=status, body=body, times=None)

    async def examine(self) -> list[Finding]:
        """Read and check."""
        seen = await self.here.target.examine(readings(self.needs), priority=0, spare=self.spare)
        return findings(seen, self.needs)


@asynccontextmanager
async def ground(**more: Any) -> AsyncIterator[Ground]:
    """The sound company."""
    company = CompanySettings(rate_limit=0, financial_years=(2026,))
    async with stand(company=company, clock=lambda: NOW, **more) as here:
        await here.seed(**STANDING)
        pinned = Pinned("1001", "555555-5555")
        yield Ground(here, Needs(RULES, here.target.settings, NOW.date(), EXPECTED, {}, pinned))
