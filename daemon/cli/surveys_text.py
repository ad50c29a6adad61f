"""One survey for people: figures, its distribution as bars, its trend as points on the scale, in plain characters."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import click

from daemon.cli.common import banner

Json = dict[str, Any]

WIDTH = 40
"""Characters of a bar, and of the line that a point of the trend lies on."""

MOST_ROWS = 31
"""Scores of a distribution that are shown one by one: a scale with more is shown in parts of equal width."""

MOST_STEPS = 60
"""Steps of a trend that are shown, the newest."""

INDEX = {"nps": "NPS", "csat": "CSAT"}


def print_survey(shown: Json) -> None:
    """Everything about one survey."""
    for line in lines_of(shown):
        click.echo(line)


def lines_of(shown: Json) -> Iterator[str]:
    """The text, line by line."""
    yield f"survey {shown['survey']} of {shown['company']}{banner(shown['company_kind'])}, {_scale(shown['scale'])}"
    yield f"  {_counted(shown['responses'])} from {shown['first']} to {shown['last']}{_left_out(shown)}"
    if shown["mean"] is None:
        return
    index = INDEX.get(shown["scale"]["kind"])
    yield f"  mean {shown['mean']}" + ("" if index is None else f", {index} {_index(shown)}")
    if shown["classes"]:
        yield "  " + ", ".join(f"{count} {name}" for name, count in shown["classes"].items())
    yield ""
    yield from _distribution(shown)
    yield ""
    yield from _trend(shown)


def _scale(scale: Json) -> str:
    ends = f" {scale['low']} to {scale['high']}" if None not in (scale["low"], scale["high"]) else ""
    satisfied = "" if scale["satisfied_from"] is None else f", satisfied from {scale['satisfied_from']}"
    return f"scale {scale['kind']}{ends}{satisfied}"


def _counted(count: int) -> str:
    return "1 response" if count == 1 else f"{count} responses"


def _left_out(shown: Json) -> str:
    bare = shown["responses"] - shown["scored"] - shown["outside"]
    told = [f"{bare} without a score"] if bare else []
    told += [f"{shown['outside']} NOT ON THE SCALE and left out"] if shown["outside"] else []
    return f"; {', '.join(told)}" if told else ""


def _index(shown: Json) -> str:
    return _signed(shown["index"]) if shown["scale"]["kind"] == "nps" else f"{shown['index']} %"


def _signed(number: str) -> str:
    return number if number.startswith("-") or Decimal(number) == 0 else f"+{number}"


def _distribution(shown: Json) -> Iterator[str]:
    rows = _rows(shown)
    most = max(count for _, count in rows)
    width = max(len(label) for label, _ in rows)
    digits = len(str(most))
    for label, count in rows:
        bar = "#" * _part(count, most)
        share = f"{100 * count / shown['scored']:.0f} %"
        yield f"  {label:>{width}} |{bar:<{WIDTH}}| {count:>{digits}}  {share:>5}"


def _rows(shown: Json) -> list[tuple[str, int]]:
    """A row for each score: each whole number of a short scale, else the scores that were given, or parts of them."""
    given = {Decimal(one["score"]): one["responses"] for one in shown["distribution"]}
    low, high = (None if end is None else Decimal(end) for end in (shown["scale"]["low"], shown["scale"]["high"]))
    if low is not None and high is not None and high - low < MOST_ROWS and low == low.to_integral_value():
        given = {Decimal(score): 0 for score in range(int(low), int(high) + 1)} | given
    if len(given) <= MOST_ROWS:
        return [(f"{score:f}", given[score]) for score in sorted(given)]
    return _parts(given)


def _parts(given: dict[Decimal, int]) -> list[tuple[str, int]]:
    """Ten parts of equal width between the lowest and the highest score; the last one holds the highest too."""
    low, high = min(given), max(given)
    step = (high - low) / 10
    counts = [0] * 10
    for score, count in given.items():
        counts[min(9, int((score - low) / step))] += count
    return [
        (f"{low + step * place:.4g} to {low + step * (place + 1):.4g}", count) for place, count in enumerate(counts)
    ]


def _trend(shown: Json) -> Iterator[str]:
    """Where the index (or the mean of a scale without one) lay in each step, on a line from end to end."""
    steps = shown["trend"][-MOST_STEPS:]
    measure = "mean" if shown["index"] is None else "index"
    low, high = _ends(shown, steps, measure)
    name = "mean" if measure == "mean" else INDEX[shown["scale"]["kind"]]
    left = "" if len(steps) == len(shown["trend"]) else f", the newest {MOST_STEPS}"
    yield f"  {name} by {shown['period']}, from {low:f} to {high:f}{left}"
    for step in steps:
        value = step[measure]
        point = " " * WIDTH if value is None else _point(Decimal(value), low, high)
        said = "-" if value is None else value
        yield f"  {step['name']:<8} |{point}| {said:>6}  {_counted(step['responses'])}"


def _ends(shown: Json, steps: list[Json], measure: str) -> tuple[Decimal, Decimal]:
    if measure == "index":
        return Decimal(-100 if shown["scale"]["kind"] == "nps" else 0), Decimal(100)
    values = [Decimal(step[measure]) for step in steps if step[measure] is not None]
    low, high = (None if end is None else Decimal(end) for end in (shown["scale"]["low"], shown["scale"]["high"]))
    return min(values) if low is None else low, max(values) if high is None else high


def _point(value: Decimal, low: Decimal, high: Decimal) -> str:
    place = WIDTH // 2 if high == low else round((value - low) / (high - low) * (WIDTH - 1))
    return " " * place + "*" + " " * (WIDTH - 1 - place)


def _part(count: int, most: int) -> int:
    """A count that is not nothing shows as at least one sign."""
    return max(1, round(count * WIDTH / most)) if count else 0
