"""Depreciation of several assets at once, and the list of what there is to depreciate (Fortnox facts, 6.21)."""

from connectors.fortnox.simulator.assets import ASSETS, depreciate, to_depreciate
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, no_route, unknown_field
from connectors.fortnox.simulator.fields import Field, Kind, read_value
from connectors.fortnox.simulator.lists import list_body
from connectors.fortnox.simulator.search import read_selection
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import Answer, json_answer, opened

_ASSETS = ASSETS["assets"]
_DAY = Field(Kind.DATE, default=None)


def _asset(company: Company, number: object) -> Record:
    record = company.records_of("assets").get(str(number))
    if record is None:
        raise ApiError(Invented.OBJECT_NOT_FOUND, "Kan inte hitta anläggningstillgången.")
    return record


def _depreciate(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    """Depreciate the assets named up to a day; no voucher is written, so the answer names none (*simulator choice*)."""
    if call.method != "POST" or rest:
        raise no_route()
    call.needs(_ASSETS.scope)
    sent = opened(call.body, _ASSETS.single)
    other = next((name for name in sent if name not in ("AssetIds", "DepreciateUntil")), None)
    if other is not None:
        raise unknown_field(other)
    if not isinstance(sent.get("AssetIds"), list) or not sent.get("DepreciateUntil"):
        raise ApiError(2000204, "Fälten AssetIds och DepreciateUntil krävs.")
    until = read_value("DepreciateUntil", sent["DepreciateUntil"], _DAY)
    records = [_asset(company, number) for number in dict.fromkeys(map(str, sent["AssetIds"]))]
    ended = [record for record in records if not to_depreciate(record.data, until)]
    if ended:
        raise ApiError(Invented.ASSET_ENDED, "Det finns inget att skriva av.")
    for record in records:
        depreciate(record, until, moment)
    return json_answer(201, {"AssetsDepreciation": []})


def _depreciations(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    if call.method != "GET" or len(rest) != 1:
        raise no_route()
    call.needs(_ASSETS.scope)
    until = read_value("ToDate", rest[0], _DAY)
    selection = read_selection(
        call.query,
        searches=_ASSETS.searches,
        filters=_ASSETS.filters,
        sorts=_ASSETS.sorts,
        refuse_unknown=company.settings.refuse_unknown_parameters,
        moment=moment,
    ).only(lambda record: to_depreciate(record.data, until) > 0)
    return json_answer(200, list_body(company, _ASSETS, selection, call.base, moment))


DEPRECIATIONS = {"assets/depreciate": Special(_depreciate), "assets/depreciations": Special(_depreciations)}
"""By path."""
