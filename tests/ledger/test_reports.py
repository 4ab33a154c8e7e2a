import json
import math
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import papermill
import pytest
import yaml

from nbkit import ledger
from nbkit.intervals import Estimate
from nbkit.ledger import reports

CLAIMS = """
- {id: GD-1, statement: "One <b>|*holds*|.", source: ortiz2020neural, where: section 1, statistic: a number,
   expected: 1 (derived), accept: {min: 0.5}, chapter: "01", verdict: {book: reproduced, paper: partly}}
- {id: GD-2, statement: Two, source: petrini2020learning, where: slide 2, statistic: ratios, chapter: "01", new: true,
   parts: {le_net: {expected: 2 (ours), accept: {max: 2}}, vgg: {expected: 3 (ours), accept: {max: 3}},
           shown: {expected: not judged}}}
- {id: NAD-1, statement: Three, source: ortiz2020neural, where: section 2, statistic: a number, expected: 1 (ours),
   accept: {min: 0}, chapter: "07"}
"""
GOOD, BAD = Estimate(1.0, 0.9, 1.1, 5), Estimate(0.1, 0.0, 0.2, 5)
MADE = {"preset": "paper", "changed": "n = 3", "device": "GPU <X>", "date": "2026-01-02", "data": "d", "commit": "abc"}
PAPER = SimpleNamespace(attrs=MADE)
NUMBERS = {"value", "low", "high", "n", "preset", "changed", "device", "date", "data", "commit"}
NUMBERS |= {"note", "verdict", "parts"}
KEYS = NUMBERS | {"id", "statement", "source", "where", "statistic", "expected", "new", "chapter"}
KEYS |= {"page", "committed", "pending"}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "claims.yml"
    file.write_text(CLAIMS)
    return file


@pytest.fixture
def chapter(path):
    return ledger.Chapter("01", SimpleNamespace(preset="book", device="cpu"), path=path)


def fill(chapter):
    chapter.report("GD-1", GOOD)
    chapter.report("GD-1", BAD, recorded=PAPER)
    chapter.report("GD-2", Estimate(1.0, 0.5, 1.5, 3), part="le_net", note="a small one")
    chapter.report("GD-2", Estimate(math.nan, -math.inf, math.inf, 1), part="shown")


