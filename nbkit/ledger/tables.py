"""Records shown: the claims box of a chapter (HTML and plain text) and the body of the claims page (MyST Markdown).

Both show a claim as its sentence with the verdicts, then a line for each statistic: expected, live and recorded number.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from nbkit.ledger.verdicts import NOT_RUN, VERDICTS, combine, verdict

BOOK = {
    "I. Gradient descent has preferences": range(1, 7),
    "II. Directions": range(7, 11),
    "III. Lazy and feature regimes": range(11, 16),
    "IV. Single directions": range(16, 19),
}
"""Parts of the book and their chapters."""

COLUMNS = ("Statistic", "Expected", "Live", "Recorded")
CLASSES = dict(zip(VERDICTS, ("reproduced", "partly", "not-reproduced", "undecided", "not-run")))


class Line(NamedTuple):
    """One statistic of a claim, and its numbers, each with its own verdict where the claim has several statistics."""

    name: str
    statistic: str
    expected: str
    numbers: list[tuple[str, str]]


def box_html(records: list[dict]) -> str:
    """The claims box of a chapter: a table with class names only."""
    recorded = any(record["recorded"] for record in records)
    columns = COLUMNS if recorded else COLUMNS[:3]
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    rows = []
    for record in records:
        claim = f"<strong>{record['id']}</strong> {escape(record['statement'])}"
        details = escape(" ".join((*_details(record), f"Source: {_source(record)}.")))
        about = f"{claim}<br><small>{_verdicts(record)} {details}</small>"
        rows.append(f'<tr class="claims-claim"><td colspan="{len(columns)}">{about}</td></tr>')
        for line in _lines(record, recorded):
            name = f"<em>{escape(line.name)}</em>{': ' if line.statistic else ''}" if line.name else ""
            cells = [name + escape(line.statistic), escape(line.expected)]
            cells += [f"{escape(number)} {_span(found)}".strip() for number, found in line.numbers]
            rows.append(f'<tr class="claims-line">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    caption = f"<caption>{escape(_made(records))}</caption>"
    table = [f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>", *rows, "</tbody></table>"]
    return "\n".join(['<div class="claims-box">', *table, "</div>"])


def box_text(records: list[dict]) -> str:
    """The same without markup."""
    text = [_made(records)]
    for record in records:
        verdicts = re.sub("<.*?>", "", _verdicts(record))
        text.append(" ".join((record["id"], record["statement"], verdicts, *_details(record))))
        for line in _lines(record, bool(record["recorded"])):
            cells = [line.expected, *(", ".join(filter(None, number)) for number in line.numbers)]
            shown = "; ".join(f"{name.lower()} {cell}" for name, cell in zip(COLUMNS[1:], cells) if cell)
            text.append(f"  {', '.join(filter(None, (line.name, line.statistic)))}: {shown}")
    return "\n".join(text)


def table_markdown(records: list[dict]) -> str:
    """The claims page below its introduction: counts, the rule, and every claim under its part of the book.

    Links lead to `_executed/NN_name.ipynb`, relative to the page that includes this text, for chapters that are there.
    """
    pieces = [_counts(records), _made(records), "## How a verdict is reached"]
    pieces += [inspect.getdoc(verdict), inspect.getdoc(combine)]
    for title, chapters in BOOK.items():
        own = [record for record in records if int(record["chapter"]) in chapters]
        pieces += [f"## {title}", *map(_claim_markdown, own)] if own else []
    return "\n\n".join(pieces)


def counts(records: list[dict], *, recorded: bool = False) -> dict[str, int]:
    """How many claims have each verdict, in the order of VERDICTS: the live ones, or those from recorded results."""
    results = [record["recorded"] if recorded else record for record in records]
    found = [result["verdict"] if result else NOT_RUN for result in results]
    return {name: found.count(name) for name in VERDICTS}


def _claim_markdown(record: dict) -> str:
    name = f"[{record['id']}](_executed/{record['page']})" if record["page"] else record["id"]
    columns = COLUMNS if record["recorded"] else COLUMNS[:3]
    source = f"Source: {{cite:t}}`{record['source']}`, {_markdown(record['where'])}."
    rows = []
    for line in _lines(record, bool(record["recorded"])):
        statistic = ": ".join(filter(None, (line.name and f"*{_markdown(line.name)}*", _markdown(line.statistic))))
        numbers = [f"{_markdown(number)} {_span(found)}".strip() for number, found in line.numbers]
        rows.append(f"| {' | '.join((statistic, _markdown(line.expected), *numbers))} |")
    return "\n".join(
        [
            ":::{container} claim",
            f'<span id="{record["id"].lower()}"></span>**{name}** {_markdown(record["statement"])}',
            "",
            " ".join((_verdicts(record), *map(_markdown, _details(record)), source)),
            "",
            f"| {' | '.join(columns)} |",
            f"|{'---|' * len(columns)}",
            *rows,
            ":::",
        ]
    )


def _counts(records: list[dict]) -> str:
    live, recorded = counts(records), counts(records, recorded=True)
    rows = [f"| {_span(name)} | {live[name]} | {recorded[name]} |" for name in VERDICTS]
    return "\n".join([f"| Verdict on {len(records)} claims | Live | Recorded |", "|---|--:|--:|", *rows])


def _made(records: list[dict]) -> str:
    made = dict.fromkeys(f"preset {record['preset']} on {record['device']}" for record in records if record["preset"])
    intervals = "Intervals are 95 %; with a largest or smallest value stands its range."
    return f"Live results: {'; '.join(made) or 'none'}. {intervals}"


def _verdicts(record: dict) -> str:
    live = f"{_span(record['verdict'])}."
    return f"Live {live} Recorded {_span(record['recorded']['verdict'])}." if record["recorded"] else live


def _details(record: dict) -> Iterator[str]:
    """What stands below the sentence of a claim, but for its source."""
    if record["new"]:
        yield "New in this book."
    if record["pending"] and record["verdict"] == NOT_RUN:
        yield f"Waits for {record['pending']}."
    if record["parts"]:
        yield f"Measured: {record['statistic']}."
    if note := _common_note(record):
        yield f"Live: {note}."
    if record["recorded"]:
        recorded = record["recorded"]
        made = [recorded[key] for key in ("device", "date", "data") if recorded[key]]
        preset = recorded["preset"] + (f" with {recorded['changed']}" if recorded["changed"] else "")
        commit = [f"commit {recorded['commit']}"] if recorded["commit"] else []
        note = _common_note(recorded)
        yield f"Recorded: preset {', '.join([preset, *made, *commit])}{f'; {note}' if note else ''}."


def _common_note(result: dict) -> str:
    """The note of several parts that all have the same, else nothing."""
    notes = [part["note"] for part in result["parts"] or () if part["n"] is not None]
    return notes[0] or "" if len(notes) > 1 and len(set(notes)) == 1 else ""


def _source(record: dict) -> str:
    author, year = re.match(r"([a-z]+)(\d{4})", record["source"]).groups()
    return f"{author.capitalize()} {year}, {record['where']}"


def _lines(record: dict, recorded: bool) -> Iterator[Line]:
    """A line for each statistic; with `recorded` there is a cell for that, empty where nothing was recorded."""
    results = [record, record["recorded"]] if recorded else [record]
    if record["parts"] is None:
        numbers = [(_number(result) if result else "", "") for result in results]
        yield Line("", record["statistic"], record["expected"], numbers)
        return
    for index, part in enumerate(record["parts"]):
        same = [result and result["parts"][index] for result in results]
        said = [result and _common_note(result) for result in results]
        numbers = [(_number(cell, known), cell["verdict"]) if cell else ("", "") for cell, known in zip(same, said)]
        statistic = "" if part["statistic"] == record["statistic"] else part["statistic"]
        yield Line(part["part"].replace("_", " "), statistic, part["expected"], numbers)


def _number(result: dict, known: str = "") -> str:
    """A number with its interval and its note, but for a note that is known."""
    note = f" ({result['note']})" if result["note"] and result["note"] != known else ""
    if result["n"] is None:
        return note.strip()
    if result["value"] is None:
        return f"no finite number{note}"
    ends = [result["low"], result["high"]]
    interval = "no interval" if None in ends else "[{:.3g}, {:.3g}]".format(*ends)
    shown = f"{result['value']:.3g} {interval}".replace("-", "−")
    return f"{shown}, n\u00a0=\u00a0{result['n']}{note}"


def _span(name: str) -> str:
    return f'<span class="verdict verdict-{CLASSES[name]}">{name}</span>' if name else ""


def _markdown(text: str) -> str:
    """Plain text as Markdown: everything that has a meaning there is escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|$~#^])", r"\\\1", text)
