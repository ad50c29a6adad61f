"""Refunds at Fortnox: one sequence of credit, its number, content and comparison; each step stands on far state."""

from collections.abc import Mapping
from datetime import date

from connectors.base import Json, Link, Park, Settled, Sighting, Task, UnknownEnd, Write
from connectors.fortnox import bookings
from connectors.fortnox.client import Client
from connectors.fortnox.credit_content import (
    RATES,
    digest_of,
    header_of,
    is_all,
    meant_of,
    part_of,
    signed_rows,
    wrong_in_refund,
)
from connectors.fortnox.credit_notes import REFERENCE, amounts, credits_of, exact_total, new_credits
from connectors.fortnox.document_state import number_of, stored_rows
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.forms import INVOICE, reference_of
from connectors.fortnox.open_days import credit_on_open_day
from connectors.fortnox.refund_checks import (
    Refund,
    is_set_off,
    refuse_other_goods,
    refuse_other_money,
    refuse_strangers,
    refuse_too_much,
)
from connectors.fortnox.resource import command_of, held
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.commands import CreditContent, EnsureCredit
from handlers.values import reference

CARRIER = "ensure_credit"


class Refunds:
    """``EnsureCredit`` with a content (Fortnox facts, sections 6.1, 6.5 and 8)."""

    def far_object(self, task: Task) -> str | None:
        """The credit invoice once it is known; before, the invoice that is credited: its reference changes."""
        original = task.refs.get(command_of(task, EnsureCredit).invoice)
        known = task.link or original
        return None if known is None else f"invoice:{known.number}"

    async def plan(self, task: Task, content: CreditContent, client: Client) -> Write | Settled:
        """The next step: credit (or cancel what was never booked), or bring the credit invoice to its content."""
        command = command_of(task, EnsureCredit)
        if task.link is not None:
            return await self._next(task, command, content, task.link, client)
        original = task.refs.get(command.invoice)
        if original is None:
            raise held(
                "refund_before_sale",
                f"{content.origin} was refunded, and its invoice is not in Fortnox. This goes on by itself when the "
                "sale's next event makes it; else link its invoice, or discard this command.",
            )
        invoice = await client.read("read_invoice", original.number)
        refund = Refund(task, command, content, original.number, invoice)
        refuse_other_money(refund)
        if is_true(invoice.get("Cancelled")) or not is_true(invoice.get("Booked")):
            return _unbooked(refund)
        return await _credit(refund, client)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Send the one call of this step; a credit names its invoice, whose content is written in the next pass."""
        evidence = write.evidence
        if write.operation == "cancel_invoice":
            stored = await client.request(write.operation, path=write.path)
            if not is_true(stored.get("Cancelled")):
                raise UnknownEnd("not_cancelled", system=SYSTEM, operation=write.operation)
            return _cancelled(evidence["number"])
        if write.operation == "update_invoice":
            stored = await client.request(write.operation, path=write.path, body=write.body)
            return _compared(stored, evidence, "created")
        try:
            answer = await client.request(write.operation, path=write.path)
        except Park as refusal:
            raise _refused(refusal, evidence) from refusal
        number, known = evidence["number"], evidence["known"]
        credit = number_of(answer) if number_of(answer) != number else reference_of(answer, REFERENCE)
        if credit and credit not in known:
            return _made(credit, evidence)
        fresh, _ = await new_credits(task, number, known, client)
        if len(fresh) != 1:
            raise UnknownEnd("reference_missing", system=SYSTEM, operation=write.operation)
        return _made(fresh[0], evidence)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A credit by what credits the invoice now and did not before; the other steps by the document itself."""
        if operation == "credit_invoice":
            fresh, proof = await new_credits(task, evidence["number"], evidence["known"], client)
            return Sighting(_sighted(task.link, fresh, evidence), proof | {"found": fresh})
        stored = await client.read("read_invoice", evidence["number"])
        proof = {"read": f"invoice:{evidence['number']}"}
        if operation == "cancel_invoice":
            done = is_true(stored.get("Cancelled"))
            return Sighting(_cancelled(evidence["number"]) if done else None, proof | {"Cancelled": done})
        settled = _compared(stored, evidence, "created")
        return Sighting(settled if settled.question is None else None, proof)

    async def _next(
        self, task: Task, command: EnsureCredit, content: CreditContent, link: Link, client: Client
    ) -> Write | Settled:
        """The credit invoice that is linked: as it shall be, to be given its content, or asked about."""
        state = link.state
        if state.get("compared"):
            return _again(link, content)
        credit = await client.read("read_invoice", link.number)
        command, moved = await credit_on_open_day(command, client)
        content = command.content or content
        rows = [] if state["all"] else signed_rows(content, credit, task.refs)
        evidence = _evidence(task, link, content, rows)
        closed = is_true(credit.get("Booked")) or is_true(credit.get("Cancelled"))
        settled = _compared(credit, evidence, "created")
        if settled.question is None or closed or state.get("written"):
            return settled
        body = evidence["header"]
        if not state["all"]:
            body = body | part_of(content, rows, stored_rows(INVOICE, credit))
        operation = OPERATIONS["update_invoice"]
        return Write(
            operation.name,
            operation.method,
            operation.at(link.number),
            {"Invoice": body},
            creates=False,
            far_object=f"invoice:{link.number}",
            stands_on={"Booked": False, "Cancelled": False, REFERENCE: text_of(credit.get(REFERENCE))},
            evidence=evidence,
            proof={"read": f"invoice:{link.number}", "credits": state["credits"], **moved},
        )


