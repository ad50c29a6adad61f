"""The command ``fortnox-bridge``: thin commands, each imported when it is used, so that every one starts fast."""

import os
from importlib import import_module

import click

_COMMANDS = {
    "run": "service",
    "demo": "service",
    "simulator": "simulating",
    "init": "beginning",
    "templates": "beginning",
    "check-config": "service",
    "status": "looking",
    "inbox": "looking",
    "outbox": "looking",
    "explain": "looking",
    "held": "held",
    "usage": "looking",
    "surveys": "surveys",
    "dry-run": "dry_running",
    "diff-config": "comparing",
    "shadow": "shadowing",
    "errors": "reference",
    "glossary": "reference",
    "capabilities": "reference",
    "operations": "reference",
    "map": "mapping",
    "conformance": "conforming",
    "retry": "acting",
    "link": "acting",
    "replay": "acting",
    "discard": "acting",
    "approve": "acting",
    "pause": "acting",
    "resume": "acting",
    "company": "companies",
    "task": "tasks",
    "batch": "batches",
    "workflow": "workflows",
    "todo": "workflows",
    "register": "registers",
    "checklist": "checklist",
    "doctor": "doctoring",
    "connect": "connecting",
    "revoke": "connecting",
    "secret": "secrets",
    "reseal": "sealing",
}
"""Command -> the module of this package that holds it, under the command's name with underscores."""


class _Lazy(click.Group):
    """Imports a command's module when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table above: what runs, what shows, what changes."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The named command, ``None`` where there is none."""
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = getattr(import_module(f"daemon.cli.{module}"), cmd_name.replace("-", "_"))
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="fortnox-bridge")
def main() -> None:
    """Surveys and orders into Fortnox: exactly once, to the öre, and it can say why.

    Exit codes: 0 all is well; 1 trouble was found (something is parked, held or paused, or nothing matched); 2 the
    command or the configuration is wrong.
    """
    # The database and its companions are for their owner only, whoever opens them first.
    os.umask(0o077)
