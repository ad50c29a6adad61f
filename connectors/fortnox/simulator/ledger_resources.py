"""The resources of the ledger: financial years, accounts, series and vouchers (Fortnox facts, 5, 6.12 and 6.13)."""

from dataclasses import replace

from connectors.fortnox.simulator import accounts, financial_years, manual_vouchers, voucher_series
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.resource import of_table, showing
from connectors.fortnox.simulator.search import exactly, since, until

FINANCIAL_YEARS = replace(
    of_table("financial_years"),
    records_at=financial_years.years_seen,
    missing=(Invented.FINANCIAL_YEAR_NOT_FOUND, "Kan inte hitta räkenskapsåret."),
    create=financial_years.create,
    searches={"date": financial_years.holding_day},
)

ACCOUNTS = replace(
    of_table("accounts"),
    records=accounts.every_account,
    records_at=accounts.accounts_seen,
    missing=(2000423, "Kan inte hitta kontot."),
    create=accounts.create,
    update=accounts.update,
    delete=accounts.delete,
    list_item=showing(accounts.ACCOUNT_LIST_FIELDS),
    searches={"sru": exactly("SRU")},
    sorts={"number": "Number"},
)

ACCOUNT_CHARTS = replace(
    of_table("account_charts"),
    records=accounts.charts_seen,
    missing=(Invented.FINANCIAL_YEAR_NOT_FOUND, "Kan inte hitta kontoplanen."),
)

VOUCHER_SERIES = replace(
    of_table("voucher_series"),
    records=voucher_series.all_series,
    records_at=voucher_series.series_seen,
    missing=(Invented.VOUCHER_SERIES_NOT_FOUND, "Kan inte hitta verifikationsserien."),
    create=voucher_series.create,
    update=voucher_series.update,
    list_item=showing(voucher_series.SERIES_LIST_FIELDS),
)

VOUCHERS = replace(
    of_table("vouchers"),
    records_at=manual_vouchers.vouchers_seen,
    missing=(Invented.VOUCHER_NOT_FOUND, "Kan inte hitta verifikationen."),
    create=manual_vouchers.create,
    delete=manual_vouchers.delete,
    delete_scope="deletevoucher",
    list_item=showing(manual_vouchers.VOUCHER_LIST_FIELDS),
    searches={
        "voucherseries": exactly("VoucherSeries"),
        "costcenter": manual_vouchers.with_cost_center,
        "fromdate": since("fromdate", "TransactionDate"),
        "todate": until("todate", "TransactionDate"),
    },
    sorts={
        "referencenumber": "ReferenceNumber",
        "referencetype": "ReferenceType",
        "transactiondate": "TransactionDate",
        "vouchernumber": "VoucherNumber",
        "voucherseries": "VoucherSeries",
    },
    order=("Year", "VoucherSeries", "VoucherNumber"),
    place=manual_vouchers.place,
    own_address=manual_vouchers.address,
)
