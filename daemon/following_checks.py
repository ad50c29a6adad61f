"""What is wrong with a way back: the company notices no changes, half of it is unsaid, or two write to one account."""

from collections.abc import Iterator, Mapping

from daemon.config_faults import Fault, key_path
from daemon.settings import Company, ConfiguredSource
from handlers.settings import WriteBack


def following_faults(companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """The faults of all sources that take back what people change in Fortnox."""
    for name, source in sources.items():
        back = source.settings.back
        if back is None:
            continue
        where = ("sources", name, "write_back")
        if back.price_list is not None and not back.articles:
            yield Fault(key_path((*where, "price_list")), "prices are told with articles: set articles, too")
        if back.comments and not back.notes:
            yield Fault(key_path((*where, "comments")), "comments are told as notes: set notes, too")
        if back.document_comments and not back.notes:
            yield Fault(key_path((*where, "document_comments")), "comments are told as notes: set notes, too")
        for key in _asks_for(back):
            for company in companies.values():
                if source.settings.serves(company.name) and not company.fortnox.register_on:
                    register = key_path(("companies", company.name, "fortnox", "register"))
                    yield Fault(key_path((*where, key)), f"changes are noticed by the register: {register} must be on")


def shared_accounts(sources: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """Faults of sources that write to an account that another one writes to: each would make what the other makes."""
    writing = [(name, source.settings) for name, source in sources.items() if source.settings.back is not None]
    for place, (name, settings) in enumerate(writing):
        for other, earlier in writing[:place]:
            if sources[name].type == sources[other].type and settings.written_to & earlier.written_to:
                reason = f"sources.{other} writes to the same account: let one of the two write back"
                yield Fault(key_path(("sources", name, "write_back")), reason)


def _asks_for(back: WriteBack) -> Iterator[str]:
    """The keys that want changes in Fortnox to be noticed."""
    wanted = {"articles": back.articles, "stages": back.stages, "comments": back.comments}
    wanted["document_comments"] = back.document_comments
    wanted["parties"] = back.parties != "never"
    yield from (key for key, is_wanted in wanted.items() if is_wanted)
