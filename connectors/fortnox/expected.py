"""What a company's documents and tasks use in Fortnox beside what its other settings name: the section ``expected``."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from handlers.values import Frozen

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Codes = Annotated[tuple[Code, ...], Field(max_length=20)]


class Expected(Frozen):
    """Codes and numbers that must stand in Fortnox, by register; an examination looks whether they do.

    At most twenty of each, so that an examination stays within a bounded number of calls.
    """

    currencies: Codes = ()
    price_lists: Codes = ()
    terms_of_payment: Codes = ()
    terms_of_delivery: Codes = ()
    ways_of_delivery: Codes = ()
    voucher_series: Codes = ()
    cost_centers: Codes = ()
    projects: Codes = ()
    articles: Codes = ()

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """The same by register."""
        return {name: tuple(dict.fromkeys(getattr(self, name))) for name in type(self).model_fields}
