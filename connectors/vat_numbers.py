"""What a target may ask about a buyer's VAT number before it makes a document that charges no VAT."""

from typing import Any, Protocol


class VatNumbers(Protocol):
    """Whoever knows whether VAT numbers are valid."""

    async def check(self, number: str) -> dict[str, Any]:
        """``valid``, when it was ``asked``, and the ``consultation`` number of that question, kept as evidence.

        Raises :class:`connectors.base.NotAnswered` where nobody can say now.
        """
        ...
