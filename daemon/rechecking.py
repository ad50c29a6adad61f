"""A consent may have changed at Fortnox: the companies of that app are asked for again, and nobody is believed."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from connectors.base import Target
from daemon.gate import Gate
from daemon.settings import Company


@runtime_checkable
class Distrustful(Protocol):
    """What a target offers whose access may be taken back at the far side at any time."""

    def distrust(self) -> None:
        """The next call proves the connection with a token that is new."""
        ...


class Proving(Protocol):
    """A company's loop, as far as it is made to prove the connection."""

    gate: Gate

    def wake(self) -> None:
        """Go through the gate again."""
        ...


class Recheck:
    """Makes every company that is connected through the same app prove its connection before anything else leaves.

    It is no write: the gate's own probe asks for a new token and for the company's information. A company stays as it
    is where Fortnox answers as before; where it refuses, credentials are lost, and where it gives access again, they
    are found.
    """

    def __init__(
        self,
        companies: Mapping[str, Company],
        targets: Mapping[str, Target],
        loops: Mapping[str, Proving],
    ) -> None:
        self._apps = {name: (one.fortnox.oauth_url, one.fortnox.client_id) for name, one in companies.items()}
        self._targets = targets
        self._loops = loops

    def __call__(self, company: str) -> None:
        """A notice came for the app that ``company`` is connected through."""
        for name, loop in self._loops.items():
            target = self._targets[name]
            if self._apps[name] == self._apps.get(company) and isinstance(target, Distrustful):
                target.distrust()
                loop.gate.prove_again()
                loop.wake()
