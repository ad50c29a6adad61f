"""The VAT regime of a customer's card, held against what a sale abroad needs."""

from connectors.base import Json
from connectors.fortnox.client import Client
from connectors.fortnox.customer_search import normal_vat_number
from connectors.fortnox.resource import held
from connectors.fortnox.wire import text_of
from connectors.vat_numbers import VatNumbers
from handlers.commands import DocumentCommand, VatDecision

VAT_NUMBER_LIMIT = 30


async def check_regime(command: DocumentCommand, customer: str, client: Client, vat_numbers: VatNumbers | None) -> Json:
    """Hold a sale abroad whose customer's card has another regime: a new document takes it over (facts, section 6.1).

    One call, and only for a sale abroad: within the country rows state rate and account, and the answer is compared.
    Where ``vat_numbers`` are asked, a reverse charge needs a number that is valid. Gives what was read, for
    ``explain``. Raises ``Held``, and ``NotAnswered``.
    """
    decision = command.vat_decision
    if decision is None or decision.treatment == "domestic":
        return {}
    card = await client.read("read_customer", customer)
    regime = text_of(card.get("VATType")) or "SEVAT"
    if regime != decision.vat_type:
        raise held(
            "vat_type_differs",
            f"Customer {customer} has VATType {regime} in Fortnox, this sale needs {decision.vat_type} "
            f"({decision.reason}): correct the card there and retry, or correct the sale at its source.",
        )
    theirs = normal_vat_number(text_of(card.get("VATNumber")))
    if decision.vat_number is not None and theirs not in {"", decision.vat_number}:
        raise held(
            "vat_number_differs",
            f"Customer {customer} has another VAT number in Fortnox than the source states: correct one of them, then "
            "retry.",
        )
    return {"VATType": regime, **await _checked(decision, vat_numbers)}


async def _checked(decision: VatDecision, vat_numbers: VatNumbers | None) -> Json:
    if decision.vat_number is None or vat_numbers is None:
        return {}
    answer = await vat_numbers.check(decision.vat_number)
    if not answer["valid"]:
        raise held(
            "vat_number_invalid",
            f"VIES says that the buyer's VAT number is not valid (asked {answer['asked'] or 'today'}): correct it at "
            "the source, or make the document in Fortnox by hand and discard this command.",
        )
    return {"vies": answer}
