"""The list of senders that the daemon knows, one line each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.fortnox.consent_notice import ConsentNotices, ConsentNoticeSettings
from connectors.highlevel.reader import open_reader as open_highlevel
from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.source import HighLevelSource
from connectors.sources import Reader, Source, SourceSettings, Surroundings
from connectors.standard.settings import StandardSettings
from connectors.standard.source import StandardSource
from connectors.subscriptionflow.reader import SubscriptionFlowReader
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from connectors.subscriptionflow.source import SubscriptionFlowSource
from connectors.upsales.client import open_reader as open_upsales
from connectors.upsales.settings import UpsalesSettings
from connectors.upsales.source import UpsalesSource


def _nothing_to_read(
    _name: str, _settings: SourceSettings, _secrets: Mapping[str, str], _surroundings: Surroundings
) -> Reader | None:
    """For senders that offer nothing to read."""
    return None


@dataclass(frozen=True, slots=True)
class SourceType:
    """One kind of sender.

    ``settings`` is the model of its configuration section (without ``type``); fields that hold a ``SecretReference``
    are resolved by configuration. ``make`` takes the source's name, the settings and the resolved secrets (field name
    -> text; absent fields are left out) and raises ``ValueError`` naming the field where a secret cannot serve.
    ``open_reader`` takes the same and gives what reads at the sender; ``None`` where the settings name no access to it.
    ``tells`` are the kinds of events that it can tell.
    """

    settings: type[SourceSettings]
    make: Callable[[str, Any, Mapping[str, str]], Source]
    tells: tuple[str, ...]
    open_reader: Callable[[str, Any, Mapping[str, str], Surroundings], Reader | None] = _nothing_to_read


SOURCES: Mapping[str, SourceType] = {
    "fortnox_consent": SourceType(ConsentNoticeSettings, ConsentNotices, ("consent_changed",)),
    "highlevel": SourceType(
        HighLevelSettings,
        HighLevelSource,
        (
            "survey_submitted",
            "order_changed",
            "refunded",
            "invoice_changed",
            "party_changed",
            "note_added",
            "task_completed",
        ),
        open_highlevel,
    ),
    "standard": SourceType(
        StandardSettings,
        StandardSource,
        ("order_changed", "refunded", "invoice_changed", "payment_received", "survey_submitted", "payout_made"),
    ),
    "subscriptionflow": SourceType(
        SubscriptionFlowSettings, SubscriptionFlowSource, ("invoice_changed",), SubscriptionFlowReader
    ),
    "upsales": SourceType(UpsalesSettings, UpsalesSource, ("order_changed", "party_changed"), open_upsales),
}
"""The word after ``type =`` in a ``[sources.NAME]`` section -> its kind of sender."""
