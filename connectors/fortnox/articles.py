"""Articles: looked up by number, made where the company wants that, and remembered with their VAT and account."""

from dataclasses import replace

from connectors.base import Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox import article_changes
from connectors.fortnox.client import Client
from connectors.fortnox.followed_fields import STORED, seen_in
from connectors.fortnox.resource import command_of, held
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import ARTICLE_LIMIT, one_line, reference_or_park
from connectors.fortnox.wire import decimal_of, is_false, plain, plain_number, text_of
from handlers.commands import EnsureArticle

KIND = "article"
REGISTER = "articles"
ACCOUNT = "account"
NUMBER_LIMIT = 50
UNIT_LIMIT = 20
STANDS_IN = "stands_in"
"""In a link's state: the article is another one, because its own is missing."""
NUMBER_USED = "article_number_used"


def number_of(article: Json) -> str:
    """The article's number at Fortnox."""
    return text_of(article.get("ArticleNumber"))


def state_of(article: Json) -> Json:
    """What rows stand on, as texts: VAT rate in percent, sales account, unit."""
    return {
        "vat": text_of(article.get("VAT")),
        "account": text_of(article.get("SalesAccount")),
        "unit": text_of(article.get("Unit")),
        "active": not is_false(article.get("Active")),
    }


class Articles:
    """``EnsureArticle`` at Fortnox (facts, sections 6.4 and 8): the number is the proof, used once only."""

    def far_object(self, task: Task) -> str | None:
        """The article's number, also before it exists: several documents may ask for the same new one."""
        return f"article:{command_of(task, EnsureArticle).number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked article costs no call unless it is ours and changed; another is read by its number.

        A missing one is created, stood in for, or asked about.
        """
        command = command_of(task, EnsureArticle)
        link = task.link
        if link is not None and not link.state.get(STANDS_IN) and (ACCOUNT in link.state or command.vat is not None):
            return await article_changes.plan(command, link, client)
        number = reference_or_park("ArticleNumber", command.number, NUMBER_LIMIT)
        shown = await self._shown(task, command, number)
        if shown is not None:
            return shown
        stored = await client.find("read_article", number)
        proof: Json = {"searched_by": "articlenumber", "matched": [] if stored is None else [number]}
        if stored is not None:
            return self._found(stored, "found", proof)
        if command.instead is not None:
            return await self._stood_in_for(command, command.instead, client)
        if not command.create:
            raise held(
                "article_missing",
                f"There is no article {number} in Fortnox: add it there and retry, link another one to this command "
                f"(`article:NUMBER`), or let missing ones be made (`articles.policy`).",
                about=number,
            )
        return self._creation(command, number, proof)

    async def _shown(self, task: Task, command: EnsureArticle, number: str) -> Settled | None:
        """What the copy of the register shows of an active article, at no call.

        A row of Fortnox's list has no sales account (facts, section 6.4). Rows that state their VAT need none; for
        others the article is read, also where it was linked without.
        """
        if not await task.register.knows(REGISTER):
            return None
        fields = await task.register.read(REGISTER, number)
        if fields is None or fields.get("active") is False or (command.vat is None and not fields.get(ACCOUNT)):
            return None
        state: Json = {name: fields[name] for name in ("vat", ACCOUNT, "unit") if name in fields} | {"active": True}
        return Settled(Link(KIND, number, state), "found", proof={"register": {"matched": [number]}})

    async def _stood_in_for(self, command: EnsureArticle, number: str, client: Client) -> Settled:
        """Another article stands for the missing one; when that is there one day, it is found again by itself."""
        stored = await client.find("read_article", number)
        if stored is None:
            raise held(
                "article_missing",
                f"There is neither an article {command.number} nor {number} (`articles.default_article`) in Fortnox: "
                "add one of them there and retry.",
            )
        found = self._found(stored, "found", {"searched_by": "articlenumber", "instead": number})
        return replace(found, link=Link(KIND, number, state_of(stored) | {STANDS_IN: True}))

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Create the article; a number that is used by now (another document asked for it too) is no error."""
        if "carrier" in write.evidence:
            return await article_changes.perform(task, write, client)
        try:
            stored = await client.request(write.operation, path=write.path, body=write.body)
        except Park as refused:
            if refused.reason != NUMBER_USED:
                raise
            found = await client.find("read_article", write.evidence["number"])
            if found is None:
                raise
            return self._found(found, "found", {"searched_by": "articlenumber"})
        made = self._made(stored, write.evidence, {})
        return replace(made, again=made.question is None and command_of(task, EnsureArticle).price is not None)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """The article of this number exists, or it does not."""
        if "carrier" in evidence:
            return await article_changes.look(task, evidence, client)
        stored = await client.find("read_article", evidence["number"])
        proof: Json = {"searched_by": "articlenumber", "matched": [] if stored is None else [evidence["number"]]}
        return Sighting(None if stored is None else self._made(stored, evidence, proof), proof)

    def _found(self, stored: Json, result: str, proof: Json) -> Settled:
        if is_false(stored.get("Active")):
            raise held(
                "article_inactive",
                f"Article {number_of(stored)} is not active in Fortnox: activate it there, then retry.",
            )
        return Settled(Link(KIND, number_of(stored), state_of(stored)), result, proof=proof)

    def _creation(self, command: EnsureArticle, number: str, proof: Json) -> Write:
        if command.vat is None or command.account is None:
            raise held(
                "article_missing",
                f"There is no article {number} in Fortnox, and the source states no VAT to make it with: add it there "
                "and retry, or set `articles.default_vat`.",
                about=number,
            )
        description = one_line(command.description, ARTICLE_LIMIT)
        body: Json = {
            "ArticleNumber": number,
            "Description": description.value or number,
            "SalesAccount": command.account,
            "VAT": plain_number(command.vat),
        }
        if command.unit:
            body["Unit"] = reference_or_park("Unit", command.unit, UNIT_LIMIT)
        operation = OPERATIONS["create_article"]
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {"Article": body},
            creates=True,
            far_object=f"article:{number}",
            evidence={
                "number": number,
                "vat": plain(command.vat),
                "account": str(command.account),
                article_changes.OURS: article_changes.words_of(command),
            },
            altered=(("Description", command.description, body["Description"]),) if description.altered else (),
            proof=proof,
        )

    def _made(self, stored: Json, evidence: Json, proof: Json) -> Settled:
        """The article as it was stored; rows take what it says, so it must say what was meant."""
        number = number_of(stored)
        wrong = [
            f"{name}: meant {evidence[key]}, stored {text_of(stored.get(name))}"
            for name, key in (("VAT", "vat"), ("SalesAccount", "account"))
            if decimal_of(stored.get(name)) != decimal_of(evidence[key])
        ]
        question = None
        if number != evidence["number"] or wrong:
            what = "; ".join(wrong) or "its number"
            question = f"Article {number} is not what was meant ({what}): correct it in Fortnox, then link it."
        state = state_of(stored) | {article_changes.OURS: evidence.get(article_changes.OURS) or {}}
        state |= {STORED: seen_in("articles", stored)}
        return Settled(Link(KIND, number, state), "created", question=question, proof=proof)
