"""The description of our endpoints as an OpenAPI document, made from the models that read the calls."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from connectors.client.wire import Contact, WorkflowGiven
from daemon.endpoints.batches import PAGE, BatchGiven, BatchRowGiven
from daemon.endpoints.calls import LONGEST_WAIT

SCHEMAS = "#/components/schemas/"
WORDS = ["accepted", "running", "done", "held", "parked", "skipped"]
TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document (OpenAPI 3.1)."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "fortnox-bridge", "version": version("fortnox-bridge")},
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
        "security": [{"key": []}],
    }


def _paths() -> dict[str, Any]:
    company, wait = _parameter("company", "query", TEXT | _LENGTH), _parameter("wait", "query", _WAIT)
    taken = {"200": _json("Delivery", "it came to rest"), "202": _json("ContactTaken", "taken; it goes on by itself")}
    kept = {**taken, "200": _json("ContactTaken", "it came to rest within the wait"), "409": _REFUSED}
    body = _body("Contact")
    find = [company, _parameter("survey_id", "query", TEXT | _LENGTH), _parameter("email", "query", TEXT | _LENGTH)]
    page = [
        _parameter("after", "query", {"type": "integer", "minimum": 0, "maximum": 10_000}),
        _parameter("limit", "query", {"type": "integer", "minimum": 0, "maximum": PAGE}),
    ]
    named = {name: _parameter(name, "path", TEXT | _LENGTH) for name in ("batch_id", "workflow_id", "source", "id")}
    return {
        "/fortnox/contacts": {
            "post": _operation("create or update a contact", [company, wait, _KEY], kept, body),
            "put": _operation("update a contact that is there", [company, wait, _KEY], kept, body),
            "get": _operation("find contacts", find, {"200": _json("Contacts", "what is known")}),
        },
        "/fortnox/batches": {
            "post": _operation(
                "take a batch",
                [company, wait],
                {"200": _json("Batch", "it came to rest within the wait"), "202": _json("Batch", "taken")}
                | {"409": _REFUSED},
                _body("BatchGiven"),
            )
        },
        "/fortnox/batches/{batch_id}": {
            "get": _operation("how a batch stands", [named["batch_id"], company, *page], {"200": _json("Batch", "now")})
        },
        "/fortnox/workflows": {
            "post": _operation(
                "start a workflow",
                [company, wait],
                {"200": _json("Run", "it came to rest within the wait"), "202": _json("Run", "taken")},
                _body("WorkflowGiven"),
            ),
            "get": _operation(
                "find runs of workflows",
                [company, *(_parameter(name, "query", TEXT | _LENGTH) for name in ("survey_id", "account_id"))],
                {"200": _json("Runs", "the newest first")},
            ),
        },
        "/fortnox/workflows/{workflow_id}": {
            "get": _operation("how a run stands", [named["workflow_id"], company], {"200": _json("Run", "now")}),
            "delete": _operation(
                "cancel a run",
                [named["workflow_id"], company, wait],
                {"200": _json("Run", "it was taken back within the wait"), "202": _json("Run", "it is taken back")}
                | {"409": _REFUSED},
            ),
        },
        "/status/{source}/{id}": {
            "get": _operation(
                "what became of a document of a sender",
                [named["source"], named["id"], company],
                {"200": _json("Document", "now")},
            )
        },
    }


_LENGTH = {"minLength": 1, "maxLength": 200}
_WAIT = {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT}
_REFUSED = {
    "description": "refused",
    "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}Refused"}}},
}
REFUSALS = dict.fromkeys(("400", "401", "403", "404", "405", "408", "413", "415", "422", "429", "503"), _REFUSED)


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


_KEY = _parameter("Idempotency-Key", "header", TEXT | _LENGTH)


def _operation(
    summary: str, parameters: list[dict[str, Any]], responses: dict[str, Any], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    made = {"summary": summary, "parameters": parameters, "responses": responses | REFUSALS}
    return made if body is None else made | {"requestBody": body}


def _body(schema: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": SCHEMAS + schema}}}}


def _json(schema: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": SCHEMAS + schema}}}}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": SCHEMAS + name}}


def _schemas() -> dict[str, Any]:
    command = {"id": TEXT, "command": TEXT, "status": TEXT, "result": MAYBE_TEXT, "object": MAYBE_TEXT, "at": TEXT}
    told = _object(
        {"status": {"enum": WORDS}, "records": {"type": "array", "items": TEXT}, "waits_for": MAYBE_TEXT}
        | {"reason": MAYBE_TEXT, "question": MAYBE_TEXT}
    )
    delivery = {"id": TEXT, "status": {"enum": WORDS}, "commands": _list("Command")}
    stopped = {"reason": MAYBE_TEXT, "question": MAYBE_TEXT}
    contact = {
        "survey_id": TEXT,
        "fortnox_customer_id": MAYBE_TEXT,
        "email": MAYBE_TEXT,
        "update_date": MOMENT,
        "id": TEXT,
    }
    batch = {
        "batch_id": TEXT,
        "timestamp": MOMENT,
        "status": {"enum": ["running", "done", "needs_attention"]},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "rows": _list("Row"),
    }
    document = {"source": TEXT, "id": TEXT, "status": {"enum": WORDS}, "fortnox": {"type": "array", "items": TEXT}}
    run = {
        "workflow_id": TEXT,
        "survey_id": MAYBE_TEXT,
        "account_id": MAYBE_TEXT,
        "workflow": TEXT,
        "status": {"enum": ["accepted", "running", "waiting", "held", "undoing", "done", "undone", "cancelled"]},
        "id": TEXT,
    }
    error = _object({"code": TEXT, "message": TEXT}, faults={"type": "array", "items": TEXT})
    return {
        **_models(Contact, BatchGiven, BatchRowGiven, WorkflowGiven),
        "Run": _object(
            run, question=MAYBE_TEXT, paused=MAYBE_TEXT, steps={"type": "array", "items": {"type": "object"}}
        ),
        "Runs": _object({"workflows": _list("Run")}),
        "Refused": _object({"error": error}),
        "Command": _object(command),
        "Delivery": _object(delivery, **stopped),
        "ContactTaken": _object({**contact, **delivery, "repeated": {"type": "boolean"}}, **stopped),
        "Contacts": _object({"contacts": {"type": "array", "items": _object(contact)}}),
        "Row": _object(
            {"row_id": TEXT, "status": {"enum": [*WORDS, "refused"]}}, id=TEXT, commands=_list("Command"), **stopped
        ),
        "Batch": _object(batch, next={"type": "integer"}, repeated={"type": "boolean"}),
        "Document": _object({**document, "told": told | {"type": ["object", "null"]}, "deliveries": _list("Delivery")}),
    }


def _models(*models: type[BaseModel]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template=SCHEMAS + "{model}")
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    return found
