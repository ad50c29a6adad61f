"""Fields that the configuration adds to what built-in rules make: checked against the event and Fortnox's resource."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from connectors.fortnox.customers import FIELDS
from connectors.fortnox.record_fields import faults_of
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.nearest import meant
from daemon.config_faults import Fault, key_path
from daemon.mapping_targets import resource_targets, tidied
from daemon.mappings import Lookups, digest_of, event_shape
from handlers.mapping.additions import COMMANDS, Addition, Additions
from handlers.mapping.compiling import Compiling
from handlers.mapping.targets import Target
from handlers.mapping.things import NAMED
from handlers.mapping.things import RESOURCES as RESOURCES_OF_THINGS
from handlers.routes import ROUTES
from handlers.settings import OwnFields, RuleOptions

OURS = "is filled by the rule itself"
_DOCUMENT = frozenset(
    {
        "AdministrationFee", "Comments", "Currency", "CurrencyRate", "CurrencyUnit", "CustomerNumber", "DeliveryDate",
        "DocumentNumber", "DueDate", "ExternalInvoiceReference1", "ExternalInvoiceReference2", "Freight",
        "InvoiceDate", "InvoiceRows", "InvoiceType", "NotCompleted", "OfferDate", "OfferRows", "OrderDate", "OrderRows",
        "OurReference", "PriceList", "TaxReductionType", "VATIncluded", "YourOrderNumber", "YourReference",
        "YourReferenceNumber",
    }
)  # fmt: skip
OWNED: Mapping[str, frozenset[str]] = {
    "customer": frozenset(
        {*FIELDS.values(), "Active", "CustomerNumber", "ExternalReference", "Type", "VATNumber", "VATType"}
    ),
    **dict.fromkeys(("offer", "order", "invoice"), _DOCUMENT),
}
"""What the rules fill: rows, sums, currency, references, dates, the texts of the sender, and our marks."""

EVENTS: Mapping[str, str] = {rule.name: kind for kind, rules in ROUTES.items() for rule in rules}
"""Built-in rule -> the kind of event that it hears."""


def own_fields_of(
    rules: Mapping[str, RuleOptions], lookups: Lookups, where: Sequence[str]
) -> tuple[dict[str, OwnFields], list[Fault]]:
    """The additions of every rule that has any, and every fault with its key path."""
    found: dict[str, OwnFields] = {}
    faults: list[Fault] = []
    for name, options in rules.items():
        if not options.fields:
            continue
        at = (*where, name, "fields")
        if name not in EVENTS:
            faults.append(Fault(key_path(at), "belongs to built-in rules: a mapping has its own fields"))
            continue
        additions, wrong = _additions(name, options.fields, lookups, at)
        faults += wrong
        found[name] = OwnFields(additions.completed, digest_of(options.fields, lookups))
    return found, faults


def _additions(
    rule: str, given: Mapping[str, Mapping[str, Any]], lookups: Lookups, at: Sequence[str]
) -> tuple[Additions, list[Fault]]:
    kind = EVENTS[rule]
    compiling = Compiling(event_shape(kind), lookups, meant, ())
    known = [name for name in COMMANDS if name in NAMED.get(kind, ())]
    of: dict[str, Addition] = {}
    for name, fields in given.items():
        if name not in known:
            compiling.faults.append(((name,), f"{rule} makes no {name}{meant(name, known)}"))
            continue
        resource = RESOURCES[RESOURCES_OF_THINGS[name]]
        targets = {field: _own(name, field, target) for field, target in resource_targets(resource).items()}
        update = OPERATIONS[f"update_{resource.one}"]
        filled = compiling.fields(fields, targets, (name,))
        of[name] = Addition(filled, partial(tidied, resource), partial(faults_of, resource, update))
    faults = [Fault(key_path((*at, *keys)), reason) for keys, reason in compiling.faults]
    return Additions(rule, of), faults


def _own(name: str, field: str, target: Target) -> Target:
    return Target(target.kind, OURS) if field in OWNED[name] and not target.refused else target
