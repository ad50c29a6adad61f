"""Settings: every account that they name is told with its use, so that an examination looks at each."""

from handlers.settings import Bookkeeping, Vat
from tests.handlers.examples import company


def test_every_account_is_told_with_its_first_use() -> None:
    """Within the country, abroad, and what documents charge besides their lines."""
    books = Bookkeeping.model_validate(
        {
            "sales_accounts": {"25": 3001, "0": 3004},
            "round_off_account": 3740,
            "freight_account": 3520,
            "administration_fee_account": 3540,
            "payment_account": 1930,
            "charge_accounts": {"gift_card": 2421, "rounding": 3740},
        }
    )
    vat = Vat.model_validate(
        {
            "reverse_charge_account": 3108,
            "export_account": 3105,
            "consumers_in_eu": "oss",
            "eu_vat_accounts": {"25": 3106},
            "oss": {"DE": {"19": 3107, "7": 3107}},
        }
    )
    assert company(bookkeeping=books, vat=vat).accounts == {
        3001: "sales at 25 %",
        3004: "sales at 0 %",
        3106: "sales in the EU at 25 %",
        3107: "OSS DE at 19 %",
        1930: "payments",
        3740: "rounding",
        3520: "freight",
        3540: "administration fees",
        2421: "gift card",
        3108: "reverse charge in the EU",
        3105: "export",
    }
