"""The beginning of a workflow's run, stored with the delivery that starts it."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewWorkflow:
    """A run to be stored with the delivery that starts it.

    ``context`` is sealed, ``definition`` is the section as JSON.
    """

    workflow_id: str
    company: str
    name: str
    version: str
    definition: str
    context: bytes
    survey_id: str | None = None
    account_id: str | None = None


def start(connection: sqlite3.Connection, workflow: NewWorkflow, inbox_id: int, now: int) -> bool:
    """Store a run, due at once; ``False`` where its company has one of that id already."""
    cursor = connection.execute(
        "INSERT INTO workflow (workflow_id, company, name, version, definition, survey_id, account_id, started_by,"
        " state, due_at, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?) ON CONFLICT DO NOTHING",
        (
            workflow.workflow_id,
            workflow.company,
            workflow.name,
            workflow.version,
            workflow.definition,
            workflow.survey_id,
            workflow.account_id,
            inbox_id,
            now,
            now,
        ),
    )
    if not cursor.rowcount:
        return False
    connection.execute(
        "INSERT INTO workflow_context (workflow, sealed) VALUES (?, ?)", (cursor.lastrowid, workflow.context)
    )
    return True