# --- the first step --------------------------------------------------------------------------------------------------


def _unbooked(refund: Refund) -> Write | Settled:
    """An invoice that is in no books: cancelled where all of it was refunded, else a person's."""
    number, everything = refund.number, is_all(refund.content, refund.invoice)
    if is_true(refund.invoice.get("Cancelled")):
        if everything:
            return _cancelled(number)
        raise held(
            "invoice_cancelled",
            f"Invoice {number} is cancelled, and {plain(refund.sum)} of it was refunded: book what is right in "
            "Fortnox, then discard this command.",
        )
    if not everything:
        raise held(
            "refund_before_booking",
            f"{plain(refund.sum)} of invoice {number} of {plain(exact_total(refund.invoice))} was refunded, and it is "
            f"not booked. {_until_booked(refund)} or change it there, then discard this command.",
        )
    operation = OPERATIONS["cancel_invoice"]
    return Write(
        operation.name,
        operation.method,
        operation.at(number),
        None,
        creates=False,
        far_object=f"invoice:{number}",
        stands_on={"Booked": False, "Cancelled": False},
        evidence={"carrier": CARRIER, "refund": True, "number": number},
        proof={"read": f"invoice:{number}", "because": "all of it was refunded before it was booked"},
    )


def _until_booked(refund: Refund) -> str:
    """What lets a part go back of an invoice that is not booked: a draft waits for a person, not for its sale."""
    if refund.command.drafts:
        return (
            'Its rule leaves invoices as drafts (finish = "draft"), also when the sale is paid: book the '
            "invoice in Fortnox, then retry, and this is credited;"
        )
    return "This goes on by itself when the sale is paid; or book the invoice in Fortnox, then retry;"


async def _credit(refund: Refund, client: Client) -> Write:
    number, invoice = refund.number, refund.invoice
    earlier = await credits_of(number, invoice, client)
    known = [number_of(credit) for credit in earlier]
    await refuse_strangers(refund, known)
    refuse_too_much(refund, earlier)
    refuse_other_goods(refund, earlier)
    operation = OPERATIONS["credit_invoice"]
    return Write(
        operation.name,
        operation.method,
        operation.at(number),
        None,
        creates=True,
        far_object=f"invoice:{number}",
        stands_on={REFERENCE: reference_of(invoice, REFERENCE) or "0", "Balance": text_of(invoice.get("Balance"))},
        evidence={
            "carrier": CARRIER,
            "refund": True,
            "number": number,
            "known": known,
            "all": is_all(refund.content, invoice),
            "set_off": is_set_off(refund, earlier),
            "original": _original(invoice),
        },
        proof={"read": f"invoice:{number}", "Booked": True, "credited_by": known},
    )


