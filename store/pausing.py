"""Pauses and declarations by people: companies, rules and workflows stop and go on; a company's past."""

import sqlite3

from store import companies, lanes
from store.acting import Person, note
from store.companies import Pause
from store.db import Job, moment


def pause(scope: str, name: str, person: Person) -> Job[None]:
    """Pause a company, a rule or a workflow (``scope``) until a person resumes it; ``person.reason`` says why."""

    def job(connection: sqlite3.Connection) -> None:
        companies.pause(scope, name, person.reason or "", moment(person.now))(connection)
        note(connection, person, "pause", f"{scope}:{name}")

    return job


def resume(scope: str | None, name: str | None, person: Person) -> Job[list[Pause]]:
    """End the named pause, or every pause; what waited for a rule goes on. Returns what was paused."""

    def job(connection: sqlite3.Connection) -> list[Pause]:
        ended = companies.resume(scope, name)(connection)
        for entry in ended:
            note(connection, person, "resume", f"{entry.scope}:{entry.name}")
            if entry.scope == "rule":
                lanes.wake(connection, f"rule:{entry.name}", person.now)
        return ended

    return job


def declare(name: str, proof: str, person: Person) -> Job[None]:
    """A person says that the company is ``empty``, or that its work after the start is ``new_work``."""

    def job(connection: sqlite3.Connection) -> None:
        companies.register([name])(connection)
        companies.declare(name, proof)(connection)
        note(connection, person, f"declare {proof}", f"company:{name}")

    return job
