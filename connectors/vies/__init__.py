"""VIES, the European Commission's service that says whether a VAT number is valid."""
