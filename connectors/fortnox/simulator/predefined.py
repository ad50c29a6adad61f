"""What companies have under fixed names: predefined accounts and voucher series, print templates (Fortnox facts, 6.12).

The names of the accounts, with their usual accounts, were seen in a real company; 0 stands for one that is not set. The
letters of the voucher series beyond B and C, and the templates' Swedish names, are a *simulator choice*.
"""

PREDEFINED_ACCOUNTS = {
    "ACCRCOST": 0, "ACCRINCOME": 3990, "ACCRINVOICE": 2990, "ACCRSINVOICE": 1790, "ADMFEE": 3540, "AG": 0, "BG": 1930,
    "CASH": 1910, "CASHBYCARD": 1930, "CASHDISCOUNTIN": 4730, "CASHDISCOUNTOUT": 3730, "CONSTRUCTION_CRE": 2617,
    "CONSTRUCTION_DEB": 2647, "CURRENCYLOSS": 7960, "CURRENCYWIN": 3960, "CUSTCLAIM": 1510, "DEMAND": 3540,
    "FREIGHT": 3520, "INTEREST": 8313, "INVAT": 2641, "OUTVAT_MP1": 2611, "OUTVAT_MP2": 2621, "OUTVAT_MP3": 2631,
    "OUTVAT_MP4": 0, "PG": 1920, "PRODUCT_CRE": 2615, "PRODUCT_DEB": 2645, "PURCASE": 4000, "ROUNDOFF": 3740,
    "SALESCONSTR2": 3231, "SALESEUREV": 3108, "SALESEUREV2": 3308, "SALESEUVAT": 3106, "SALESEUVAT2": 3308,
    "SALESEXPORT": 3105, "SALESEXPORT2": 3305, "SALES_0_SE": 3004, "SALES_0_SE2": 3004, "SALES_12_SE": 3002,
    "SALES_12_SE2": 3002, "SALES_25_SE": 3001, "SALES_25_SE2": 3001, "SALES_6_SE": 3003, "SALES_6_SE2": 3003,
    "SERVICE_CRE": 2614, "SERVICE_DEB": 2645, "SUPADMFEE": 0, "SUPDEBT": 2440, "SUPFREIGHT": 5710,
}  # fmt: skip

PREDEFINED_VOUCHER_SERIES = {
    "ANL": "I", "CASHINVOICE": "F", "INVOICE": "B", "INVOICEACCRUAL": "G", "INVOICEPAYMENT": "C", "SALARY": "L",
    "SUPPLIERINVOICE": "D", "SUPPLIERINVOICEACCRUAL": "H", "SUPPLIERINVOICEPAYMENT": "E", "VAT": "M",
}  # fmt: skip

PRINT_TEMPLATES = {
    "oc": ("Orderbekräftelse", "order"),
    "of": ("Offert", "offer"),
    "st": ("Standard", "invoice"),
}
"""Code to name and the kind of document that `?type=` asks for."""
