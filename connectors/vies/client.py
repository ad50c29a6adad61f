"""Asks VIES about one VAT number: one read, safe to repeat; what is no clear answer is no answer."""

from urllib.parse import quote

from aiohttp import ClientSession

from connectors.base import Json, NotAnswered
from connectors.json_body import BodyFault, read_object
from connectors.transport import TransportError, call
from connectors.vies.settings import ViesSettings

SYSTEM = "vies"
CLEAR = {"VALID": True, "INVALID": False, "INVALID_INPUT": False}
"""What ``userError`` may say that answers the question; everything else (a member state that is away, too many
questions at once) says to ask again."""


class ViesClient:
    """Fits one company's :class:`ViesSettings`."""

    def __init__(self, settings: ViesSettings, session: ClientSession) -> None:
        self._settings = settings
        self._session = session

    async def ask(self, number: str) -> Json:
        """``valid``, the day that VIES says (``asked``) and the ``consultation`` number, where there is one.

        The name and address that VIES may tell are not kept. Raises :class:`NotAnswered`.
        """
        country, rest = number[:2], number[2:]
        params: dict[str, str] = {}
        if self._settings.requester is not None:
            params["requesterMemberStateCode"] = self._settings.requester[:2]
            params["requesterNumber"] = self._settings.requester[2:]
        url = f"{self._settings.base_url}/ms/{country}/vat/{quote(rest, safe='')}"
        try:
            answer = await call(
                self._session, "GET", url, params=params, timeout_seconds=self._settings.timeout_seconds
            )
            body = read_object(answer.body) if answer.status == 200 else {}
        except (TransportError, BodyFault) as error:
            raise _not_answered(str(error)) from None
        word = body.get("userError")
        if word not in CLEAR or body.get("isValid") is not CLEAR[word]:
            raise _not_answered(f"status {answer.status}")
        return {
            "valid": CLEAR[word],
            "asked": str(body.get("requestDate") or ""),
            "consultation": str(body.get("requestIdentifier") or ""),
        }


def _not_answered(detail: str) -> NotAnswered:
    return NotAnswered("vies_silent", system=SYSTEM, operation="check_vat_number", detail=detail)
