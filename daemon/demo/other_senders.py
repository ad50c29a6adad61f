"""The senders whose stand-ins the demo can run beside itself, and the section that each has in its configuration."""

import tomllib
from collections.abc import Mapping

from pydantic import ValidationError

from connectors.registry import SOURCES

HIGHLEVEL, UPSALES, SUBSCRIPTIONFLOW = "highlevel", "upsales", "subscriptionflow"
"""Each is the name of a stand-in, of a type of source, and of the demo's source."""

LOCATION = "hQ4nVw8sLtR2eXbKc7Pm"
CUSTOMER = 55021
OFFER_STAGE, WON_STAGE, INVOICE_STAGE, LOST_STAGE = 10, 12, 15, 7

_HIGHLEVEL = f"""\
[sources.highlevel]
type = "highlevel"
company = "{{company}}"
path_token = "generated:highlevel-path"
location_id = "{LOCATION}"
app = true
app_keys = ['''
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=
-----END PUBLIC KEY-----
''']
api = {{{{ base_url = "{{url}}", token = "plain:pit-stand-in" }}}}
"""
"""The key is that of the stand-in, which signs in place of HighLevel."""

_UPSALES = f"""\
[sources.upsales]
type = "upsales"
company = "{{company}}"
authentication_key = "plain:example-app-auth-key-not-secret"
app_id = 9001
customer_id = {CUSTOMER}
api_key = "plain:example-customer-api-key"
base_url = "{{url}}/api/v2"
offer_stage = {OFFER_STAGE}
won_stage = {WON_STAGE}
invoice_stage = {INVOICE_STAGE}
lost_stage = {LOST_STAGE}
vat_rate = 25
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

SECTIONS: Mapping[str, str] = {HIGHLEVEL: _HIGHLEVEL, UPSALES: _UPSALES, SUBSCRIPTIONFLOW: _SUBSCRIPTIONFLOW}
"""The sender -> its section; ``url`` is where its stand-in listens."""


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