def _evidence(task: Task, link: Link, content: CreditContent, rows: list[Json]) -> Json:
    """What the credit invoice shall say, for its comparison now and in a look; no rows where it is all of it."""
    original = link.state["original"]
    dated = max(content.credit_date, date.fromisoformat(original["InvoiceDate"]))
    return {
        "carrier": CARRIER,
        "refund": True,
        "number": link.number,
        "credits": link.state["credits"],
        "original": original,
        "header": header_of(content, dated, reference(task.thing), original),
        "meant": None if link.state["all"] else meant_of(content, original, rows),
        "state": dict(link.state) | {"meant": digest_of(content)},
    }


def _original(invoice: Json) -> Json:
    return (
        amounts(invoice)
        | {name: text_of(invoice.get(name) or "1") for name in RATES}
        | {"InvoiceDate": text_of(invoice.get("InvoiceDate"))}
    )


def _refused(refusal: Park, evidence: Json) -> Park:
    """A refused credit of an invoice that is credited already is a question that names both."""
    if not evidence["known"]:
        return refusal
    number, known = evidence["number"], ", ".join(evidence["known"])
    return held(
        "second_credit_refused",
        f"Fortnox refused another credit of invoice {number}, which invoice {known} credits already"
        f"{'' if refusal.code is None else f' (code {refusal.code})'}: take the rest back in Fortnox by an invoice "
        "below zero or a voucher, then link or discard this command.",
    )


# --- how steps settle -------------------------------------------------------------------------------------------------


def _cancelled(number: str) -> Settled:
    proof: Json = {"because": f"invoice {number} was never booked; it is cancelled, so there is nothing to credit"}
    return Settled(None, "not_created", proof=proof)


def _made(credit: str, evidence: Json) -> Settled:
    """The link to the new credit invoice; its content is written in a pass of its own."""
    kept = {name: evidence[name] for name in ("original", "all", "set_off")}
    state: Json = {"compared": False, "credits": evidence["number"], **kept}
    return Settled(Link("invoice", credit, state), "created", again=True, proof={"credits": evidence["number"]})


def _sighted(link: Link | None, fresh: list[str], evidence: Json) -> Settled | None:
    """What a look makes of the credits that it found: none, ours, or more of them than there were calls."""
    others = [one for one in fresh if link is None or one != link.number]
    if not fresh or (link is not None and not others):
        return None if link is None else _made(link.number, evidence)
    if link is None and len(fresh) == 1:
        return _made(fresh[0], evidence)
    first = fresh[0] if link is None else link.number
    question = (
        f"Invoices {', '.join(dict.fromkeys([first, *fresh]))} all credit invoice {evidence['number']} for one refund: "
        f"cancel all but one in Fortnox, then link that one to this command, for instance `invoice:{first}`."
    )
    settled = _made(first, evidence)
    assert settled.link is not None
    state = settled.link.state | {"mismatch": True}
    return Settled(Link("invoice", first, state), "created", question=question)


def _again(link: Link, content: CreditContent) -> Settled:
    """The same refund told again needs nothing; with other sums it is another one, or a mistake."""
    if link.state.get("meant") not in {None, digest_of(content)}:
        raise held(
            "refund_changed",
            f"This refund is credited by invoice {link.number}, and is told again with other rows or sums: if it is "
            "another one, let the source name each by a refund_id of its own; then discard this command.",
        )
    return Settled(link, "unchanged")


def _compared(credit: Json, evidence: Json, result: str) -> Settled:
    """The credit invoice against what was meant: only then may it be booked."""
    number = evidence["number"]
    wrong = wrong_in_refund(
        credit, evidence["original"], _stored_header(evidence["header"]), evidence["meant"], evidence["credits"]
    )
    state = bookings.state_of(credit, evidence["state"])
    state |= {"compared": not wrong, "mismatch": bool(wrong), "written": True}
    state["exact"] = plain(exact_total(credit))
    question = None
    if wrong:
        question = f"Credit invoice {number} stays unbooked, it is not what was meant: {'; '.join(wrong)}."
    proof: Json = {"read": f"invoice:{number}", "credits": evidence["credits"]}
    proof |= {name: text_of(credit.get(name)) for name in ("Net", "TotalVAT", "Total", "RoundOff")}
    return Settled(Link("invoice", number, state), result, question=question, proof=proof)


def _stored_header(header: Mapping[str, object]) -> Json:
    """The header as it came back from disk: decimals are texts there."""
    return {name: decimal_of(value) if name in RATES else value for name, value in header.items()}
