"""The command that records what a test database of Fortnox shows of itself, and compares it with an earlier record."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, Wrong, banner, leave, print_json, with_config, with_json

if TYPE_CHECKING:
    from connectors.fortnox.conformance import Difference, Seen
    from daemon.settings import Config

FORMAT = 1
A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command
@click.argument("company")
@click.option("--record", type=A_FILE, help="Write what was seen into this file: places and kinds, no values.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier record.")
@with_config
@with_json
def conformance(config_path: Path, company: str, record: Path | None, against: Path | None, as_json: bool) -> None:
    """Read every list of a COMPANY that is no live one, and one object of each: which fields, which kinds of values.

    Nothing is written, and no value is kept. With --against, exit 1 where Fortnox shows something else than then, or
    than the simulator. No daemon may run on the data folder meanwhile.
    """
    from daemon.cli.looking import check_company

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    common.check_owner(config.data_dir)
    if config.companies[company].kind == "live":
        raise Refused(f'{company} is a live company: this is for a test database (`kind = "test"`) or the simulator')
    earlier = None if against is None else _read(against)
    found = _run(common.load(config_path, secrets=True), company)
    if record is not None:
        record.write_text(_written(config.companies[company].kind, found), encoding="utf-8")
    _show(found, _compared(found, earlier), banner(config.companies[company].kind), as_json=as_json)


def _run(config: "Config", company: str) -> "dict[str, Seen]":
    import asyncio

    from connectors.base import OutsideError
    from daemon.lock import Locked
    from daemon.opening import WrongFolder
    from store.migrate import MigrationChanged, NotADatabase, SchemaTooNew

    try:
        return asyncio.run(_seen(config, company))
    except OutsideError as error:
        more = f": {error.remedy}" if error.remedy else ", so nothing was recorded: try again later"
        raise Refused(f"{error}{more}") from None
    except Locked as error:
        raise Wrong(f"{error}: stop it for the run") from None
    except (WrongFolder, SchemaTooNew, MigrationChanged, NotADatabase, OSError) as error:
        raise Wrong(str(error)) from None


async def _seen(config: "Config", company: str) -> "dict[str, Seen]":
    from connectors.fortnox.conformance import asked, seen
    from connectors.fortnox.target import FortnoxTarget
    from daemon.cli.direct import company_alone

    found: dict[str, Seen] = {}
    async with company_alone(config, company) as target:
        assert isinstance(target, FortnoxTarget)
        await target.probe()
        with click.progressbar(length=len(asked()), label="asked", file=sys.stderr) as shown:
            async for one in seen(target.client):
                found[one.operation] = one
                shown.update(1)
    return found


def _compared(found: "dict[str, Seen]", earlier: "dict[str, Seen] | None") -> "list[Difference] | None":
    from connectors.fortnox.conformance import differences

    return None if earlier is None else differences(found, earlier)


def _written(kind: str, found: "dict[str, Seen]") -> str:
    from dataclasses import asdict

    record = {"format": FORMAT, "kind": kind, "seen": [asdict(one) for one in found.values()]}
    return json.dumps(record, indent=1) + "\n"


def _read(path: Path) -> "dict[str, Seen]":
    from pydantic import TypeAdapter, ValidationError

    from connectors.fortnox.conformance import Seen

    try:
        record = json.loads(path.read_bytes())
        if not isinstance(record, dict) or record.get("format") != FORMAT:
            raise Wrong(f"{path} is no record of this command")
        return {one.operation: one for one in TypeAdapter(list[Seen]).validate_python(record.get("seen"))}
    except (OSError, ValueError, RecursionError, ValidationError) as error:
        raise Wrong(f"{path} cannot be read as a record: {type(error).__name__}") from None


def _show(found: "dict[str, Seen]", compared: "list[Difference] | None", banner_text: str, *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        told = None if compared is None else [asdict(one) for one in compared]
        print_json({"seen": [asdict(one) for one in found.values()], "differences": told})
    else:
        _print(found, compared, banner_text)
    leave(trouble=bool(compared))


def _print(found: "dict[str, Seen]", compared: "list[Difference] | None", banner_text: str) -> None:
    from collections import Counter

    for one in found.values():
        if one.outcome not in {"answered", "nothing_there"}:
            code = "" if one.code is None else f" ({one.code})"
            click.echo(f"{one.operation}  {one.outcome}{code}")
    for difference in compared or ():
        where = f"{difference.operation} {difference.place}".rstrip()
        click.echo(f"{where}  here: {difference.here or '-'}  there: {difference.there or '-'}")
    counted: Counter[Any] = Counter(
        one.outcome if one.outcome in {"answered", "nothing_there"} else "refused" for one in found.values()
    )
    line = (
        f"{counted['answered']} answered, {counted['nothing_there']} with nothing there, {counted['refused']} refused"
    )
    more = "" if compared is None else f", {len(compared)} differences"
    click.echo(f"{line}{more}{banner_text}")
