"""Reasons for holding, as closed words: those that a person may set aside, and those that a setting ends."""

BRAKES = frozenset({"above_brake", "too_many_documents"})
"""Reasons for holding a document that is larger, or comes faster, than its company allows: a person may let it go."""

OUTGROWN = frozenset(
    {"invoice_booked", "invoice_cancelled", "invoice_credited", "order_cancelled", "order_locked", "rows_of_order"}
    | {"offer_cancelled"}
)
"""Reasons why a sale's documents can no longer follow it: a person may let them be taken back and made anew."""

ALLOWABLE = BRAKES | {"period_closed"} | OUTGROWN
"""Everything that is held until a person allows it."""

_NAMED = (
    "account",
    "cost_center",
    "currency",
    "mode_of_payment",
    "price_list",
    "project",
    "term_of_delivery",
    "term_of_payment",
    "voucher_series",
    "way_of_delivery",
)
_UNUSABLE = ("completed", "inactive", "missing", "not_manual")

SET_ELSEWHERE = frozenset({"article_missing", "customer_missing", "label_missing", "round_off"}) | {
    f"{named}_{fault}" for named in _NAMED for fault in _UNUSABLE
}
"""Reasons that a setting can end: a command carries those it was made with, so its rules run again first."""
