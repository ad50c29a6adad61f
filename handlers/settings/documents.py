"""Which documents a sale becomes, and what its rows name."""

from typing import Literal

from pydantic import Field, model_validator

from handlers.values import Frozen


class Documents(Frozen):
    """Which documents a sale becomes in Fortnox: one way per company, never mixed.

    ``module``: a won order becomes an invoice; or an order, invoiced later; or what is still an offer stands there as
    an offer too. ``credit_cancelled``: an invoice that is booked when its sale is called off at the source is held for
    a person, or credited. ``changed_after_booking``: a sale that changes when its documents can no longer follow (a
    booked invoice, an order that was invoiced, what was cancelled or credited) is held for a person, or what stands
    there is taken back and made anew. ``offers_create_customers``: an offer may make a new customer, else only a
    sale does. ``price_list`` is the code of the price list of documents whose source names none; empty: the
    customer's own.
    """

    module: Literal["invoice", "order", "order+offer"] = "invoice"
    credit_cancelled: Literal["hold", "credit"] = "hold"
    changed_after_booking: Literal["hold", "reissue"] = "hold"
    offers_create_customers: bool = False
    price_list: str = Field(default="", max_length=50)


class Articles(Frozen):
    """Whether rows name articles of Fortnox's register.

    ``text``: article numbers stay part of the row's text. ``match``: an article of that number must exist. ``create``:
    a missing one is made. ``update``: what was made so follows the source in name, unit and, with ``prices``, price.
    ``default_article`` is the number of the article that rows name which have none of their own, or one that is
    missing where none is made. ``default_vat`` (percent) is for rows whose source and article state no VAT.
    """

    policy: Literal["text", "match", "create", "update"] = "text"
    prices: bool = False
    default_article: str = Field(default="", pattern=r"^([A-Za-z0-9_\-/+ÅÄÖåäö]{1,50})?$")
    default_vat: int | None = Field(default=None, ge=0, le=99)

    @model_validator(mode="after")
    def _a_policy_that_names_articles(self) -> "Articles":
        if self.default_article and self.policy == "text":
            raise ValueError("default_article needs a policy that names articles: match, create or update")
        if self.prices and self.policy not in {"create", "update"}:
            raise ValueError("prices needs policy create or update: only articles of ours get one")
        return self

    @property
    def makes_missing(self) -> bool:
        """Whether a missing article is made."""
        return self.policy in {"create", "update"}
