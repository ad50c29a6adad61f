"""Payments of an invoice: nothing at Fortnox guards against a second one, so our own proof must."""

from decimal import Decimal

from connectors.base import Json, Link, Park, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.open_days import payment_on_open_day
from connectors.fortnox.part_payments import paid_one_by_one, write_off_of
from connectors.fortnox.registers import KRONA
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import reference_or_park
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.commands import EnsurePayment
from handlers.values import round_ore

KIND = "payment"
MODE_LIMIT = 25
ZERO = Decimal(0)
REPAYMENT = (
    "It is the repayment of a credit invoice, a payment below zero: if Fortnox takes none, book it there by hand, then "
    'discard this command (`refunds.repayment = "none"` leaves repayments to whoever books the bank).'
)
"""What a refused payment says besides: that Fortnox takes one below zero is not known (facts, section 6.6)."""


def number_of(payment: Json) -> str:
    """The payment's number at Fortnox."""
    return text_of(payment.get("Number"))


def _amount(command: EnsurePayment, invoice: Link) -> Decimal:
    """What was paid: as stated, else the whole invoice before Fortnox's rounding."""
    return command.amount if command.amount is not None else decimal_of(invoice.state.get("exact")) or ZERO


def _refuse_wrong_money(command: EnsurePayment, invoice: Link) -> None:
    """Hold a payment that its invoice cannot take, or one of the whole that is not what the invoice was meant to be."""
    state, number = invoice.state, invoice.number
    if not state.get("booked"):
        raise held(
            "invoice_not_booked", f"Invoice {number} is not booked, so it takes no payment: book it, then retry."
        )
    if state.get("mismatch"):
        question = f"Invoice {number} is not what was meant; answer its question first."
        raise held("totals_differ", question, about=f"invoice:{number}")
    if command.currency != state.get("currency"):
        raise held(
            "currency_differs",
            f"The payment is in {command.currency}, invoice {number} in "
            f"{state.get('currency')}: enter it by hand, then link or discard this command.",
        )
    if text_of(state.get("invoice_date")) > command.paid.isoformat():
        raise held(
            "paid_before_invoice",
            f"It was paid on {command.paid.isoformat()}, invoice {number} is dated {state.get('invoice_date')}, and "
            "Fortnox takes no payment before that: enter it by hand, then link or discard this command.",
        )
    amount = _amount(command, invoice)
    if amount != decimal_of(state.get("exact")) and not command.partial:
        raise held(
            "amount_differs",
            f"{plain(amount)} was paid, invoice {number} was meant to be "
            f"{state.get('exact')}: enter the payment by hand, then link or discard this command.",
        )


def _refuse_rounded_away(command: EnsurePayment, invoice: Link) -> None:
    """Of less than half a krona Fortnox makes a total of nothing, which is paid once it is booked (facts, 6.5, 6.6)."""
    state, amount = invoice.state, _amount(command, invoice)
    exact, total = decimal_of(state.get("exact")), decimal_of(state.get("total"))
    if exact and total == ZERO:
        raise held(
            "rounded_to_nothing",
            f"Fortnox rounded invoice {invoice.number} of {plain(exact)} to 0 kronor, so it takes no payment of "
            f"{plain(amount)}: book that by a voucher in Fortnox, against the account of its rounding, then discard "
            "this command.",
        )


def _refuse_without_account(write_off: Decimal, command: EnsurePayment, invoice: Link) -> None:
    if write_off != ZERO and command.round_off_account is None:
        raise held(
            "round_off",
            f"Fortnox rounded invoice {invoice.number} by {write_off:.2f}, and no "
            "`round_off_account` is set: set one and retry, or enter the payment by hand.",
            about="round_off_account",
        )


def _linked(command: EnsurePayment, link: Link) -> Settled:
    """The payment stands there already; one that was told anew with another sum is a person's."""
    stands = decimal_of(link.state.get("amount"))
    if command.partial and stands is not None and stands != command.amount:
        raise held(
            "payment_stands_otherwise",
            f"Payment {link.number} is {plain(stands)} in Fortnox, and now {command.amount} is said: see which is "
            "right, correct it there, then discard this command.",
        )
    return Settled(link, "unchanged")