@pytest.fixture
def store(monkeypatch):
    """A function that writes what the box displays into a notebook file, as Jupyter would, and returns it."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata: shown.append((data, metadata)))

    def write(chapter, file):
        chapter.box()
        ((data, metadata),) = shown
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])]), file)
        return data

    return write


def test_a_report_is_judged_by_the_rule_of_its_part(chapter):
    chapter.report("GD-1", GOOD)
    chapter.report("GD-1", BAD, recorded=PAPER)
    chapter.report("GD-2", Estimate(2.5, 2.1, 2.9, 3), part="le_net")
    chapter.report("GD-2", Estimate(2.5, 2.1, 2.9, 3), part="vgg")
    one, two = chapter.records()
    assert (one["verdict"], one["recorded"]["verdict"]) == ("reproduced", "not reproduced")
    assert [part["verdict"] for part in two["parts"]] == ["not reproduced", "reproduced", "not run"]


@pytest.mark.parametrize(
    ("claim", "options", "message"),
    [
        ("NAD-1", {}, "NAD-1 is not a claim of chapter 01, which has GD-1, GD-2"),
        ("GD-9", {}, "GD-9 is not a claim"),
        ("GD-1", {"part": "lenet"}, "GD-1 has no part 'lenet': it has no parts"),
        ("GD-2", {"part": "lenet"}, "GD-2 has no part 'lenet': it has le_net, vgg, shown"),
        ("GD-2", {}, "GD-2 has no part None"),
        ("GD-1", {"recorded": SimpleNamespace(attrs={"preset": "paper"})}, "GD-1: .* does not say its device, date"),
    ],
)
def test_a_report_that_fits_no_claim_is_refused(chapter, claim, options, message):
    with pytest.raises(ValueError, match=message):
        chapter.report(claim, GOOD, **options)


@pytest.mark.parametrize("estimate", [3.2, (1, 2), "good", None, Estimate(1, None, 2, 3)])
def test_a_report_without_an_interval_is_refused(chapter, estimate):
    with pytest.raises(ValueError, match="GD-1: report an estimate"):
        chapter.report("GD-1", estimate)


def test_an_interval_upside_down_a_second_report_and_an_unknown_chapter_are_refused(chapter, path):
    with pytest.raises(ValueError, match=r"GD-1: the interval .* upside down"):
        chapter.report("GD-1", Estimate(1, 2, 0, 3))
    chapter.report("GD-1", GOOD)
    chapter.report("GD-1", GOOD, recorded=PAPER)
    with pytest.raises(ValueError, match=r"GD-1: reported twice$"):
        chapter.report("GD-1", GOOD)
    with pytest.raises(ValueError, match="GD-1: reported twice from recorded results"):
        chapter.report("GD-1", GOOD, recorded=PAPER)
    with pytest.raises(ValueError, match="no claim has the chapter '1'"):
        ledger.Chapter("1", SimpleNamespace(preset="book", device="cpu"), path=path)


def test_box_refuses_a_chapter_that_leaves_a_claim_out(chapter):
    chapter.report("GD-1", GOOD)
    with pytest.raises(ValueError, match="chapter 01 has not reported GD-2"):
        chapter.box()


def test_a_pending_claim_may_wait_and_says_for_what(path, store, tmp_path):
    path.write_text(CLAIMS.replace("new: true,", 'pending: "a larger machine",'))
    chapter = ledger.Chapter("01", SimpleNamespace(preset="book", device="cpu"), path=path)
    chapter.report("GD-1", GOOD)
    assert "Waits for a larger machine" in store(chapter, tmp_path / "01_name.ipynb")["text/html"]


def test_a_recorded_result_is_a_report_too(chapter, store, tmp_path):
    chapter.report("GD-1", GOOD, recorded=PAPER)
    chapter.report("GD-2", GOOD, recorded=PAPER, part="vgg")
    store(chapter, tmp_path / "01_name.ipynb")
    one, two = chapter.records()
    assert (one["verdict"], one["value"], one["recorded"]["verdict"]) == ("not run", None, "reproduced")
    assert (two["verdict"], two["recorded"]["verdict"]) == ("not run", "partly")


def test_box_survives_the_notebook_and_comes_back_as_records(chapter, store, path, tmp_path):
    fill(chapter)
    data = store(chapter, tmp_path / "01_name.ipynb")
    records = ledger.collect(tmp_path, path=path)
    one, two, three = records
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert {frozenset(record) for record in records} == {frozenset(KEYS | {"recorded"})}
    assert set(one["recorded"]) == NUMBERS

    assert (one["value"], one["low"], one["high"], one["n"], one["verdict"]) == (1.0, 0.9, 1.1, 5, "reproduced")
    assert one["preset"] == "book" and one["device"].startswith("CPU") and one["page"] == "01_name.ipynb"
    assert (one["recorded"]["verdict"], one["recorded"]["device"]) == ("not reproduced", "GPU <X>")
    assert (two["verdict"], two["value"], two["recorded"], two["preset"]) == ("partly", 1.0, None, "book")
    assert [part["verdict"] for part in two["parts"]] == ["reproduced", "not run", "not decided at this scale"]
    assert [part["value"] for part in two["parts"]] == [1.0, None, None]
    assert two["expected"] == "le_net: 2 (ours); vgg: 3 (ours); shown: not judged"
    assert (three["verdict"], three["value"], three["page"], three["recorded"]) == ("not run", None, None, None)

    for text in ("verdict verdict-reproduced", "verdict-not-reproduced", "&lt;b&gt;", "GPU &lt;X&gt;", "a small one"):
        assert text in data["text/html"]
    assert "<b>" not in data["text/html"] and "style=" not in data["text/html"]
    assert (
        "Live reproduced. Recorded not reproduced." in data["text/plain"] and "no finite number" in data["text/plain"]
    )


def test_verdicts_follow_the_ledger_and_not_the_notebook(chapter, store, path, tmp_path):
    fill(chapter)
    store(chapter, tmp_path / "01_name.ipynb")
    entries = yaml.safe_load(CLAIMS)
    entries[0]["accept"] = {"min": 2}
    path.write_text(yaml.safe_dump([entries[0], entries[2]]))
    one, _ = ledger.collect(tmp_path, path=path)
    assert one["verdict"] == "not reproduced"


def test_a_part_without_a_range_does_not_count(chapter):
    for part in ("le_net", "vgg"):
        chapter.report("GD-2", GOOD, part=part)
    assert chapter.records()[1]["verdict"] == "reproduced"
    chapter.report("GD-2", BAD, part="shown")
    assert chapter.records()[1]["verdict"] == "reproduced"


def test_only_an_unjudged_part_leaves_the_claim_undecided(chapter):
    chapter.report("GD-2", GOOD, part="shown")
    assert chapter.records()[1]["verdict"] == "not decided at this scale"


def test_check_names_each_verdict_that_is_not_the_committed_one(chapter):
    fill(chapter)
    assert ledger.check(chapter.records()) == [
        "GD-1: the recorded verdict at paper is 'not reproduced', but claims.yml commits to 'partly'"
    ]
    assert ledger.check(ledger.collect("nowhere")) == []


def test_a_file_that_is_no_notebook_is_named(path, tmp_path):
    for content in ("{", "[]", "{}", '{"cells": [1]}'):
        (tmp_path / "01_broken.ipynb").write_text(content)
        with pytest.raises(ValueError, match=r"01_broken\.ipynb is not a notebook"):
            ledger.collect(tmp_path, path=path)


def test_papermill_keeps_the_reports(path, tmp_path):
    source = f"""
