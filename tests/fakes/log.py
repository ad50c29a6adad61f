"""A logger that keeps its lines and holds them to the catalogue."""

from daemon.log_catalogue import EVENTS


class FakeLog:
    """Bound-logger shape; every line is (level, event, fields)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **fields: object) -> None:
        """Keep an ``info`` line."""
        self._keep("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Keep a ``warning`` line."""
        self._keep("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Keep an ``error`` line."""
        self._keep("error", event, fields)

    def fields(self, event: str) -> list[dict[str, object]]:
        """The fields of every line of one event."""
        return [fields for _, name, fields in self.lines if name == event]

    def _keep(self, level: str, event: str, fields: dict[str, object]) -> None:
        known = EVENTS[event]
        assert level in known.levels
        assert set(fields) <= set(known.fields)
        self.lines.append((level, event, fields))
