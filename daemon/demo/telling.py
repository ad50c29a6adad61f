"""What the scenes say while the live view is up: kept, so that the view shows it and a file holds the whole of it."""

from daemon.demo.screen import Screen
from daemon.demo.snapshot import Story


class Telling(Screen):
    """Takes the place of the plain screen; each chapter is one scene."""

    def __init__(self) -> None:
        super().__init__()
        self._scene = ""
        self._lines: list[str] = []
        self._from = 0

    def line(self, text: str = "") -> None:
        """Keep one line."""
        self._lines.append(text.rstrip())

    def chapter(self, title: str) -> None:
        """A new scene begins."""
        super().chapter(title)
        self._scene, self._from = title, len(self._lines)

    @property
    def story(self) -> Story:
        """The scene that runs now."""
        return Story(self._scene, tuple(self._lines[self._from :]))

    @property
    def whole(self) -> str:
        """Every line of every scene."""
        return "".join(f"{line}\n" for line in self._lines)
