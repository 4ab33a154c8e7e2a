import re

import pytest
from markdown_it import MarkdownIt

from nbkit import ledger
from nbkit.ledger import tables


@pytest.fixture(scope="module")
def records():
    return ledger.collect("nowhere")


def test_counts_have_all_verdicts_in_order(records):
    assert list(ledger.counts(records)) == list(ledger.VERDICTS)
    assert ledger.counts(records)["not run"] == len(records) == 88
    assert ledger.counts([records[0] | {"recorded": {"verdict": "partly"}}], recorded=True)["partly"] == 1
    assert ledger.counts([], recorded=True) == dict.fromkeys(ledger.VERDICTS, 0)


def test_the_page_holds_every_claim_once_under_its_part_of_the_book(records):
    page = ledger.table_markdown(records)
    assert [page.count(f'id="{record["id"].lower()}"') for record in records] == [1] * len(records)
    assert re.findall(r"^## (.*)", page, re.M) == ["How a verdict is reached", *tables.BOOK]
    assert page.index("## II.") < page.index('id="nad-1"') < page.index("## III.") < page.index('id="gd-25"')
    assert set(re.findall(r"\{cite:t\}`(.*?)`", page)) == {record["source"] for record in records}
    assert "whole 95 % interval" in page and "What counts" in page


def test_every_statistic_has_a_line_with_a_cell_for_each_column(records):
    page = ledger.table_markdown(records)
    lines = [line for line in page[page.index("## I.") :].splitlines() if line.startswith("| ")]
    statistics = sum(len(claim.statistics()) for claim in ledger.load().values())
    assert len(lines) == statistics + len(records)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {len(tables.COLUMNS[:3]) + 1}


def test_a_line_shows_live_beside_recorded(records):
    number = {"value": 1.0, "low": 0.9, "high": 1.1, "n": 3, "note": None, "verdict": "partly", "parts": None}
    made = {"preset": "paper", "changed": "n = 3", "device": "GPU", "date": "2026", "data": None, "commit": "abc"}
    record = records[0] | number | made | {"preset": "book", "recorded": number | made | {"value": 2.0}}
    (line,) = tables._lines(record, True)
    assert line.numbers == [("1 [0.9, 1.1], n\u00a0=\u00a03", ""), ("2 [0.9, 1.1], n\u00a0=\u00a03", "")]
    for shown in (tables.box_html([record]), tables.box_text([record]), ledger.table_markdown([record])):
        for text in ("preset book on GPU", "1 [0.9, 1.1]", "2 [0.9, 1.1]", "Recorded", "partly", "GD-1"):
            assert text in shown.replace("\\", "")
    assert "Recorded: preset paper with n = 3, GPU, 2026, commit abc." in tables.box_html([record])


def test_links_lead_only_to_chapters_that_are_there(records):
    assert "_executed/" not in ledger.table_markdown(records)
    linked = ledger.table_markdown([records[0] | {"page": "01_inductive_bias.ipynb"}, *records[1:]])
    assert re.findall(r"\]\((.*?)\)", linked) == ["_executed/01_inductive_bias.ipynb"]


@pytest.mark.parametrize("text", ["s₁/s_last |a*b*| <b> $x$ `c` [d](e) ~f~ #g ^h {i} \\", "N_1 and N_2"])
def test_escaped_text_reads_as_it_was_written(text):
    (inline,) = [token for token in MarkdownIt().parse(f"a {tables._markdown(text)}") if token.type == "inline"]
    assert "".join(child.content for child in inline.children) == f"a {text}"
    assert {child.type for child in inline.children} <= {"text", "text_special"}


def test_a_number_is_shown_with_interval_and_n():
    shown = lambda value, low, high, n: tables._number(
        {"value": value, "low": low, "high": high, "n": n, "note": "late" if n == 2 else None}
    ).replace("\u00a0", " ")
    assert shown(31.987, 30, 33.456, 3) == "32 [30, 33.5], n = 3"
    assert shown(-1e-12, -1, 2e-12, 3) == "−1e−12 [−1, 2e−12], n = 3"
    assert shown(2.0, None, None, 1) == "2 no interval, n = 1"
    assert shown(None, None, None, 1) == "no finite number"
    assert shown(3.0, 2.0, 4.0, 2) == "3 [2, 4], n = 2 (late)"
    assert shown(None, None, None, None) == ""


@pytest.mark.parametrize(
    ("notes", "times"), [(("thin nets", "thin nets"), 1), (("thin nets", None), 1), (("a", "b"), 0)]
)
def test_a_note_that_all_parts_share_is_said_once(records, notes, times):
    number = {"value": 1.0, "low": 0.9, "high": 1.1, "n": 3, "verdict": "partly"}
    parts = [number | {"part": n, "statistic": "s", "expected": "1", "note": note} for n, note in zip("pq", notes)]
    record = records[0] | {"preset": "book", "recorded": None, "verdict": "partly", "parts": parts}
    shown = [tables.box_html([record]), tables.box_text([record]), ledger.table_markdown([record])]
    assert [text.count("thin nets") for text in shown] == [times] * 3
    assert all(("Live: thin nets." in text) == (notes[0] == notes[1]) for text in shown)
