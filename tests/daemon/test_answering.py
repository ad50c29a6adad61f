"""What a person's word makes of a held command."""

from daemon.answering import ANSWERED_BY_ABSENT, told_absent
from handlers.commands import COMMANDS, EnsureSenderRecord
from handlers.values import Ref


def test_none_of_them_makes_a_new_record_at_a_sender() -> None:
    """What looked the same is not asked about again."""
    thing = Ref(system="crm", kind="account_of_fortnox", id="77")
    held = EnsureSenderRecord(target="crm", company="demo", thing=thing, record="account", number="77", create=True)
    assert "another_party" in ANSWERED_BY_ABSENT
    told = COMMANDS.validate_json(told_absent(held.model_dump_json(), "another_party"))
    assert told == held.model_copy(update={"although_alike": True})
