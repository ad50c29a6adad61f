"""The rules that a company has besides the built-in ones, and what must be true of their names and their senders."""

import re
from collections.abc import Iterator, Mapping, Sequence

from connectors.fortnox.table import OPERATIONS
from connectors.nearest import meant
from daemon.config_faults import Fault, given, key_path
from daemon.mappings import makes_money, mapping_rules, program_version
from daemon.own_fields import own_fields_of
from daemon.plug_ins import plug_in_rules
from daemon.settings import APPROVABLE, CompanySection, ConfigFile, ConfiguredSource
from handlers.mapping.things import RESOURCES as THINGS
from handlers.settings import MappingSection, Own

NAME = re.compile(r"[a-z0-9_]{1,40}")


def own_of(section: CompanySection, where: Sequence[str]) -> tuple[Own, list[Fault]]:
    """What the company adds to the built-in rules, and every fault of it."""
    rules, faults = mapping_rules(section.mappings, section.lookups, (*where, "mappings"))
    others, unusable = plug_in_rules(section.plugins, (*where, "plugins"))
    fields, wrong = own_fields_of(section.rules, section.lookups, (*where, "rules"))
    own = Own((*rules, *others), fields, program_version())
    return own, [*faults, *unusable, *wrong, *_name_faults(section, where)]


def _name_faults(section: CompanySection, where: Sequence[str]) -> Iterator[Fault]:
    for part, name in [("mappings", name) for name in section.mappings] + [
        ("plugins", name) for name in section.plugins
    ]:
        path = key_path((*where, part, name))
        if not NAME.fullmatch(name):
            yield Fault(path, "a name has 1 to 40 of a-z, 0-9 and _")
        elif name in APPROVABLE or name in THINGS or (part == "plugins" and name in section.mappings):
            yield Fault(path, "is the name of something else already: choose another")


def unfit_sources(file: ConfigFile | None, sources: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """Mappings that name a sender that is not there, or that would make money of what can come twice unnoticed."""
    if file is None:
        return
    for company, section in file.companies.items():
        for name, mapping in section.mappings.items():
            where = ("companies", company, "mappings", name)
            serving = {of: source for of, source in sources.items() if _serves(source, company)}
            for at, of in enumerate(mapping.source):
                if of not in file.sources:
                    reason = f"there is no sources.{of}{meant(of, file.sources)}"
                    yield Fault(key_path((*where, "source", at)), reason, given(of))
                elif of in sources and of not in serving:
                    reason = f"sources.{of} does not serve this company"
                    yield Fault(key_path((*where, "source", at)), reason, given(of))
            if _makes_money(mapping):
                yield from _doubtful(mapping, where, serving)


def _serves(source: ConfiguredSource, company: str) -> bool:
    return company in {source.settings.company, *source.settings.companies.values()}


def _makes_money(mapping: MappingSection) -> bool:
    operation = OPERATIONS.get(mapping.action)
    return operation is not None and makes_money(operation)


def _doubtful(
    mapping: MappingSection, where: tuple[str, ...], serving: Mapping[str, ConfiguredSource]
) -> Iterator[Fault]:
    for name, source in serving.items():
        if mapping.source and name not in mapping.source:
            continue
        missing = source.settings.told_by_digest.get(mapping.event)
        if missing is not None:
            yield Fault(
                key_path((*where, "action")),
                f"{mapping.action} makes money, and sources.{name} tells two deliveries of {mapping.event} apart only "
                f"by what they hold: {missing}, or restrict the mapping with source",
                given(mapping.action),
            )
