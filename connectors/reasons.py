"""Reasons for holding that a person may set aside, as closed words: what was held is let through then."""

BRAKES = frozenset({"above_brake", "too_many_documents"})
"""Reasons for holding a document that is larger, or comes faster, than its company allows: a person may let it go."""

OUTGROWN = frozenset(
    {"invoice_booked", "invoice_cancelled", "invoice_credited", "order_cancelled", "order_locked", "rows_of_order"}
    | {"offer_cancelled"}
)
"""Reasons why a sale's documents can no longer follow it: a person may let them be taken back and made anew."""

ALLOWABLE = BRAKES | {"period_closed"} | OUTGROWN
"""Everything that is held until a person allows it."""
