"""The accounts that a new year's chart holds; names as in the Swedish standard chart (Fortnox facts, 6.12)."""

from decimal import Decimal
from typing import Any

# Sales accounts carry the VAT rate a row takes when it names the account but no rate (*simulator choice*).
SALES_ACCOUNT_RATES = {3001: 25, 3002: 12, 3003: 6, 3004: 0, 3105: 0, 3106: 25, 3108: 0, 3231: 0}

ACCOUNT_NAMES: dict[int, str] = {
    1210: "Maskiner och inventarier",
    1510: "Kundfordringar",
    1513: "Kundfordringar, skattereduktion",
    1580: "Fordringar för kontokort och kuponger",
    1790: "Övriga förutbetalda kostnader",
    1910: "Kassa",
    1920: "Plusgiro",
    1930: "Företagskonto",
    1940: "Övriga bankkonton",
    2420: "Förskott från kunder",
    2440: "Leverantörsskulder",
    2611: "Utgående moms på försäljning inom Sverige, 25 %",
    2614: "Utgående moms omvänd betalningsskyldighet, 25 %",
    2615: "Utgående moms import av varor, 25 %",
    2617: "Utgående moms omvänd betalningsskyldighet i Sverige, 25 %",
    2621: "Utgående moms på försäljning inom Sverige, 12 %",
    2631: "Utgående moms på försäljning inom Sverige, 6 %",
    2641: "Debiterad ingående moms",
    2645: "Beräknad ingående moms på förvärv från utlandet",
    2647: "Ingående moms omvänd betalningsskyldighet i Sverige",
    2650: "Redovisningskonto för moms",
    2990: "Övriga upplupna kostnader och förutbetalda intäkter",
    3001: "Försäljning inom Sverige, 25 % moms",
    3002: "Försäljning inom Sverige, 12 % moms",
    3003: "Försäljning inom Sverige, 6 % moms",
    3004: "Försäljning inom Sverige, momsfri",
    3105: "Försäljning varor till land utanför EU",
    3106: "Försäljning varor till annat EU-land, momspliktig",
    3108: "Försäljning varor till annat EU-land, momsfri",
    3231: "Försäljning inom byggsektorn, omvänd betalningsskyldighet",
    3305: "Försäljning tjänster till land utanför EU",
    3308: "Försäljning tjänster till annat EU-land",
    3520: "Fakturerade frakter",
    3540: "Faktureringsavgifter",
    3730: "Lämnade rabatter",
    3740: "Öres- och kronutjämning",
    3960: "Valutakursvinster på fordringar och skulder av rörelsekaraktär",
    3990: "Övriga ersättningar och intäkter",
    4000: "Inköp av varor från Sverige",
    4730: "Erhållna rabatter",
    5710: "Frakter, transporter och försäkringar vid varudistribution",
    5800: "Resekostnader",
    6351: "Konstaterade förluster på kundfordringar",
    6352: "Befarade förluster på kundfordringar",
    6570: "Bankkostnader",
    6991: "Övriga externa kostnader, avdragsgilla",
    7960: "Valutakursförluster på fordringar och skulder av rörelsekaraktär",
    8313: "Ränteintäkter från kundfordringar",
    8423: "Räntekostnader för skatter och avgifter",
}
_VAT_CODES = {3001: "MP1", 3002: "MP2", 3003: "MP3", 2611: "U1", 2621: "U2", 2631: "U3", 2641: "I"}


def account_data(number: int, description: str, year: int) -> dict[str, Any]:
    """Give an active account of the financial year with that id, without any balance."""
    return {
        "Active": True,
        "BalanceBroughtForward": Decimal(0),
        "BalanceCarriedForward": Decimal(0),
        "CostCenter": "",
        "CostCenterSettings": "ALLOWED",
        "Description": description,
        "Number": number,
        "OpeningQuantities": [],
        "Project": "",
        "ProjectSettings": "ALLOWED",
        "QuantitySettings": "ALLOWED",
        "QuantityUnit": "",
        "SRU": 0,
        "TransactionInformation": "",
        "TransactionInformationSettings": "ALLOWED",
        "VATCode": _VAT_CODES.get(number, ""),
        "Year": year,
    }
