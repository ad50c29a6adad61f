"""What a task has at a rate window before its call leaves: a place taken ahead, or room that it will want soon."""

from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(slots=True)
class Ahead:
    """A place that was taken before its call; the first call of the same task uses it."""

    window: object
    used: bool = False

    def serves(self, window: object) -> bool:
        """Whether the call may use it; only the first may."""
        serves = self.window is window and not self.used
        self.used = self.used or serves
        return serves


ahead: ContextVar[Ahead | None] = ContextVar("ahead", default=None)


class Expected:
    """A call that its task will ask a place for soon; the room that it needs is not given away meanwhile.

    It counts from the moment that it is made. It ends with the task's first place, with the block, or at ``until``
    (monotonic seconds): a task that waits so long for something else keeps nobody waiting.
    """

    def __init__(self, window: object, until: float) -> None:
        """Made by :meth:`connectors.window.Window.expect`."""
        self.open = True
        self.until = until
        self._window = window
        self._token: Token[Expected | None] | None = None

    def come(self, window: object) -> None:
        """The task asks for a place of ``window``."""
        self.open = self.open and window is not self._window

    def __enter__(self) -> None:
        """From here on this task's first place is the one."""
        self._token = expected.set(self)

    def __exit__(self, *_: object) -> None:
        """Nothing more is expected."""
        self.open = False
        if self._token is not None:
            expected.reset(self._token)


expected: ContextVar[Expected | None] = ContextVar("expected", default=None)
