"""The ways of notices that a configuration names: what they are called, and their targets."""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import ClientSession

from connectors.base import Target
from connectors.notices.target import NoticeDesk
from connectors.notices.ways import ByMail, ByWebhook, Way
from connectors.sender_target import SenderTarget
from connectors.window import Window
from daemon.clock import Clock
from daemon.destinations import destination, target_name
from daemon.settings import Config

SYSTEM = "notices"


def notice_targets(config: Config, session: ClientSession, clock: Clock) -> dict[str, Target]:
    """The target of each way, under the name of its destination."""
    return {
        destination(target_name(name)): SenderTarget(SYSTEM, NoticeDesk(way), _unlimited(clock))
        for name, way in _ways(config, session, clock.now).items()
    }


def _ways(config: Config, session: ClientSession, clock: Callable[[], datetime]) -> Mapping[str, Way]:
    notices, secrets, ways = config.notices, config.notice_secrets, dict[str, Way]()
    if notices.webhook is not None:
        ways["webhook"] = ByWebhook(notices.webhook, secrets["webhook"].reveal(), session, clock)
    if notices.mail is not None:
        password = secrets.get("mail")
        ways["mail"] = ByMail(notices.mail, None if password is None else password.reveal())
    return ways


def _unlimited(clock: Clock) -> Window:
    return Window(0, 1.0, monotonic=clock.monotonic, sleep=clock.sleep)