async def _as_paid(task: Task, command: EnsurePayment, invoice: Link) -> EnsurePayment:
    """The repayment by the mode, or on the account, by which the sale was paid; the command as it is without payments.

    Raises ``Held`` where that was more than one: which of them the money went back by, nobody said.
    """
    if command.like is None:
        return command
    like, credited = task.refs.get(command.like), text_of(invoice.state.get("credits"))
    payments = [like.state] if like else (await task.links.payments_on(task.company, credited, task.thing)).values()
    ways = dict.fromkeys(
        (one.get("mode"), one.get("account")) for one in payments if one.get("mode") or one.get("account")
    )
    if len(ways) > 1:
        named = ", ".join(str(mode or account) for mode, account in ways)
        raise held(
            "paid_several_ways",
            f"Invoice {credited} was paid by {named}, and nobody says by which of them "
            f"{plain(_amount(command, invoice))} went back: let the source state the refund's method of payment; or "
            "enter the repayment by hand, then link or discard this command.",
        )
    for mode, account in ways:
        return command.model_copy(update={"mode": mode, "account": account})
    return command


class Payments:
    """``EnsurePayment`` at Fortnox (facts, sections 6.6 and 8)."""

    def far_object(self, task: Task) -> str | None:
        """The invoice that is paid."""
        command = command_of(task, EnsurePayment)
        return f"invoice:{linked(task.refs.get(command.invoice)).number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked payment is left alone; another is created, after a look where the company is looking."""
        command = command_of(task, EnsurePayment)
        invoice = linked(task.refs.get(command.invoice))
        if task.link is not None:
            return _linked(command, task.link)
        if invoice.state.get("set_off"):
            because = f"invoice {invoice.state['credits']} was not paid: its credit takes off what is owed"
            return Settled(None, "not_created", proof={"because": because})
        command = await _as_paid(task, command, invoice)
        command, moved = await payment_on_open_day(command, invoice, client)
        _refuse_wrong_money(command, invoice)
        _refuse_rounded_away(command, invoice)
        evidence = self._evidence(command, invoice)
        if task.looking:
            sighting = await self._search(task, evidence, client, "found")
            if sighting.settled is not None:
                return sighting.settled
        others = await task.links.payments_on(task.company, invoice.number, task.thing)
        amount = _amount(command, invoice)
        settled = None if command.partial else paid_one_by_one(amount, invoice, others)
        if settled is not None:
            return settled
        write_off, seen = await write_off_of(command, invoice, others, amount, client)
        _refuse_without_account(write_off, command, invoice)
        operation = OPERATIONS["create_payment"]
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {"InvoicePayment": self._body(command, invoice, write_off)},
            creates=True,
            far_object=f"invoice:{invoice.number}",
            stands_on={"Balance": text_of(invoice.state.get("balance"))},
            evidence=evidence,
            proof={"looked": task.looking, **moved, **seen},
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Create the payment and compare it with what was meant before it is booked."""
        try:
            payment = await client.request(write.operation, path=write.path, body=write.body)
        except Park as refusal:
            if Decimal(write.evidence["amount"]) < ZERO:
                refusal.remedy = f"{refusal.remedy} {REPAYMENT}".strip()
            raise
        return self._settled(payment, write.evidence, "created", {}, [])

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """By invoice, amount, currency, date and mode, among the payments that are linked to nothing else of ours."""
        return await self._search(task, evidence, client, "created")

    def _evidence(self, command: EnsurePayment, invoice: Link) -> Json:
        return {
            "invoice": invoice.number,
            "amount": plain(_amount(command, invoice)),
            "currency": command.currency,
            "paid": command.paid.isoformat(),
            "mode": command.mode,
            "account": command.account,
        }

    def _body(self, command: EnsurePayment, invoice: Link, round_off: Decimal) -> Json:
        """``Amount`` in kronor, ``AmountCurrency`` in the invoice's currency; amount + write-off = Fortnox's total."""
        rate = command.currency_rate or decimal_of(invoice.state.get("currency_rate")) or Decimal(1)
        unit = Decimal(1) if command.currency_rate else decimal_of(invoice.state.get("currency_unit")) or Decimal(1)
        amount = _amount(command, invoice)
        kronor = amount if command.currency == KRONA else round_ore(amount * rate / unit)
        body: Json = {
            "InvoiceNumber": int(invoice.number),
            "Amount": kronor,
            "AmountCurrency": amount,
            "PaymentDate": command.paid.isoformat(),
        }
        if command.currency != KRONA and command.currency_rate is not None:
            body["CurrencyRate"] = command.currency_rate
        if command.mode is not None:
            body["ModeOfPayment"] = reference_or_park("ModeOfPayment", command.mode, MODE_LIMIT)
        else:
            body["ModeOfPaymentAccount"] = command.account
        if round_off != ZERO:
            write_off: Json = {"Amount": round_off, "AccountNumber": command.round_off_account}
            body["WriteOffs"] = [write_off | {"Currency": command.currency}]
        return body

    async def _search(self, task: Task, evidence: Json, client: Client, result: str) -> Sighting:
        rows = await client.search("list_payments", {"invoicenumber": evidence["invoice"]})
        numbers = [number_of(row) for row in rows if self._may_be(row, evidence)]
        elsewhere = await task.links.linked_elsewhere(task.company, KIND, numbers, task.thing)
        hits: list[Json] = []
        for number in sorted(set(numbers) - elsewhere, key=lambda number: (len(number), number)):
            payment = await client.read("read_payment", number)
            if not self._differences(payment, evidence):
                hits.append(payment)
        found = [number_of(hit) for hit in hits]
        proof: Json = {"searched_by": "invoicenumber", "rows": len(rows), "matched": found}
        proof["linked_elsewhere"] = sorted(elsewhere)
        if not hits:
            return Sighting(None, proof)
        return Sighting(self._settled(hits[0], evidence, result, proof, found[1:]), proof)

    def _may_be(self, row: Json, evidence: Json) -> bool:
        """A row of the list lacks the mode and the amount in foreign currency: those are read on the payment itself,
        as is whatever else a thin list leaves out."""
        meant = {"InvoiceNumber": evidence["invoice"], "PaymentDate": evidence["paid"]}
        return all(text_of(row[name]) == value for name, value in meant.items() if name in row)

    def _differences(self, payment: Json, evidence: Json) -> list[str]:
        amount = payment.get("AmountCurrency") if payment.get("AmountCurrency") is not None else payment.get("Amount")
        pairs = [
            ("InvoiceNumber", evidence["invoice"], text_of(payment.get("InvoiceNumber"))),
            ("Currency", evidence["currency"], text_of(payment.get("Currency"))),
            ("PaymentDate", evidence["paid"], text_of(payment.get("PaymentDate"))),
        ]
        if evidence["mode"] is not None:
            pairs.append(("ModeOfPayment", evidence["mode"], text_of(payment.get("ModeOfPayment"))))
        else:
            account = text_of(payment.get("ModeOfPaymentAccount"))
            pairs.append(("ModeOfPaymentAccount", str(evidence["account"]), account))
        found = [f"{name}: meant {ours}, stored {theirs}" for name, ours, theirs in pairs if ours != theirs]
        if decimal_of(amount) != Decimal(evidence["amount"]):
            found.append(f"AmountCurrency: meant {evidence['amount']}, stored {text_of(amount)}")
        return found

    def _settled(self, payment: Json, evidence: Json, result: str, proof: Json, surplus: list[str]) -> Settled:
        number = number_of(payment)
        wrong = self._differences(payment, evidence)
        question = None
        if surplus:
            question = (
                f"Payments {number}, {', '.join(surplus)} of invoice {evidence['invoice']} look the same. Delete all "
                f"but {number} in Fortnox, then retry."
            )
        elif wrong:
            question = f"Payment {number} stays unbooked, it is not what was meant: {'; '.join(wrong)}."
        state: Json = {
            "invoice": evidence["invoice"],
            "amount": evidence["amount"],
            "currency": evidence["currency"],
            "paid": evidence["paid"],
            "mode": evidence["mode"],
            "account": evidence["account"],
            "booked": is_true(payment.get("Booked")),
            "mismatch": question is not None,
        }
        return Settled(Link(KIND, number, state), result, question=question, proof=proof)
