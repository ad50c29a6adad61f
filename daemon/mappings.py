"""A company's mappings: sections of the configuration become rules, or all of their faults at once."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any, get_args

from connectors.fortnox.record_fields import faults_of, proved_by
from connectors.fortnox.table import RESOURCES, Operation
from connectors.nearest import meant
from daemon.config_faults import Fault, key_path
from daemon.mapping_targets import targets_of, tidied
from daemon.table_writes import RECORD_WRITES, NoWrite, keys_wanted, write_command, write_named
from handlers.events import Event, EventBase
from handlers.mapping.compiling import Compiling, Where
from handlers.mapping.rule import MappingRule
from handlers.mapping.shapes import Shape, shape_of
from handlers.mapping.things import NAMED
from handlers.mapping.things import RESOURCES as RESOURCES_OF_THINGS
from handlers.settings.mapping import MappingSection
from handlers.settings.own_rules import OwnRule

Lookups = Mapping[str, Mapping[str, str]]
DISTRIBUTION = "fortnox-bridge"
DIGEST_CHARACTERS = 12

EVENTS: Mapping[str, type[EventBase]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(Event)[0])
}
"""Kind of event -> its model."""

MONEY = frozenset(
    {
        "offers", "orders", "invoices", "payments", "supplier_invoices", "supplier_payments", "vouchers", "contracts",
        "finance_invoices", "invoice_accruals", "supplier_invoice_accruals", "contract_accruals", "tax_reductions",
    }
)  # fmt: skip
"""Resources in which a thing made twice is money twice."""


def program_version() -> str:
    """The version of the code that rules are made of."""
    return version(DISTRIBUTION)


def mapping_rules(
    sections: Mapping[str, MappingSection], lookups: Lookups, where: Sequence[str]
) -> tuple[tuple[OwnRule, ...], list[Fault]]:
    """The rules of all sections that have no fault, in the order of the file; and every fault with its key path."""
    made: list[OwnRule] = []
    faults: list[Fault] = []
    for name, section in sections.items():
        rule, wrong = compiled_mapping(name, section, lookups, sections)
        faults += [Fault(key_path((*where, name, *keys)), reason) for keys, reason in wrong]
        if not wrong:
            digest = digest_of(section.model_dump(exclude_defaults=True), lookups)
            made.append(
                OwnRule(name, frozenset({section.event}), rule.decide, program_version(), digest, (section.action,))
            )
    return tuple(made), faults


def compiled_mapping(
    name: str, section: MappingSection, lookups: Lookups, others: Mapping[str, MappingSection]
) -> tuple[MappingRule, list[tuple[Where, str]]]:
    """The rule of a section, which counts only where there is no fault."""
    things = (*NAMED[section.event], *(other for other, of in others.items() if other != name and _links(of, section)))
    shape = shape_of(EVENTS[section.event])
    compiling = Compiling(shape, lookups, meant, things)
    condition = None if section.when is None else compiling.expression(section.when, ("when",))[0]
    try:
        operation = write_named(section.action)
    except NoWrite as error:
        compiling.faults.append((("action",), str(error)))
        return _nothing(name, section), compiling.faults
    fields = compiling.fields(section.fields, targets_of(operation), ("fields",))
    keys = [compiling.key(given, ("keys", at)) for at, given in enumerate(section.keys)]
    compiling.faults += _faults(section, operation, others, things, [*fields, *compiling.numbers])
    rule = MappingRule(
        name=name,
        sources=frozenset(section.source),
        condition=condition,
        keys=[(wanted, key) for wanted, key in zip(keys_wanted(operation), keys, strict=False) if key is not None],
        record=section.record,
        fields=fields,
        numbers=compiling.numbers,
        make=partial(write_command, operation),
        money=makes_money(operation),
        tidy=partial(tidied, RESOURCES[operation.resource]),
        check=partial(faults_of, RESOURCES[operation.resource], operation),
    )
    return rule, compiling.faults


def _nothing(name: str, section: MappingSection) -> MappingRule:
    """Stands for a rule whose action is none: it is never used, because its section has a fault."""
    return MappingRule(
        name=name,
        sources=frozenset(),
        condition=None,
        keys=(),
        record=None,
        fields={},
        numbers={},
        make=partial(_refuse, section.action),
        money=False,
        tidy=dict,
        check=lambda _fields: (),
    )


def _refuse(action: str, *_things: Any, **_more: Any) -> Any:
    raise NoWrite(f"there is no operation {action}")


def makes_money(operation: Operation) -> bool:
    """Whether it makes or sends what is money."""
    return operation.effect in {"create", "send"} and operation.resource in MONEY


def _links(other: MappingSection, section: MappingSection) -> bool:
    """Whether a mapping makes something that another one of the same event can name."""
    operation = other.action
    return other.event == section.event and operation in RECORD_WRITES and operation.startswith("create_")


def _faults(
    section: MappingSection,
    operation: Operation,
    others: Mapping[str, MappingSection],
    things: Sequence[str],
    given: Collection[str],
) -> list[tuple[Where, str]]:
    """What is wrong with which object is meant, and which fields are missing."""
    wanted, resource = keys_wanted(operation), RESOURCES[operation.resource]
    found: list[tuple[Where, str]] = []
    # One that is there and faulty has its own fault, and is not missing besides.
    given = {*given, *section.fields}
    if section.record is not None:
        found += [(("record",), reason) for reason in _record_faults(section, operation, others, things)]
    elif len(section.keys) != len(wanted):
        needs = " and ".join(wanted) if wanted else "none"
        found.append((("keys",), f"{operation.name} needs {needs} ({len(section.keys)} given)"))
    if operation.name == f"create_{resource.one}":
        needed = dict.fromkeys((*resource.required, *proved_by(resource)))
        found += [(("fields", name), f"is missing: {operation.name} needs it") for name in needed if name not in given]
    elif not section.fields and operation.name in RECORD_WRITES:
        found.append((("fields",), f"{operation.name} changes fields, and none is given"))
    if operation.sends == "nothing" and section.fields:
        found.append((("fields",), f"{operation.name} sends nothing, so it takes no fields"))
    return found


def _record_faults(
    section: MappingSection, operation: Operation, others: Mapping[str, MappingSection], things: Sequence[str]
) -> list[str]:
    record = section.record or ""
    if section.keys:
        return ["stands beside keys: one of them says which object is meant"]
    if not keys_wanted(operation):
        return [f"{operation.name} makes a new object: it takes no record"]
    if record not in things:
        return [f"there is no {record} of this event{meant(record, things)}"]
    resource = RESOURCES_OF_THINGS.get(record) or write_named(others[record].action).resource
    if resource != operation.resource:
        return [f"is one of {resource}, and {operation.name} wants one of {operation.resource}"]
    return []


def digest_of(section: Mapping[str, Any], lookups: Lookups) -> str:
    """The version of a mapping: the same for the same section and tables, whatever their order and comments."""
    text = json.dumps([section, lookups], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:DIGEST_CHARACTERS]


def event_shape(kind: str) -> Shape:
    """What an event of the kind holds."""
    return shape_of(EVENTS[kind])
