"""The JSON Schema of our own webhooks, made from the models; run as a module it rewrites ``schema.json`` beside it."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from connectors.standard.wire import Body

FILE = Path(__file__).with_name("schema.json")


def body_schema() -> dict[str, Any]:
    """The schema of every body that we take, told apart by ``type``."""
    adapter: TypeAdapter[Body] = TypeAdapter(Annotated[Body, Field(discriminator="type")])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Webhooks of fortnox-bridge's standard source",
        **adapter.json_schema(),
    }


def written() -> str:
    """The schema as it lies in the file."""
    return json.dumps(body_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
