"""The file of evidence: the same bytes every time, every line on its page, and a name that we know again."""

from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from connectors.fortnox.evidence_file import LINES, Name, evidence_file, name_of, pdf, printable, read_name
from handlers.commands import EnsureEvidence
from handlers.values import Ref, reference
from tests.properties import examples

INVOICE = Ref(system="shop", kind="order_invoice", id="1042")
THING = Ref(system="shop", kind="order_invoice_evidence", id="1042").thing("demo")


def evidence(number: str = "SO-1042", says: str = "0123456789abcdef", *lines: str) -> EnsureEvidence:
    """The evidence of an invoice, with these lines."""
    thing = INVOICE.model_copy(update={"kind": "order_invoice_evidence"})
    shown = lines or ("Namn   Åsa Öberg",)
    return EnsureEvidence(
        thing=thing, document=INVOICE, number=number, title=f"Underlag: order {number}", lines=shown, says=says
    )


def pages(content: bytes) -> list[list[str]]:
    """The lines of each page, as another library reads them; without those that hold nothing."""
    return [page.extract_text().splitlines() for page in PdfReader(BytesIO(content), strict=True).pages]


@pytest.mark.capability("f43")
def test_a_page_reads_as_it_was_meant() -> None:
    """Swedish letters, signs of the format itself, and columns that stay where they are."""
    drawn = evidence_file(
        evidence("SO-1042", "0123456789abcdef", "Åäö ÅÄÖ é € – (a) \\ 100 %", "Regel     24,50"), THING
    )
    assert drawn.content_type == "application/pdf"
    assert pages(drawn.content) == [
        [
            "Underlag: order SO-1042",
            "Åäö ÅÄÖ é € – (a) \\ 100 %",
            "Regel     24,50",
            "Underlag: order SO-1042, sida 1 (1)",
        ]
    ]


def test_the_same_command_is_the_same_file() -> None:
    """No moment and no random id is in it: a lost upload can be held against what would be sent again."""
    first, second = evidence_file(evidence(), THING), evidence_file(evidence(), THING)
    assert sha256(first.content).digest() == sha256(second.content).digest()
    told = PdfReader(BytesIO(first.content)).metadata
    assert told is not None
    assert str(told["/CreationDate"]) == "D:20000101000000+00'00'"
    assert told.title == "Underlag: order SO-1042"


@pytest.mark.parametrize(("count", "wanted"), [(1, 1), (LINES - 2, 1), (LINES - 1, 2), (5 * LINES, 6)])
def test_long_evidence_goes_over_several_pages(count: int, wanted: int) -> None:
    """The last line stands there, and each page says which one it is."""
    shown = pages(pdf("Underlag", [f"rad {place}" for place in range(count)]))
    assert len(shown) == wanted
    assert f"rad {count - 1}" in shown[-1]
    assert [page[-1] for page in shown] == [f"Underlag, sida {place} ({wanted})" for place in range(1, wanted + 1)]


def test_letters_that_the_font_lacks_lose_their_marks_only() -> None:
    """What has no plain letter is a question mark, so that nobody takes it for something else."""
    assert printable("Łukasz Čapek, Ősi Kft, 東京") == "?ukasz Capek, Osi Kft, ??"


PRINTED = st.text(
    st.characters(codec="cp1252", categories=("L", "N", "P", "S"), exclude_characters="•"), min_size=1, max_size=40
)
"""What the font has, without its bullet, whose place the library that reads leaves open."""


@pytest.mark.properties
@pytest.mark.timeout(600)
@settings(max_examples=min(examples(), 300), deadline=None)
@given(st.lists(PRINTED, min_size=1, max_size=150))
def test_every_line_is_read_back(lines: list[str]) -> None:
    """In its order, over all pages, whatever it holds."""
    read = [line for page in pages(pdf("Underlag", lines)) for line in page if not line.startswith("Underlag")]
    assert read == [line for line in lines if not line.startswith("Underlag")]


def test_a_name_is_known_again_and_safe() -> None:
    """Our mark and the digest stand at its end, whatever the source's number is; others' files say nothing."""
    assert name_of(evidence(), THING) == f"underlag-SO-1042-{reference(THING)}-0123456789abcdef.pdf"
    assert name_of(evidence('A/1 "å" ../x'), THING).startswith("underlag-A-1-x-")
    assert name_of(evidence("???"), THING) == f"underlag-{reference(THING)}-0123456789abcdef.pdf"
    assert read_name(name_of(evidence("A" * 75), THING).upper()) == Name(reference(THING), "0123456789abcdef")
    assert [read_name(name) for name in ("", "kvitto.pdf", "underlag-SO-1042.pdf", f"{reference(THING)}.pdf")] == [
        None
    ] * 4
