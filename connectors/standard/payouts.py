"""The shape of a payout in our own documented webhooks, and the event that it is."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from connectors.standard.fields import Currency, Identifier, Moment, Number, Text, Wire
from handlers import payout_parts
from handlers.events import PayoutMade
from handlers.payout_parts import FeeVat
from handlers.values import Ref, stockholm_date


class PayoutSale(Wire):
    """What buyers paid by one method; below zero what was paid back to them."""

    method: Text | None = None
    amount: Number
    currency: Currency | None = Field(None, description="absent: the payout's")
    currency_rate: Number | None = Field(None, description="SEK for one unit; absent: the payout's")


class PayoutFee(Wire):
    """What the provider kept, in the payout's currency, Swedish VAT included."""

    amount: Number
    vat: FeeVat | None = Field(None, description="absent: the company's setting; eu and outside_eu are reverse charge")
    vat_rate: Number | None = Field(None, description="percent; absent: 25")
    vat_amount: Number | None = Field(None, description="the VAT within a domestic fee")


class PayoutData(Wire):
    """A payout: what was sold less the fees is the net, to the öre; of fees alone it is below zero."""

    payout_id: Identifier
    version: Number | None = Field(None, description="orders tellings of one payout; absent: the timestamp")
    paid_at: Moment | None = Field(None, description="absent: the timestamp")
    currency: Currency
    currency_rate: Number | None = Field(None, description="SEK for one unit of the currency")
    sales: tuple[PayoutSale, ...] = Field((), description="none where only fees are charged")
    fees: tuple[PayoutFee, ...] = ()
    net: Number
    net_kronor: Number | None = Field(None, description="what the bank received, of a payout in another currency")


class PayoutBody(Wire):
    """A payment provider paid out."""

    type: Literal["payout.paid"]
    timestamp: Moment
    data: PayoutData


def payout_made(source: str, body: PayoutBody, version: Decimal) -> PayoutMade:
    """The payout of this source, as rules read it."""
    data = body.data
    fees = [fee.model_dump(exclude_none=True) for fee in data.fees]
    return PayoutMade(
        thing=Ref(system=source, kind="payout", id=data.payout_id),
        version=version,
        occurred_at=body.timestamp,
        dated=stockholm_date(data.paid_at or body.timestamp),
        currency=data.currency,
        currency_rate=data.currency_rate,
        sales=tuple(payout_parts.PayoutSale(**sale.model_dump()) for sale in data.sales),
        fees=tuple(payout_parts.PayoutFee.model_validate(fee) for fee in fees),
        net=data.net,
        net_kronor=data.net_kronor,
    )
