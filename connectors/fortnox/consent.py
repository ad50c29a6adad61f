"""The way through the browser: the address that asks for consent, and the code in the address that it leads to."""

import hmac
import re
from collections.abc import Collection
from typing import Literal
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from connectors.fortnox.settings import FortnoxSettings

CODE_MINUTES = 10
"""How long a code lives (Fortnox facts, section 2.1)."""

AGAIN = "then run `fortnox-bridge connect` again."

Reason = Literal["access_denied", "invalid_scope", "refused", "wrong_state", "no_redirect", "no_code"]

_SAID = {
    "access_denied": "The consent was denied in Fortnox: let a system administrator of the company approve it, "
    + AGAIN,
    "invalid_scope": "Fortnox says that the app asks for a scope that is not ticked for it: tick the scopes listed "
    "above in the developer portal, " + AGAIN,
    "wrong_state": "This answer belongs to another attempt (its state is not the one of this address): open the "
    "address of the newest attempt only, " + AGAIN,
    "no_redirect": "That is not the address that Fortnox sent the browser to: approve in the browser first, copy the "
    "whole address that it ends at (it holds code=…&state=…), " + AGAIN,
    "no_code": "Fortnox sent the browser back without a code: open the address above once more, " + AGAIN,
}


class ConsentRefused(Exception):
    """No code came back; the text is one sentence that ends with the next step."""

    def __init__(self, reason: Reason, said: str | None = None) -> None:
        super().__init__(said or _SAID[reason])
        self.reason = reason


def authorization_address(
    settings: FortnoxSettings, redirect_uri: str, scopes: Collection[str], state: str, *, service: bool = True
) -> str:
    """The address at which a person approves (Fortnox facts, section 2.1).

    ``state`` is unpredictable and comes back; ``service``: the consent belongs to the company, not to a user.
    """
    asked = {
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(sorted(scopes)),
        "state": state,
        "access_type": "offline",
        "response_type": "code",
        **({"account_type": "service"} if service else {}),
    }
    return f"{settings.oauth_url}/auth?{urlencode(asked, quote_via=quote)}"


def code_in(address: str, state: str) -> str:
    """The code in the address that the browser came back with; a terminal's line ends inside it are left out.

    Raises :class:`ConsentRefused`. The state is compared before anything else is believed.
    """
    try:
        query = parse_qs(urlsplit("".join(address.split())).query, keep_blank_values=True)
    except ValueError:
        raise ConsentRefused("no_redirect") from None
    if "state" not in query or "response_type" in query:
        # The second is the address that asks, pasted back.
        raise ConsentRefused("no_redirect")
    if not hmac.compare_digest(query["state"][-1].encode(), state.encode()):
        raise ConsentRefused("wrong_state")
    if "error" in query:
        raise _refused(query["error"][-1])
    code = query.get("code", [""])[-1]
    if not code:
        raise ConsentRefused("no_code")
    return code


def _refused(error: str) -> ConsentRefused:
    if error == "access_denied":
        return ConsentRefused("access_denied")
    if error == "invalid_scope":
        return ConsentRefused("invalid_scope")
    # The word comes out of a pasted text: it is shown only as far as it is one.
    word = re.sub(r"[^A-Za-z0-9_]", "", error)[:60]
    return ConsentRefused(
        "refused",
        f"Fortnox refused the consent ({word or 'without a reason'}): check in the developer portal that OAuth is on, "
        "that this redirect address is registered, that only administrators may connect, and that the app is "
        "published where it is not this company's own, " + AGAIN,
    )
