"""Countries by the names that SubscriptionFlow shows: the Nordic countries, the Union, and near neighbours."""

_NAMES = {
    "AT": "Austria", "AX": "Åland Islands|Aland Islands|Åland", "BE": "Belgium", "BG": "Bulgaria", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czech Republic|Czechia", "DE": "Germany", "DK": "Denmark|Danmark", "EE": "Estonia",
    "ES": "Spain", "FI": "Finland|Suomi", "FO": "Faroe Islands", "FR": "France",
    "GB": "United Kingdom|Great Britain|United Kingdom of Great Britain and Northern Ireland|UK",
    "GL": "Greenland", "GR": "Greece|EL", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IS": "Iceland|Island",
    "IT": "Italy", "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MT": "Malta",
    "NL": "Netherlands|The Netherlands", "NO": "Norway|Norge", "PL": "Poland", "PT": "Portugal", "RO": "Romania",
    "SE": "Sweden|Sverige", "SI": "Slovenia", "SK": "Slovakia", "US": "United States|United States of America|USA",
}  # fmt: skip

_CODES = {name.casefold(): code for code, names in _NAMES.items() for name in names.split("|")}


def country_code(name: str) -> str | None:
    """ISO 3166 alpha-2 of a country's name or code in any case; ``None`` for a name that is not in the table."""
    plain = " ".join(name.split()).casefold()
    if plain in _CODES:
        return _CODES[plain]
    return plain.upper() if len(plain) == 2 and plain.isascii() and plain.isalpha() else None
