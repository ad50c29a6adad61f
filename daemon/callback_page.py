"""The one page that a browser ends at after a consent: what became of it, and what to do next."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>fortnox-bridge</title><body><p>{said}</p></body></html>
"""


def connected(company_name: str) -> bytes:
    """For the administrator who opened a link."""
    return _PAGE.format(said=f"{escape(company_name)} is connected. This window may be closed.").encode()


def not_connected(sentence: str) -> bytes:
    """For the administrator who opened a link; the sentence is for whoever sent it."""
    return _PAGE.format(said=f"Nothing was connected. Tell whoever sent you this link: {escape(sentence)}").encode()


RETURNED = _PAGE.format(
    said="fortnox-bridge has the answer. Go on in the terminal; this window may be closed."
).encode()
NOT_AWAITED = _PAGE.format(
    said="fortnox-bridge does not wait for this answer, and nothing has changed: it was used already, is older than "
    "ten minutes, or belongs to another attempt. Run <code>fortnox-bridge connect</code> again."
).encode()
