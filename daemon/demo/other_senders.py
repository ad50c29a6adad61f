"""The senders whose stand-ins the demo can run beside itself, and the section that each has in its configuration."""

import tomllib
from collections.abc import Mapping

from pydantic import ValidationError

from connectors.registry import SOURCES

_HIGHLEVEL = """\
[sources.highlevel]
type = "highlevel"
company = "{company}"
path_token = "generated:highlevel-path"
location_id = "hQ4nVw8sLtR2eXbKc7Pm"
api = {{ base_url = "{url}", token = "plain:pit-stand-in" }}
"""

_UPSALES = """\
[sources.upsales]
type = "upsales"
company = "{company}"
authentication_key = "plain:example-app-auth-key-not-secret"
app_id = 9001
customer_id = 55021
api_key = "plain:example-customer-api-key"
base_url = "{url}/api/v2"
won_stage = 3
"""

_SUBSCRIPTIONFLOW = """\
[sources.subscriptionflow]
type = "subscriptionflow"
company = "{company}"
path_token = "generated:subscriptionflow-path"
base_url = "{url}"
client_id = "made-up-client"
client_secret = "plain:made-up-client-secret"
"""

SECTIONS: Mapping[str, str] = {
    "highlevel": _HIGHLEVEL,
    "upsales": _UPSALES,
    "subscriptionflow": _SUBSCRIPTIONFLOW,
}
"""The sender, which is also the name of its source -> its section; ``url`` is where its stand-in listens."""


def section(sender: str, url: str, company: str) -> str:
    """The sender's section as it is written into the file."""
    return SECTIONS[sender].format(url=url, company=company)


def misfit(sender: str) -> str | None:
    """Why this build cannot take the sender's section; ``None`` where it can."""
    values = tomllib.loads(section(sender, "http://127.0.0.1:9", "demo"))["sources"][sender]
    kind = SOURCES.get(values.pop("type"))
    if kind is None:
        return "this build does not know that sender"
    try:
        kind.settings.model_validate(values)
    except ValidationError as error:
        fields = sorted({".".join(str(part) for part in fault["loc"]) or "its section" for fault in error.errors()})
        return f"this build reads its section otherwise ({', '.join(fields)})"
    return None
