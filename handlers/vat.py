"""Which VAT a sale carries: from the seller's and the buyer's country, who buys, and the buyer's VAT number."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberInvalid

from handlers import questions
from handlers.commands import VatDecision
from handlers.events import Party
from handlers.settings import Bookkeeping, Vat
from handlers.values import Question

EU = frozenset({code.upper() for code in eu_vat.MEMBER_STATES} - {"XI"} | {"MC"})
"""Countries inside the Union's VAT territory, by ISO 3166; Monaco counts as France, Åland (AX) lies outside."""
PREFIXES = {"GR": "EL", "MC": "FR"}
"""Where a country's VAT numbers begin otherwise than with its ISO code."""
NUMBER_PREFIXES = frozenset(PREFIXES.get(country, country) for country in EU) | {"XI"}
"""How VAT numbers of the Union begin; Northern Ireland's begin with XI."""
NO_VAT = Decimal(0)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, and the account of each rate that it allows; ``setting`` names where those stand."""

    decision: VatDecision
    accounts: Mapping[str, int]
    setting: str

    @property
    def domestic(self) -> bool:
        """Whether the sale stays in the seller's country."""
        return self.decision.treatment == "domestic"

    @property
    def without_vat(self) -> bool:
        """Whether no VAT is charged whatever is sold: reverse charge and export."""
        return self.decision.treatment in {"eu_reverse_charge", "export"}


def decide(buyer: Party, bookkeeping: Bookkeeping, vat: Vat) -> Decided:
    """The treatment of a sale to this buyer, with the reason in words.

    What depends on a setting that is not made is held, never guessed: raises :class:`Question`, which names it.
    """
    country = (buyer.country or "").strip().upper()
    if not country and vat.without_country == "hold":
        raise Question(
            "the buyer's country is not stated, and `vat.without_country` is hold",
            key=questions.BUYER_COUNTRY,
            choices=[questions.DOMESTIC],
        )
    if country in {"", vat.country}:
        known = f"the buyer is in {country}, as the seller is" if country else "no country is stated"
        decision = VatDecision(treatment="domestic", country=vat.country, vat_type="SEVAT", reason=known)
        return Decided(decision, bookkeeping.sales_accounts, "bookkeeping.sales_accounts")
    if country not in EU:
        return _export(buyer, country, vat)
    number = _vat_number(buyer, country, vat)
    return _consumer(buyer, country, vat) if number is None else _reverse_charge(buyer, country, number, vat)


def _export(buyer: Party, country: str, vat: Vat) -> Decided:
    if vat.supply == "services" and not _is_company(buyer):
        raise Question(
            f"services to a private person outside the EU ({country}) are taxed by what they are: no rule decides it; "
            "make the document in Fortnox by hand, then discard this delivery",
            key=questions.BUYER_KIND,
            choices=[questions.COMPANY],
        )
    if vat.export_account is None:
        raise Question(
            f"the buyer is outside the EU ({country}): set `vat.export_account`, or make the document in Fortnox by "
            "hand and discard this delivery",
            about="vat.export_account",
        )
    reason = f"{vat.supply} to a buyer outside the EU ({country})"
    decision = VatDecision(treatment="export", country=country, vat_type="EXPORT", reason=reason)
    return Decided(decision, {"0": vat.export_account}, "vat.export_account")


def _reverse_charge(buyer: Party, country: str, number: str, vat: Vat) -> Decided:
    if buyer.kind == "private":
        raise Question(
            "the buyer is a private person and has a VAT number: correct one of them at the source",
            key=questions.BUYER_KIND,
            choices=[questions.COMPANY, questions.PRIVATE],
        )
    if vat.reverse_charge_account is None:
        raise Question(
            f"the buyer is a company in another EU country ({country}) with a VAT number: set "
            "`vat.reverse_charge_account`, or make the document in Fortnox by hand and discard this delivery",
            about="vat.reverse_charge_account",
        )
    reason = f"{vat.supply} to a company in another EU country ({country}) with a VAT number of {number[:2]}"
    decision = VatDecision(
        treatment="eu_reverse_charge", country=country, vat_type="EUREVERSEDVAT", vat_number=number, reason=reason
    )
    return Decided(decision, {"0": vat.reverse_charge_account}, "vat.reverse_charge_account")


def _consumer(buyer: Party, country: str, vat: Vat) -> Decided:
    """A buyer in another EU country without a VAT number is charged VAT: the seller's, or the buyer's by OSS."""
    if _is_company(buyer):
        raise Question(
            f"the buyer is a company in another EU country ({country}) without a VAT number: state its number, or that "
            "a private person buys, at the source",
            key=questions.BUYER_KIND,
            choices=[questions.PRIVATE],
        )
    if vat.consumers_in_eu == "seller_vat":
        reason = f"a buyer without a VAT number in another EU country ({country}), charged the seller's VAT"
        decision = VatDecision(treatment="eu_vat", country=country, vat_type="EUVAT", reason=reason)
        return Decided(decision, vat.eu_vat_accounts, "vat.eu_vat_accounts")
    if vat.consumers_in_eu == "oss" and country in vat.oss:
        reason = f"a buyer without a VAT number in another EU country ({country}), charged the VAT of {country} (OSS)"
        decision = VatDecision(treatment="oss", country=country, vat_type="EUVAT", reason=reason)
        return Decided(decision, vat.oss[country], f"vat.oss.{country}")
    missing = f"`vat.oss.{country}`" if vat.consumers_in_eu == "oss" else "`vat.consumers_in_eu`"
    raise Question(
        f"the buyer is in another EU country ({country}) and has no VAT number: set {missing}, or make the document in "
        "Fortnox by hand and discard this delivery",
        about=missing.strip("`"),
    )


def _is_company(buyer: Party) -> bool:
    if buyer.kind is not None:
        return buyer.kind == "company"
    return bool((buyer.organisation_number or "").strip())


def _vat_number(buyer: Party, country: str, vat: Vat) -> str | None:
    """The buyer's VAT number with its country's letters, checked by that country's own rule; ``None`` without one."""
    text = "".join((buyer.vat_number or "").split()).upper()
    if not text:
        return None
    prefixed = text if text[:2].isalpha() else PREFIXES.get(country, country) + text
    try:
        number: str = eu_vat.validate(prefixed)
    except NumberInvalid:
        number = ""
    if number[:2] not in NUMBER_PREFIXES:
        raise Question("the buyer's VAT number is none of an EU country: correct it at the source")
    if number.startswith(PREFIXES.get(vat.country, vat.country)):
        raise Question(
            f"the buyer is in {country}, but its VAT number is one of {vat.country}: which VAT it is charged is not "
            "decided by any rule; make the document in Fortnox by hand, then discard this delivery"
        )
    return number
