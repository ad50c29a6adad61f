"""The seed `small`: three customers and four articles with prices, nothing written on them yet."""

from typing import Any

Seed = dict[str, list[dict[str, Any]]]


def small() -> Seed:
    """Give the seed; the customers take the company's next numbers."""
    return {
        "articles": [
            {"ArticleNumber": "TIM", "Description": "Konsulttimme", "Unit": "h", "Type": "SERVICE", "SalesPrice": 1150},
            {"ArticleNumber": "RES", "Description": "Resa", "Unit": "st", "Type": "SERVICE", "SalesPrice": 480},
            {"ArticleNumber": "LIC", "Description": "Licens, en månad", "Unit": "st", "SalesPrice": "299.50"},
            {"ArticleNumber": "BOK", "Description": "Handbok", "Unit": "st", "SalesAccount": 3003, "SalesPrice": 240},
        ],
        "customers": [
            {"Name": "Exempel Bygg AB", "City": "Uppsala", "ZipCode": "75310", "CountryCode": "SE"},
            {"Name": "Exempel Frakt AB", "City": "Malmö", "ZipCode": "21120", "CountryCode": "SE"},
            {"Name": "Beispiel Handel GmbH", "City": "Kiel", "CountryCode": "DE", "Currency": "EUR"},
        ],
    }
