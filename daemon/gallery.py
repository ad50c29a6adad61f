"""The gallery: ready configurations as templates, the questions that they ask, and a whole file made of the answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from string import Template as Text
from typing import Literal

FOLDER, SHARED, ENDING = "templates", "company.part", ".toml"
_PLACE = re.compile(r"\$([a-z][a-z0-9_]*)")


Form = Literal["day", "name", "number", "numbers", "text"]

FORMS: Mapping[Form, tuple[str, str]] = {
    "day": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day such as 2026-11-28"),
    "name": (r"[a-z0-9_]+", "of small letters a-z, digits and _"),
    "number": (r"0|[1-9][0-9]*", "a whole number"),
    "numbers": (r"[1-9][0-9]*( *, *[1-9][0-9]*)*", "a whole number, or several with commas"),
    "text": (r"[^\x00-\x1f\x7f\"\\]+", "a text without quotation marks and backslashes"),
}
"""How an answer is written, as a pattern and in words: what it is put into is TOML."""


@dataclass(frozen=True, slots=True)
class Question:
    """One answer that a configuration needs; ``only`` names the kinds of company that it is asked of (none: all).

    ``form`` is how the answer is written. What is suggested is only a ``stand_in`` where a real company has its own.
    """

    name: str
    asks: str
    default: str
    choices: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    form: Form = "text"
    stand_in: bool = False

    @property
    def option(self) -> str:
        """The option of the command line that answers it."""
        return f"--{self.name.replace('_', '-')}"

    def fault(self, answer: str) -> str | None:
        """What is wrong with how an answer is written; ``None``: nothing. Whether it can be is the configuration's."""
        pattern, needed = FORMS[self.form]
        right = re.fullmatch(pattern, answer) is not None and (self.form != "day" or _is_day(answer))
        return None if right else f"must be {needed}, not {answer!r}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


REAL = ("test", "live")

QUESTIONS: tuple[Question, ...] = (
    Question("company", "What shall the company be called here? (a-z, 0-9 and _)", "demo", form="name"),
    Question("kind", "Is it a real company, a test database, or the simulator?", "simulator", ("simulator", *REAL)),
    Question("simulator", "Where does the simulator answer?", "http://127.0.0.1:8077", only=("simulator",)),
    Question("tenant_id", "Its tenant id at Fortnox (DatabaseNumber)", "1001", form="number", stand_in=True),
    Question(
        "client_id",
        "The client id of your integration in Fortnox's developer portal",
        "my-client-id",
        only=REAL,
        stand_in=True,
    ),
    Question("start", "From which day on? Earlier events cause nothing", "", form="day"),
    Question("module", "What does a won order become?", "invoice", ("invoice", "order", "order+offer")),
    Question("abroad", "Does it sell abroad (EU reverse charge, export)?", "no", ("no", "yes")),
    Question("account_25", "Sales account of 25 % VAT", "3001", form="number"),
    Question("account_12", "Sales account of 12 % VAT", "3002", form="number"),
    Question("account_6", "Sales account of 6 % VAT", "3003", form="number"),
    Question("account_0", "Sales account without VAT", "3004", form="number"),
    Question("payment_mode", "Mode of payment in Fortnox (its code)", "BG"),
    Question("round_off_account", "Account of the rounding to whole kronor", "3740", form="number"),
    Question("offer_stage", "Id of the stage of an offer in Upsales", "10", form="numbers"),
    Question("won_stage", "Id of the stage of a won order in Upsales", "12", form="numbers"),
    Question("invoice_stage", "Id of the stage of an order to be invoiced in Upsales", "15", form="numbers"),
    Question("instance", "Your instance of SubscriptionFlow (the first word of its address)", "exempel", stand_in=True),
    Question("api_client", "The client id of its API client", "my-api-client", stand_in=True),
    Question("voucher_series", "Series of the vouchers", "A"),
)
"""Every question of every template, in the order in which they are asked."""

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "connection": ("kind", "simulator", "tenant_id", "client_id", "company"),
    "abroad": ("abroad",),
}
"""Parts of a file that are written out of answers, with the questions behind each."""


@dataclass(frozen=True, slots=True)
class Ready:
    """One template: ``says`` what it does, ``source`` who sends."""

    name: str
    says: str
    source: str
    sections: str

    def questions(self) -> list[Question]:
        """What it asks, in order."""
        named = {*_PLACE.findall(_shared() + self.sections)} - {"template", "says"}
        wanted = {name for place in named for name in COMPUTED.get(place, (place,))}
        return [question for question in QUESTIONS if question.name in wanted]


def gallery() -> list[Ready]:
    """All templates, by name."""
    found = [entry for entry in (files("daemon") / FOLDER).iterdir() if entry.name.endswith(ENDING)]
    return [
        _ready(entry.name.removesuffix(ENDING), entry.read_text(encoding="utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    ]


def _ready(name: str, text: str) -> Ready:
    said, source, sections = text.split("\n", 2)
    return Ready(name, said.removeprefix("# says: "), source.removeprefix("# source: "), sections)


def _shared() -> str:
    return (files("daemon") / FOLDER / SHARED).read_text(encoding="utf-8")


def asked(questions: Sequence[Question], kind: str) -> list[Question]:
    """Those that are to be asked of a company of this kind."""
    return [question for question in questions if not question.only or kind in question.only]


def written(ready: Ready, answers: Mapping[str, str]) -> str:
    """The whole configuration; every question of the template must be answered (``KeyError``)."""
    parts = {"connection": _connection(answers), "abroad": _abroad(answers)}
    whole = {"template": ready.name, "says": ready.says, **answers, **parts}
    return Text(_shared() + ready.sections).substitute(whole)


def _connection(answers: Mapping[str, str]) -> str:
    kind = answers["kind"]
    if kind == "simulator":
        address = answers["simulator"].rstrip("/")
        return (
            "# A company in the simulator (fortnox-bridge simulator --port 8077): every screen says SIMULATOR.\n"
            f'rest_url = "{address}/3"\n'
            f'oauth_url = "{address}/oauth-v1"\n'
            f"tenant_id = {answers['tenant_id']}\n"
            'client_id = "simulator"\n'
            'client_secret = "plain:simulator"\n'
        )
    return (
        f'kind = "{kind}"\n'
        'grant = "client_credentials"        # or "authorization_code"; docs/connect-fortnox.md\n'
        f"tenant_id = {answers['tenant_id']}\n"
        f'client_id = "{answers["client_id"]}"\n'
        f'client_secret = "file:secrets/fortnox-{answers["company"]}"\n'
    )


def _abroad(answers: Mapping[str, str]) -> str:
    lines = (
        ("reverse_charge_account = 3108", "companies in other EU countries with a VAT number, 0 %"),
        ("export_account = 3105", "buyers outside the EU, 0 %"),
    )
    mark = "" if answers["abroad"] == "yes" else "# "
    said = "".join(f"{mark + line:<36}# {what}\n" for line, what in lines)
    return said + 'consumers_in_eu = "hold"            # or "seller_vat", "oss"; docs/what-becomes-of-an-event.md'
