"""First scene: real-shaped webhooks from both senders, and what becomes of each."""

from datetime import datetime, timedelta
from decimal import Decimal

from daemon.demo.bodies import LAGUNDA, STRANDANGEN, TALLBACKEN, Line, Sale, survey, workflow_survey
from daemon.demo.senders import Webhook
from daemon.demo.stage import Stage

TIMBER = (
    Line("TRA-45X95", "Regel 45x95 C24", "120", "m", "24.50", discount_percent="10"),
    Line("FRAKT", "Kranbilsleverans", "1", "st", "950.00"),
)
SCREWS = (Line("SKR-542", "Träskruv 5,4x90, 250 st", "7", "förp", "149.90"),)
COFFEE = (
    Line("KAF-1000", "Bryggkaffe 1000 g", "12", "st", "89.00", vat_rate="12"),
    Line("MUGG", "Mugg med tryck", "24", "st", "32.00"),
)
TEA = (Line("TE-EG", "Earl Grey 500 g", "6", "st", "118.00", vat_rate="12"),)
ORE = Decimal("0.01")


def sales(now: datetime) -> dict[str, Sale]:
    """The orders and invoices of the scene by number."""
    yesterday = now - timedelta(days=1)
    made = (
        Sale("SO-20931", TALLBACKEN, TIMBER, yesterday),
        Sale("SO-20932", TALLBACKEN, SCREWS, yesterday),
        Sale("INV-5507", STRANDANGEN, COFFEE, yesterday),
        Sale("SO-20933", LAGUNDA, TEA, yesterday),
        Sale("SO-20934", TALLBACKEN, TEA, yesterday, error=ORE),
    )
    return {sale.number: sale for sale in made}


TOLD = (
    ("An order is won: an unknown buyer with an organisation number", "order.won", "SO-20931"),
    ("The same order is paid: the same invoice, and its payment", "order.paid", "SO-20931"),
    ("Another order of that buyer, paid at once; the payment writes Fortnox's rounding off", "order.paid", "SO-20932"),
    ("A paid invoice of the sender's own: a buyer with an e-mail only", "invoice.paid", "INV-5507"),
    ("An order of a buyer known from the survey: one call", "order.won", "SO-20933"),
    ("An order whose total is one öre off: held before any call", "order.won", "SO-20934"),
)
"""Title, type and number of what the shop tells of its sales, in order."""


def webhooks(now: datetime) -> list[tuple[str, Webhook]]:
    """What is sent, in order, each under a title."""
    sold = sales(now)
    told = [
        (title, sold[number].event(kind, f"msg_demo{place:02}"))
        for place, (title, kind, number) in enumerate(TOLD, start=3)
    ]
    return [
        ("A survey, from the shop: a new customer with a note", survey(now, "msg_demo01")),
        ("A survey, from a HighLevel workflow (unsigned: path token and header secret)", workflow_survey(now)),
        *told,
    ]


async def play(stage: Stage, now: datetime) -> None:
    """Send each, wait, show."""
    stage.screen.chapter("1  Webhooks and what becomes of them   (SIMULATOR)")
    for place, (title, webhook) in enumerate(webhooks(now), start=1):
        stage.screen.step(f"1.{place}  {title}")
        await stage.deliver(webhook)
