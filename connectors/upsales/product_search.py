"""Finds the product at Upsales that an article of Fortnox is, by its exact number."""

from connectors.base import Held, Json, Later
from connectors.upsales.api import Api
from connectors.upsales.callbacks import identifier
from connectors.upsales.changes import plain_in

MOST = 100
OPERATION = "find_product"


async def products_of(api: Api, article: str, priority: int) -> tuple[str | None, Json]:
    """The id of the product with this article number (``None``: there is none), and what was asked.

    Raises ``Held`` where several have it, ``Later`` where the products cannot be read whole.
    """
    given = await api.listed(OPERATION, "products", {"articleNo": f"eq:{article}", "limit": str(MOST)}, priority)
    products = [one for one in given if isinstance(one, dict) and identifier(one.get("id")) is not None]
    if len(products) < len(given):
        api.unreadable(OPERATION)
    fitting = [one for one in products if plain_in(one, "articleNo") == article.strip()]
    if not fitting and len(given) >= MOST:
        # A filter that Upsales does not know gives everything: that nothing fits here proves nothing.
        raise Later("filter_ignored", system=api.name, operation=OPERATION)
    numbers = [str(identifier(one["id"])) for one in fitting]
    if len(numbers) > 1:
        raise Held(
            "several_products",
            system=api.name,
            operation=OPERATION,
            remedy=f"The products {', '.join(numbers)} of Upsales all have article number {article}: correct it there "
            "on all but the right one, then retry.",
            about=f"product:{article}",
        )
    return (numbers[0] if numbers else None), {"searched": [{"by": "articleNo", "given": len(given)}]}
