"""A print-out: one page of plain lines as the smallest PDF that readers open."""

_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
    b">> >> >>",
)


def _literal(line: str) -> bytes:
    escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(" + escaped.encode("cp1252", "replace") + b") Tj T*"


def pdf(lines: list[str]) -> bytes:
    """Give the bytes of a page that shows the lines, A4, 14 points; what Windows-1252 lacks becomes a question mark."""
    shown = b"\n".join((b"BT /F1 14 Tf 60 780 Td 20 TL", *(_literal(line) for line in lines), b"ET"))
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown)
    out, places = _HEADER, []
    for number, content in enumerate((*_OBJECTS, stream), 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        count,
        table,
        count,
        len(out),
    )
