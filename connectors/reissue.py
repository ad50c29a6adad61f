"""How a target asks for the documents of a sale to be made anew."""

from connectors.base import Park
from handlers.values import Ref


class Reissue(Park):
    """The documents that stand there are to be taken back, and the sale decided anew in its next ``generation``."""

    def __init__(self, reason: str, *, sale: Ref, because: str, system: str, operation: str) -> None:
        """``sale`` is what the source calls it, in the next generation; ``because`` is kept for ``explain``."""
        super().__init__(reason, system=system, operation=operation, remedy="made anew by itself")
        self.sale = sale
        self.because = because
