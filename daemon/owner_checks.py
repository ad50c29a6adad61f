"""What is wrong with a company's owners of fields: another of its settings says the opposite of the same field."""

from collections.abc import Iterator, Mapping

from daemon.config_faults import Fault, given, key_path
from daemon.settings import Company


def owner_faults(companies: Mapping[str, Company]) -> Iterator[Fault]:
    """A field that follows its source and is never to be updated; one that is Fortnox's and overwritten by surveys."""
    for name, company in companies.items():
        customers, survey = company.settings.customers, company.settings.survey
        for listed, fields, owner in (
            (("customers", "never_update"), customers.never_update, "source"),
            (("survey", "overwrite"), survey.overwrite, "fortnox"),
        ):
            for place, field in enumerate(fields):
                if customers.owners.get(field) == owner:
                    where = key_path(("companies", name, "customers", "owners", field))
                    other = key_path(("companies", name, *listed, place))
                    yield Fault(where, f"contradicts {other}, which names {field}: remove one of the two", given(owner))
