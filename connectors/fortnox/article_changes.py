"""An article that we made: its name, unit and price follow the source, as long as nobody else changed them."""

from decimal import Decimal

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.followed_fields import STORED, seen_in
from connectors.fortnox.record_reads import found_at
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import ARTICLE_LIMIT, one_line
from connectors.fortnox.wire import decimal_of, plain, text_of
from handlers.commands import EnsureArticle

CARRIER = "ensure_article"
"""Stands in the evidence, because the same operation may also be sent by a command of its own."""
OURS = "ours"
"""In a link's state: what we wrote last, by Fortnox's field; a field that somebody else changed is ours no more."""
PRICE = "Price"
ZERO = Decimal(0)
DEFAULT_LIST = "A"
"""The price list that every company has (Fortnox facts, section 6.4)."""
UNTOUCHED = frozenset({"0"})
"""How a price row reads that Fortnox made by itself (Fortnox facts, section 6.4)."""


def words_of(command: EnsureArticle) -> dict[str, str]:
    """Name and unit as the source has them, in Fortnox's names."""
    name = one_line(command.description, ARTICLE_LIMIT).value
    return {"Description": name or command.number} | ({"Unit": command.unit} if command.unit else {})


async def plan(command: EnsureArticle, link: Link, client: Client) -> Write | Settled:
    """The next write that the source's article needs; nothing, at no call, where it is what we wrote last.

    A new article gets its price in each list once; name, unit and price follow only where the command says so.
    """
    ours: Json = link.state.get(OURS) or {}
    changed = {name: value for name, value in words_of(command).items() if ours.get(name, value) != value}
    if changed and command.update:
        return await _words(link, ours, changed, client)
    if not ours or command.price is None:
        return Settled(link, "unchanged")
    written = ours.get(_price_in(command.price_list or DEFAULT_LIST))
    if written is None or (command.update and written != plain(command.price)):
        return await _price(command, link, ours, plain(command.price), client)
    return Settled(link, "unchanged")


async def _words(link: Link, ours: Json, changed: dict[str, str], client: Client) -> Write | Settled:
    stored = await client.read("read_article", link.number)
    mine = {name: value for name, value in changed.items() if text_of(stored.get(name)) == ours[name]}
    if not mine:
        kept = {name: value for name, value in ours.items() if name not in changed}
        proof: Json = {"read": f"article:{link.number}", "changed_by_somebody_else": sorted(changed)}
        return Settled(_with(link, kept), "unchanged", proof=proof)
    operation = OPERATIONS["update_article"]
    return Write(
        operation.name,
        operation.method,
        operation.at(link.number),
        {"Article": dict(mine)},
        creates=False,
        far_object=f"article:{link.number}",
        stands_on={name: ours[name] for name in mine},
        evidence={"carrier": CARRIER, "number": link.number, "fields": mine},
        proof={"read": f"article:{link.number}", "fields_to_change": sorted(mine)},
    )


async def _price(command: EnsureArticle, link: Link, ours: Json, price: str, client: Client) -> Write | Settled:
    """The price that holds from the first piece on, in one list: made, or changed where it is ours or nobody's."""
    listed = command.price_list or DEFAULT_LIST
    stored = await _stored_price(listed, link.number, client)
    there = None if stored is None else _shown(PRICE, stored)
    proof: Json = {"read": f"price:{listed}:{link.number}"}
    key = _price_in(listed)
    if there == price or (there is not None and there not in {*UNTOUCHED, ours.get(key)}):
        return Settled(_with(link, ours | {key: price}), "unchanged", proof=proof)
    operation = OPERATIONS["create_price" if there is None else "update_base_price"]
    body: Json = {PRICE: command.price}
    if there is None:
        body |= {"ArticleNumber": link.number, "PriceList": listed, "FromQuantity": 0}
    return Write(
        operation.name,
        operation.method,
        operation.at() if there is None else operation.at(listed, link.number),
        {"Price": body},
        creates=False,  # the article is what is made, and it stands there already: its price is one more write to it
        far_object=f"article:{link.number}",
        stands_on={PRICE: there or ""},
        evidence={"carrier": CARRIER, "number": link.number, "list": listed, "fields": {PRICE: price}},
        proof=proof,
    )


async def _stored_price(listed: str, number: str, client: Client) -> Json | None:
    operation = OPERATIONS["read_base_price"]
    return await found_at(operation.name, operation.at(listed, number), client)


async def perform(task: Task, write: Write, client: Client) -> Settled:
    """Send it and compare what was stored."""
    stored = await client.request(write.operation, path=write.path, body=write.body)
    return _settled(task, write.evidence, stored, {})


async def look(task: Task, evidence: Json, client: Client) -> Sighting:
    """The article, or its price, says what was meant, or it does not."""
    if "list" in evidence:
        stored = await _stored_price(evidence["list"], evidence["number"], client)
    else:
        stored = await client.find("read_article", evidence["number"])
    proof: Json = {"read": f"article:{evidence['number']}"}
    if stored is None or _wrong(evidence, stored):
        return Sighting(None, proof)
    return Sighting(_settled(task, evidence, stored, proof), proof)


def _settled(task: Task, evidence: Json, stored: Json, proof: Json) -> Settled:
    """What was written is ours now; a price may be left to write, which the next pass sees."""
    link = task.link or Link("article", evidence["number"], {})
    wrong = _wrong(evidence, stored)
    question = None
    if wrong:
        question = f"Article {evidence['number']} is not what was meant in {', '.join(wrong)}: correct it in Fortnox."
    meant: Json = evidence["fields"]
    fields = {_price_in(evidence["list"]): meant[PRICE]} if "list" in evidence else meant
    written = _with(link, (link.state.get(OURS) or {}) | fields)
    if "list" not in evidence:
        written = Link(written.kind, written.number, written.state | {STORED: seen_in("articles", stored)})
    return Settled(written, "changed", question=question, again=question is None, proof=proof)


def _wrong(evidence: Json, stored: Json) -> list[str]:
    meant: dict[str, str] = evidence["fields"]
    return [name for name, value in meant.items() if _shown(name, stored) != value]


def _shown(name: str, stored: Json) -> str:
    return plain(decimal_of(stored.get(name)) or ZERO) if name == PRICE else text_of(stored.get(name))


def _price_in(price_list: str) -> str:
    return f"{PRICE} in {price_list}"


def _with(link: Link, ours: Json) -> Link:
    return Link(link.kind, link.number, link.state | {OURS: ours})
