"""The choices of one company, as rules read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from handlers.settings.bookkeeping import Bookkeeping, Brakes
from handlers.settings.customers import Customers
from handlers.settings.documents import Articles, Documents
from handlers.settings.mapping import MappingSection
from handlers.settings.own_rules import Own, OwnFields, OwnRule
from handlers.settings.payments import Method, Payments
from handlers.settings.payouts import Payouts
from handlers.settings.refunds import Refunds
from handlers.settings.rules import PLAIN_RULE, RuleOptions
from handlers.settings.survey import Survey
from handlers.settings.vat import Vat
from handlers.settings.write_back import NOTHING_BACK, WriteBack
from handlers.values import Frozen

__all__ = [
    "Articles",
    "Bookkeeping",
    "Brakes",
    "CompanySettings",
    "Customers",
    "Documents",
    "MappingSection",
    "Method",
    "Own",
    "OwnFields",
    "OwnRule",
    "Payments",
    "Payouts",
    "Refunds",
    "RuleOptions",
    "Survey",
    "Vat",
    "WriteBack",
]


class CompanySettings(Frozen):
    """All that rules know of a company; ``start`` is the first business date that may cause a command.

    ``source_starts`` are those of sources that begin later, ``write_backs`` what sources take back.
    ``plugins`` has the options of each plug-in by its name.
    """

    name: str
    start: date
    bookkeeping: Bookkeeping = Bookkeeping()
    survey: Survey = Survey()
    documents: Documents = Documents()
    refunds: Refunds = Refunds()
    articles: Articles = Articles()
    customers: Customers = Customers()
    vat: Vat = Vat()
    brakes: Brakes = Brakes()
    payments: Payments = Payments()
    payouts: Payouts = Payouts()
    rules: Mapping[str, RuleOptions] = Field(default_factory=dict)
    own: Own = Own()
    plugins: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    source_starts: Mapping[str, date] = Field(default_factory=dict)
    write_backs: Mapping[str, WriteBack] = Field(default_factory=dict)

    def start_of(self, source: str) -> date:
        """The first business date of this source that may cause a command: never before the company's own."""
        return max(self.start, self.source_starts.get(source, self.start))

    def write_back(self, source: str) -> WriteBack:
        """What the source of this name takes back from us."""
        return self.write_backs.get(source, NOTHING_BACK)

    def rule(self, name: str) -> RuleOptions:
        """What the company chose for the rule of this name."""
        return self.rules.get(name, PLAIN_RULE)

    def attaches(self, rule: str) -> bool:
        """Whether what a rule makes gets the source's document attached: as the rule says, else as the company."""
        chosen = self.rule(rule).attach_source
        return self.bookkeeping.attach_source if chosen is None else chosen

    def versions(self, name: str) -> tuple[str | None, str | None]:
        """The version of the rule of this name, and of the section that it was made from."""
        own = next((rule for rule in self.own.rules if rule.name == name), None)
        if own is not None:
            return own.version, own.mapping_version
        added = self.own.fields.get(name)
        return self.own.program, None if added is None else added.version

    @property
    def payment_modes(self) -> Mapping[str, str]:
        """Every mode of payment that the settings name, with the setting that names it."""
        used = {method.mode: f"payments.methods.{name}.mode" for name, method in self.payments.methods.items()}
        used |= {self.refunds.payment_mode: "refunds.payment_mode"}
        used |= {self.bookkeeping.payment_mode: "bookkeeping.payment_mode"}
        return {mode: setting for mode, setting in used.items() if mode is not None}

    @property
    def accounts(self) -> Mapping[int, str]:
        """Every account that the settings name, with what it is for; of several uses the first."""
        books, vat = self.bookkeeping, self.vat
        used = [(account, f"sales at {rate} %") for rate, account in books.sales_accounts.items()]
        used += [(account, f"sales in the EU at {rate} %") for rate, account in vat.eu_vat_accounts.items()]
        for country, rates in vat.oss.items():
            used += [(account, f"OSS {country} at {rate} %") for rate, account in rates.items()]
        named: list[tuple[int | None, str]] = [
            (books.payment_account, "payments"),
            (self.refunds.payment_account, "repayments"),
            (books.round_off_account, "rounding"),
            (books.freight_account, "freight"),
            (books.administration_fee_account, "administration fees"),
            *((account, kind.replace("_", " ")) for kind, account in books.charge_accounts.items()),
            (vat.reverse_charge_account, "reverse charge in the EU"),
            (vat.export_account, "export"),
        ]
        for name, method in self.payments.methods.items():
            named += [(method.account, f"payments by {name}"), (method.round_off_account, f"rounding, {name}")]
        named += self.payouts.named_accounts()
        named += [
            (account, f"the survey rule {rule.name}")
            for rule in self.survey.rules
            if rule.voucher is not None
            for account in (rule.voucher.debit, rule.voucher.credit)
        ]
        used += [(account, use) for account, use in named if account is not None]
        return dict(reversed(used))
