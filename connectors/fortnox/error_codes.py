"""What each of Fortnox's error codes means, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Meaning:
    """``next`` is what to do: park for a person, pause the company, or later; ``remedy`` is one text for a person."""

    next: Literal["park", "credentials", "later"]
    reason: str
    remedy: str


def _park(reason: str, cause: str, remedy: str = "Correct it at the source or in Fortnox, then retry.") -> Meaning:
    return Meaning("park", reason, f"{cause} {remedy}")


_OUR_FAULT = "This is a fault of the bridge, not of the data: report it; retry after an upgrade."
_IN_FORTNOX = "Correct it in Fortnox, then retry."

MEANINGS: Mapping[int, Meaning] = {
    1000003: Meaning("later", "system_exception", "Fortnox had a fault of its own."),
    1000030: _park("accept_refused", "Fortnox refuses the Accept header.", _OUR_FAULT),
    1000031: _park("content_type_refused", "Fortnox refuses the content type.", _OUR_FAULT),
    2000013: _park("article_number_used", "The article number is used already."),
    2000106: _park("not_alphanumeric", "A value must consist of letters and digits."),
    2000107: _park("too_long", "A value is too long."),
    2000108: _park("not_numeric", "A value must be a number."),
    2000134: _park("not_boolean", "A value must be true or false.", _OUR_FAULT),
    2000166: _park("article_number", "The article number has characters that Fortnox refuses."),
    2000204: _park("customer_missing", "The customer of the document is missing in Fortnox."),
    2000310: _park("record_in_use", "The record is in use by other documents.", _IN_FORTNOX),
    2000311: Meaning("credentials", "token_missing", "Fortnox got no token; connect the company again."),
    2000342: _park("price_list", "A price or price list is refused.", _IN_FORTNOX),
    2000359: _park("illegal_characters", "A text holds characters that Fortnox refuses."),
    2000397: _park("order_cancelled", "The order is cancelled, so nothing is made from it.", _IN_FORTNOX),
    2000401: _park("period_locked", "The bookkeeping period is locked.", "Unlock it in Fortnox, or book by hand."),
    2000423: _park("account_missing", "An account does not exist.", _IN_FORTNOX),
    2000427: _park("currency_missing", "The currency is not registered in Fortnox.", "Add it there, then retry."),
    2000428: _park("article_not_found", "The article does not exist in Fortnox."),
    2000429: _park("terms_of_payment_missing", "The terms of payment do not exist.", _IN_FORTNOX),
    2000430: _park("price_not_found", "The price does not exist in Fortnox.", _IN_FORTNOX),
    2000431: _park("price_list_not_found", "The price list does not exist in Fortnox.", "Add it there, then retry."),
    2000432: _park(
        "unit_missing", "The unit does not exist in Fortnox.", "Add it there or change `units`, then retry."
    ),
    2000433: _park("customer_not_found", "The customer does not exist in Fortnox."),
    2000434: _park("invoice_not_found", "The invoice does not exist in Fortnox."),
    2000435: _park("terms_of_delivery_missing", "The terms of delivery do not exist.", _IN_FORTNOX),
    2000439: _park("order_not_found", "The order does not exist in Fortnox."),
    2000496: _park("order_invoiced", "The order is invoiced already.", "Compare the invoice in Fortnox by hand."),
    2000499: _park("offer_ordered", "The offer has an order already.", "Compare the order in Fortnox by hand."),
    2000513: _park("article_not_found", "The product does not exist in Fortnox."),
    2000517: _park("price_list", "A price or price list is refused.", _IN_FORTNOX),
    2000550: _park("account_inactive", "An account is not active.", _IN_FORTNOX),
    2000587: _park("filter_refused", "Fortnox refuses a filter.", _OUR_FAULT),
    2000588: _park("parameter_refused", "Fortnox refuses a search parameter.", _OUR_FAULT),
    2000637: _park("customer_number_used", "The customer number is used, or kept by a deleted customer."),
    2000663: _park(
        "scope_missing",
        "The token lacks the scope for this resource.",
        "Add the scope in the developer portal and let an administrator approve the app again, then retry.",
    ),
    2000699: _park("null_refused", "A value may not be null.", _OUR_FAULT),
    2000729: _park("identifier_missing", "No valid identifier was given.", _OUR_FAULT),
    2000762: _park("article_not_found", "An article is missing in Fortnox, or its price row exists already."),
    2000764: _park("no_such_route", "Fortnox does not know the address.", _OUR_FAULT),
    2000861: _park("order_exists", "The order exists already.", "Compare it in Fortnox, then link it."),
    2000946: _park("cost_center_required", "The account requires a cost center.", _IN_FORTNOX),
    2000947: _park("cost_center_inactive", "The cost center is not active.", _IN_FORTNOX),
    2001101: _park(
        "licence_missing",
        "The company has no licence for this part of Fortnox.",
        "Order the licence in Fortnox, then retry.",
    ),
    2001103: Meaning("credentials", "api_licence_missing", "The company has no API licence: order it, then resume."),
    2001243: _park("offer_locked", "An order was made from the offer, so it is locked.", "Change the order instead."),
    2001265: _park("predefined_account", "A predefined account is missing or inactive.", _IN_FORTNOX),
    2001279: _park("order_cancelled", "The order is cancelled already.", _IN_FORTNOX),
    2001302: _park("article_not_found", "An article of a row does not exist in Fortnox."),
    2001303: _park("account_not_in_chart", "An account of a row is not in the chart of accounts.", _IN_FORTNOX),
    2001304: _park("default_account_missing", "A default account is missing in the settings.", _IN_FORTNOX),
    2001339: _park("permission_missing", "The connected user may not list invoices.", "Give the right, then retry."),
    2001383: _park("order_locked", "The order is invoiced, so it cannot be cancelled.", "Handle its invoice instead."),
    2001392: _park("body_refused", "Fortnox found the body empty or of the wrong type.", _OUR_FAULT),
    2001393: _park(
        "permission_missing", "The connected user lacks the customer-invoice right.", "Give it, then retry."
    ),
    2001399: _park("unknown_field", "Fortnox does not know a field that was sent.", _OUR_FAULT),
    2001403: _park("predefined_account_missing", "A predefined account was not found.", _IN_FORTNOX),
    2001600: _park("your_reference_too_long", "YourReference is longer than 50 characters."),
    2001795: _park("field_missing", "A required field is missing."),
    2001846: _park("article_number_missing", "An article number is missing."),
    2001896: _park(
        "comments_too_long", "Comments are longer than 1024 characters.", "Shorten them in Fortnox, then retry."
    ),
    2002115: _park("json_refused", "Fortnox could not read the JSON.", _OUR_FAULT),
    2002141: _park("period_locked", "The period of the invoice is locked.", "Unlock it in Fortnox, or book by hand."),
    2002462: _park("predefined_account", "A predefined account has not four digits.", _IN_FORTNOX),
    2002821: _park("cost_center_inactive", "The cost center is not active.", _IN_FORTNOX),
    2003055: _park("already_paid", "The invoice is already fully paid.", "Compare the payments in Fortnox by hand."),
    2003124: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003125: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003126: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003127: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003241: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003275: _park("permission_missing", "The connected user lacks a permission.", "Give the right, then retry."),
    2003277: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003399: _park("warehouse", "The warehouse module refuses the change.", _IN_FORTNOX),
    2003498: _park("not_ready", "The invoice must be marked ready first (warehouse module).", _IN_FORTNOX),
    2003977: _park("row_incomplete", "A row with a quantity lacks description and article."),
    2004052: _park("predefined_account", "A predefined account has an incompatible VAT code.", _IN_FORTNOX),
    2004054: Meaning("credentials", "login_refused", "Fortnox refuses the login; connect the company again."),
    2004167: _park("vat_needs_account", "A row with a custom VAT rate needs an account."),
    2004194: _park("vat_number", "The VAT number is not valid."),
    2004344: _park("currency_missing", "The currency is not registered in Fortnox.", "Add it there, then retry."),
}
"""The codes of Fortnox facts, section 4.3, that the resources, registers and logins that we use may meet."""

UNKNOWN = _park("refused", "Fortnox refuses the call with a code that has no explanation here (see the detail).")
LOGIN = Meaning("credentials", "login_refused", "Fortnox refuses the login; connect the company again.")
NOT_FOUND = frozenset(
    {2000423, 2000427, 2000428, 2000429, 2000430, 2000431, 2000432, 2000433, 2000434, 2000435, 2000439, 2004344}
)
"""Codes that say that the one object that was read does not exist."""
