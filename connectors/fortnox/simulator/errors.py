"""The refusals of the simulated Fortnox: one exception, its two wire casings, and the codes we had to invent."""

from enum import IntEnum


class Invented(IntEnum):
    """Codes for conditions that exist in Fortnox but whose real code is not known (Fortnox facts, 4.3, last paragraph).

    Every one of them starts with 2999, which Fortnox does not use, so that no client can come to depend on them unseen.
    """

    DOCUMENT_NUMBER_USED = 2999001
    VAT_RATE_NOT_CONFIGURED = 2999002
    INVOICE_ALREADY_BOOKED = 2999003
    BOOKED_INVOICE_LOCKED = 2999004
    BOOKED_INVOICE_NOT_CANCELLABLE = 2999005
    INVOICE_ALREADY_CANCELLED = 2999006
    CANCELLED_INVOICE_LOCKED = 2999007
    PAYMENT_BEFORE_INVOICE = 2999008
    PAYMENT_CURRENCY_DIFFERS = 2999009
    INVOICE_NOT_BOOKED = 2999010
    PAYMENT_ON_CANCELLED_INVOICE = 2999011
    BOOKED_PAYMENT_LOCKED = 2999012
    PAYMENT_ALREADY_BOOKED = 2999013
    MODE_OF_PAYMENT_NOT_FOUND = 2999014
    COUNTRY_CODE_UNKNOWN = 2999015
    VALUE_NOT_ALLOWED = 2999016
    DATE_INVALID = 2999017
    FINANCIAL_YEAR_MISSING = 2999018
    ROWS_CANNOT_BE_EMPTIED = 2999019
    ROW_NOT_FOUND = 2999020
    CURRENCY_EXISTS = 2999021
    PAYMENT_NOT_FOUND = 2999022
    PAYMENT_EXCEEDS_BALANCE = 2999023
    LABEL_NOT_FOUND = 2999025
    ARTICLE_IN_USE = 2999026
    ARTICLE_INACTIVE = 2999027
    PRICE_LIST_EXISTS = 2999028
    TOO_MANY_PRICE_LISTS = 2999029
    UNIT_EXISTS = 2999030
    TERMS_OF_PAYMENT_EXIST = 2999031
    CANCELLED_ORDER_LOCKED = 2999032
    INVOICED_ORDER_LOCKED = 2999033
    ROWS_LINKED_TO_ORDER = 2999034
    OFFER_NOT_FOUND = 2999035
    CANCELLED_OFFER_LOCKED = 2999036
    INVOICED_OFFER_LOCKED = 2999037
    OFFER_ALREADY_CANCELLED = 2999038
    CREDIT_INVOICE_NOT_CREDITABLE = 2999039
    INVOICE_ALREADY_CREDITED = 2999040
    OCR_USED = 2999041
    OBJECT_NOT_FOUND = 2999100
    KEY_USED = 2999101
    STILL_IN_USE = 2999102
    OWN_CURRENCY_NEEDED = 2999103
    DATES_IN_WRONG_ORDER = 2999104
    ASSET_ENDED = 2999105
    ASSET_VALUE_EXCEEDED = 2999106
    INVOICE_NOT_FOR_FINANCE = 2999107
    FINANCE_INVOICE_STOPPED = 2999108
    FINANCIAL_YEAR_NOT_FOUND = 2999150
    FINANCIAL_YEAR_DATES_INVALID = 2999151
    FINANCIAL_YEARS_OVERLAP = 2999152
    ACCOUNT_EXISTS = 2999153
    ACCOUNT_IN_USE = 2999154
    COST_CENTER_NOT_ALLOWED = 2999155
    COST_CENTER_NOT_FOUND = 2999156
    PROJECT_MANDATORY = 2999157
    PROJECT_NOT_ALLOWED = 2999158
    TRANSACTION_INFORMATION_MANDATORY = 2999159
    TRANSACTION_INFORMATION_NOT_ALLOWED = 2999160
    VOUCHER_UNBALANCED = 2999161
    VOUCHER_SERIES_NOT_MANUAL = 2999162
    VOUCHER_SERIES_NOT_FOUND = 2999163
    VOUCHER_SERIES_EXISTS = 2999164
    VOUCHER_NOT_FOUND = 2999165
    VOUCHER_ROW_INVALID = 2999166
    VOUCHER_OF_DOCUMENT_NOT_DELETABLE = 2999167
    SUPPLIER_NOT_FOUND = 2999168
    SUPPLIER_INVOICE_NOT_FOUND = 2999169
    SUPPLIER_INVOICE_BOOKED = 2999170
    SUPPLIER_INVOICE_CANCELLED = 2999171
    SUPPLIER_INVOICE_NOT_BOOKED = 2999172
    SUPPLIER_INVOICE_ALREADY_APPROVED = 2999173
    SUPPLIER_INVOICE_NOT_APPROVED = 2999174
    SUPPLIER_CREDIT_NOT_CREDITABLE = 2999175
    SUPPLIER_INVOICE_ALREADY_CREDITED = 2999176
    SUPPLIER_INVOICE_WITHOUT_AMOUNT = 2999177
    CONTRACT_NOT_FOUND = 2999178
    CONTRACT_FINISHED = 2999179
    CONTRACT_INACTIVE = 2999180
    CONTRACT_WITHOUT_INVOICES = 2999181
    CONTRACT_PERIOD_INVALID = 2999182
    CONTRACT_TEMPLATE_NOT_FOUND = 2999183
    DOCUMENT_WITHOUT_TAX_REDUCTION = 2999184
    SOCIAL_SECURITY_NUMBER_INVALID = 2999185
    TAX_REDUCTION_NOT_FOUND = 2999186
    BANK_DETAILS_MISSING = 2999200
    EMAIL_ADDRESS_MISSING = 2999201
    EDI_DATA_MISSING = 2999202
    ORDER_NOT_READY = 2999203
    FILE_MISSING = 2999204
    FILE_TOO_LARGE = 2999205
    FILE_NOT_FOUND = 2999206
    FOLDER_NOT_FOUND = 2999207
    CONNECTION_NOT_FOUND = 2999208
    CONNECTED_OBJECT_NOT_FOUND = 2999209
    FILE_CONNECTED = 2999210


class ApiError(Exception):
    """A refusal with Fortnox's numeric code; never carries secrets, may carry the offending field name or value."""

    def __init__(self, code: int, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = int(code)
        self.message = message
        self.status = status

    def envelope(self) -> dict[str, dict[str, object]]:
        """Give the error body: lower-case keys for 400, capitalised ones for 403 and 404 (Fortnox facts, 4.1)."""
        if self.status == 400:
            return {"ErrorInformation": {"error": 1, "message": self.message, "code": self.code}}
        return {"ErrorInformation": {"Error": 1, "Message": self.message, "Code": self.code}}


def unknown_field(name: str) -> ApiError:
    """Refuse a property that the resource does not have, or that may not be written."""
    return ApiError(2001399, f"Felaktigt fältnamn ({name})")


def not_found(code: int, message: str) -> ApiError:
    """Refuse an address whose object does not exist."""
    return ApiError(code, message, status=404)


def no_route() -> ApiError:
    """Refuse a path or method that the simulator does not have."""
    return not_found(2000764, "Det finns ingen sådan adress.")


def invalid_parameter(name: str) -> ApiError:
    """Refuse a query parameter that is unknown to the resource or has an unusable value."""
    return ApiError(2000588, f"Ogiltig parameter ({name})")
