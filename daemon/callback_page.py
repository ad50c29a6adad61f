"""The one page that a browser ends at after a consent: what became of it, and what to do next."""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>fortnox-bridge</title><body><p>{said}</p></body></html>
"""

RETURNED = _PAGE.format(
    said="fortnox-bridge has the answer. Go on in the terminal; this window may be closed."
).encode()
NOT_AWAITED = _PAGE.format(
    said="fortnox-bridge does not wait for this answer, and nothing has changed: it was used already, is older than "
    "ten minutes, or belongs to another attempt. Run <code>fortnox-bridge connect</code> again."
).encode()