from types import SimpleNamespace
from nbkit import ledger
from nbkit.intervals import Estimate
claims = ledger.Chapter("07", SimpleNamespace(preset="book", device="cpu"), path={str(path)!r})
claims.report("NAD-1", Estimate(1, 0.5, 1.5, 3))
claims.box()"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    (tmp_path / "out").mkdir()
    papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out" / "07_name.ipynb", progress_bar=False)
    assert ledger.collect(tmp_path / "out", path=path)[2]["verdict"] == "reproduced"


def test_importing_the_ledger_loads_nothing_heavy():
    heavy = "{'torch', 'xarray', 'IPython', 'matplotlib', 'papermill', 'scipy'}"
    code = f"import sys, nbkit.ledger; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("measured", "identity", "found"),
    [(0.5, 0.0, "not reproduced"), (2.0, 0.0, "reproduced"), (2.0, 9.0, "partly"), (0.5, 9.0, "not reproduced")],
)
def test_an_identity_can_spoil_a_verdict_but_not_make_one(measured, identity, found):
    parts = {
        "measured": ledger.Part(expected="above 1", accept=ledger.Region(min=1)),
        "identity": ledger.Part(expected="0", accept=ledger.Region(max=1e-9), identity=True),
    }
    claim = next(iter(ledger.load().values())).model_copy(
        update={"id": "GD-99", "parts": parts, "expected": None, "accept": None, "partly": None}
    )
    report = lambda part, value: {
        **dict.fromkeys(("note", "device", "date")), "id": "GD-99", "part": part, "recorded": False, "preset": "book",
        "value": value, "low": value, "high": value, "n": 5,
    }  # fmt: skip
    both = [report("measured", measured), report("identity", identity)]
    assert reports._result(claim, both)["verdict"] == found
    alone = {"identity": parts["identity"]}
    assert reports._result(claim.model_copy(update={"parts": alone}), both[1:])["verdict"] == (
        "reproduced" if identity == 0 else "not reproduced"
    )
