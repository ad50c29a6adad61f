"""The payment reference Fortnox prints on an invoice (Fortnox facts, 6.5)."""


def _check_digit(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def ocr_number(document_number: str) -> str:
    """Give document number, length digit (total length modulo 10) and Luhn check digit: 203 gives 20354."""
    body = f"{document_number}{(len(document_number) + 2) % 10}"
    return f"{body}{_check_digit(body)}"
