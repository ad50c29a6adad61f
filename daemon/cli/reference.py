"""Commands that look things up: error codes, terms, what can be done with Fortnox, operations; no configuration."""

from typing import BinaryIO

import click

from daemon.cli.common import TROUBLE, Refused, Wrong, print_json, with_json


@click.command
@click.argument("code", type=int, required=False)
@with_json
def errors(code: int | None, as_json: bool) -> None:
    """Explain Fortnox's error CODE: cause and what to do, in English and Swedish; without CODE list them all."""
    from daemon import reference
    from daemon.cli import reference_text

    shown = reference.error_codes() if code is None else reference.error_code(code)
    if not shown:
        raise Refused(f"the catalogue has no error code {code}")
    if as_json:
        print_json(shown)
    elif code is None:
        reference_text.print_codes(shown)
    else:
        reference_text.print_code(shown)


@click.command
@click.argument("term", required=False)
@click.option("--language", type=click.Choice(["en", "sv"]), default="en", show_default=True)
@with_json
def glossary(term: str | None, language: str, as_json: bool) -> None:
    """Say what TERM means, in English or Swedish, and which fields hold it; without TERM all of them.

    TERM is a name in either language, a part of one, or a field's.
    """
    from daemon import glossary as words
    from daemon.cli.reference_text import print_terms

    shown = words.glossary() if term is None else words.found(term)
    if not shown:
        raise Refused(f"the glossary has no {term}")
    print_json(shown) if as_json else print_terms(shown, language)


@click.command
@with_json
def capabilities(as_json: bool) -> None:
    """Show what can be read, created and updated in Fortnox: available, in progress or unsupported."""
    from daemon import reference
    from daemon.cli.reference_text import print_matrix

    shown = reference.capabilities()
    if as_json:
        print_json(shown)
    else:
        print_matrix(shown)


@click.command
@click.argument("name", required=False)
@click.option("--resource", help="Only this resource's, for instance invoices.")
@click.option(
    "--against",
    type=click.File("rb"),
    help="A newer openapi.json of Fortnox (- for standard input): what differs from it; exit 1 where anything does.",
)
@with_json
def operations(name: str | None, resource: str | None, against: BinaryIO | None, as_json: bool) -> None:
    """List every operation of Fortnox and every trigger of the senders; with NAME all of one: fields, an example.

    Triggers are the events that rules and mappings hear: their resource is `events`, their fields are paths.
    """
    if against is not None:
        if name is not None or resource is not None:
            raise Wrong("--against compares everything: leave NAME and --resource out")
        _compare(against, as_json)
        return
    from connectors.fortnox.table import OPERATIONS, RESOURCES
    from connectors.nearest import meant
    from daemon import reference, triggers
    from daemon.cli import reference_text

    resource_of = {found.name: found.resource for found in OPERATIONS.values()}
    resource_of |= dict.fromkeys(triggers.TRIGGERS, triggers.RESOURCE)
    if resource is not None and resource not in {*RESOURCES, triggers.RESOURCE}:
        raise Refused(f"there is no resource {resource}{meant(resource, (*RESOURCES, triggers.RESOURCE))}")
    if name is not None and name not in resource_of:
        raise Refused(f"there is no operation {name}{meant(name, resource_of)}")
    if name is not None and resource not in {None, resource_of[name]}:
        raise Refused(f"there is no operation {name} in {resource}")
    if name is None:
        listed = [*reference.operations(resource), *(triggers.triggers() if resource in {None, "events"} else ())]
        print_json(listed) if as_json else reference_text.print_operations(listed)
    elif resource_of[name] == triggers.RESOURCE:
        told = triggers.trigger(name)
        print_json(told) if as_json else reference_text.print_trigger(told)
    else:
        shown = reference.operation(name)
        print_json(shown) if as_json else reference_text.print_operation(shown)


def _compare(description: BinaryIO, as_json: bool) -> None:
    from connectors.fortnox.table.drift import NotADescription
    from daemon import reference
    from daemon.cli.reference_text import print_changes

    try:
        changes = reference.changes(description.read())
    except NotADescription as error:
        raise Wrong(str(error)) from error
    print_json(changes) if as_json else print_changes(changes)
    if changes:
        raise SystemExit(TROUBLE)
