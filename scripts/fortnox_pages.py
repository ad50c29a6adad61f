"""Writes docs/fortnox-operations.md and docs/errors.md from the table and the catalogue: `make fortnox-pages`."""

from collections.abc import Iterator
from pathlib import Path

from connectors.fortnox.error_codes import DONE, MEANINGS, Meaning, all_meanings
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation, Resource
from connectors.fortnox.table.described import told

DOCS = Path(__file__).resolve().parent.parent / "docs"

OPERATIONS_HEAD = """\
# Operations of Fortnox

Made from `connectors/fortnox/table/` by `make fortnox-pages`; a test holds the two equal. {operations} operations of
{resources} resources. `fortnox-bridge operations NAME` shows one with all of its fields and an example, and
`fortnox-bridge operations --resource customers` a resource's; both need no configuration.

| effect | means |
| - | - |
| none | changes nothing, so it may be asked again |
| create, change, delete | sent once; after a lost answer never again before it is known how it ended |
| send | leaves the house (a mail, a print-out) and cannot be taken back: sent once, even where the method is GET |

*Proof* is how it is found out, after an answer was lost, whether the call took effect. Paths begin at the host.
"""

ERRORS_HEAD = """\
# Error codes of Fortnox

Made from `connectors/fortnox/error_codes/` by `make fortnox-pages`; a test holds the two equal. `fortnox-bridge errors
2001304` shows one, without any configuration. A code stands in the log as `code`, beside the closed word of the table
as `reason`; `explain` shows what to do, in Swedish with `--language sv`. A code that is not here parks the command as
`refused`.

| class | what the bridge does | vad bryggan gör |
| - | - | - |
{classes}
HTTP is the status that the code comes with; `-` where nobody knows. 2000310 has two meanings: the second one is meant
where the status is 401 or 403, or where the call changes nothing.

| code | class | reason | HTTP | cause and remedy | orsak och åtgärd |
| - | - | - | - | - | - |
"""


def _operation(operation: Operation) -> str:
    shown = told(operation)
    required = f" Required: {', '.join(f'`{name}`' for name in shown.required)}." if shown.required else ""
    call = f"`{operation.method} {shown.path}`"
    says = f"{operation.says[0].upper()}{operation.says[1:]}."
    proof = "" if operation.effect == "none" else shown.proof
    return f"| `{operation.name}` | {call} | {operation.effect} | {says}{required} | {proof} |\n"


def _resource(resource: Resource) -> Iterator[str]:
    note = f" Note: {resource.note}." if resource.note else ""
    yield f"\n## {resource.name}\n\nScope `{resource.scope}`.{note}\n\n"
    yield "| operation | call | effect | does | proof |\n| - | - | - | - | - |\n"
    yield from (_operation(operation) for operation in resource.operations())


def operations_page() -> str:
    """The whole page of operations, resource by resource."""
    head = OPERATIONS_HEAD.format(operations=len(OPERATIONS), resources=len(RESOURCES))
    return head + "".join(line for resource in RESOURCES.values() for line in _resource(resource))


def _meaning(code: int, meaning: Meaning) -> str:
    words = f"{code} | {meaning.next} | `{meaning.reason}` | {meaning.status or '-'}"
    return f"| {words} | {meaning.text('en')} | {meaning.text('sv')} |\n"


def errors_page() -> str:
    """The whole page of error codes, in the order of the codes."""
    classes = "".join(f"| {name} | {said.english} | {said.swedish} |\n" for name, said in DONE.items())
    rows = (_meaning(code, meaning) for code in sorted(MEANINGS) for meaning in all_meanings(code))
    return ERRORS_HEAD.replace("{classes}", classes) + "".join(rows)


PAGES = {DOCS / "fortnox-operations.md": operations_page, DOCS / "errors.md": errors_page}

if __name__ == "__main__":
    for place, page in PAGES.items():
        place.write_text(page(), encoding="utf-8")
