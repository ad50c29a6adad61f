"""Bodies that no resource's own example shows: what actions send, and files' connections, with kinds and examples."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.table.fields import Field

_FILE = "0c2b8f5a-6f0e-4f5e-9d0a-3f2b1c7d8e90"
_COMMENT = (Field("text"), "Efter inventering")
_DATE = (Field("text"), "2026-12-31")
_PERCENTAGE = (Field("integer"), 100)

ACTION_BODIES: Mapping[str, Mapping[str, tuple[Field, Any]]] = {
    "append_note": {"Comments": (Field("text", 1024), "Vill ha leverans före klockan nio")},
    "update_base_price": {"Price": (Field("number"), "92.5")},
    "pause_finance_invoice": {"PausedUntilDate": (Field("date"), "2026-12-15")},
    "report_payment_of_finance_invoice": {
        "BookkeepPaymentInFortnox": (Field("flag"), True),
        "ClientTakesFees": (Field("flag"), False),
        "PaymentAmount": (Field("number"), 1250),
        "PaymentMethodAccount": (Field("integer"), 1930),
        "PaymentMethodCode": (Field("text"), "BG"),
        "ReportToFinance": (Field("flag"), True),
    },
    "write_up_asset": {"Amount": (Field("integer"), 5000), "Comment": _COMMENT, "Date": _DATE},
    "write_down_asset": {"Amount": (Field("integer"), 5000), "Comment": _COMMENT, "Date": _DATE},
    "sell_asset": {"Comment": _COMMENT, "Date": _DATE, "Percentage": _PERCENTAGE, "Price": (Field("integer"), 80000)},
    "scrap_asset": {"Comment": _COMMENT, "Date": _DATE, "Percentage": _PERCENTAGE},
    "change_opening_balance_of_asset": {"Amount": (Field("integer"), 20000), "Comment": _COMMENT},
    "depreciate_assets": {"AssetIds": (Field("rows"), [1]), "DepreciateUntil": _DATE},
}
"""Operation -> the fields that its body may hold, each with a value as an example (Fortnox's own description)."""

_ATTACHMENT: Mapping[str, Any] = {"entityId": 1, "entityType": "F", "fileId": _FILE, "includeOnSend": True}

CREATED: Mapping[str, Mapping[str, Any]] = {
    "voucher_file_connections": {"FileId": _FILE, "VoucherSeries": "A", "VoucherNumber": "1"},
    "supplier_invoice_file_connections": {"FileId": _FILE, "SupplierInvoiceNumber": "1"},
    "article_file_connections": {"FileId": _FILE, "ArticleNumber": "ART-100"},
    "asset_file_connections": {"FileId": _FILE, "AssetId": "1"},
    "attachments": _ATTACHMENT,
}
"""Resource -> what a create sends, where the id of an uploaded file belongs to it."""

CHANGED: Mapping[str, Mapping[str, Any]] = {"attachments": {**_ATTACHMENT, "includeOnSend": False}}
"""Resource -> what an update sends, likewise."""

LISTS = frozenset({"create_attachment", "validate_attachments"})
"""Operations that send their objects as a list (Fortnox facts, section 6.17)."""

KEYS: Mapping[str, str] = {
    "ExpenseCode": "RESA",
    "FileId": _FILE,
    "Name": "SALES",
    "ToDate": "2026-12-31",
    "Type": "4",
    "VoucherSeries": "A",
    "attachmentId": _FILE,
    "id": _FILE,
}
"""What stands for a key in the path where no example has it; any other is 1."""
