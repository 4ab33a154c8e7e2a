import itertools
import re

import pytest
import yaml

from nbkit import ledger

SPECIFIED = {"GD": 26, "NAD": 20, "LF": 26, "SD": 16}
CHAPTERS = {
    "01": "GD-1 2 3",
    "02": "GD-4 5 6 13",
    "03": "GD-7 8 9 10",
    "04": "GD-11 12 26",
    "05": "GD-14 15 16 17 18 21",
    "06": "GD-19 20 22 23 24",
    "07": "NAD-1 2 3 4 5 6 7 8 16 20",
    "08": "NAD-9 10 11 12 13 17 19",
    "09": "NAD-14 15",
    "10": "NAD-18",
    "11": "LF-20 21",
    "12": "LF-1 2 3 4 5 6 7 8 9 10 11",
    "13": "LF-12 13 24 26",
    "14": "LF-14 15 16 17 18 22 25",
    "15": "LF-19 23 GD-25",
    "16": "SD-1 2 6 7 11",
    "17": "SD-8 9 10 12 13 14 15",
    "18": "SD-3 4 5 16",
}
VALID = {
    "id": "GD-1",
    "statement": "It holds.",
    "source": "ortiz2020neural",
    "where": "section 1",
    "statistic": "a number",
    "expected": "1 (derived)",
    "accept": {"min": 0.5},
    "chapter": "01",
}


def ids(text):
    prefix = None
    for word in text.replace("-", " ").split():
        prefix = word if word.isalpha() else prefix
        if word.isdigit():
            yield f"{prefix}-{word}"


def write(tmp_path, *changes, drop=()):
    entries = [{key: value for key, value in {**VALID, **change}.items() if key not in drop} for change in changes]
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump(entries))
    return path


def test_every_claim_of_the_sources_is_there_once_and_in_its_chapter():
    claims = ledger.load()
    specified = {f"{prefix}-{n}" for prefix, last in SPECIFIED.items() for n in range(1, last + 1)}
    assert set(claims) == specified
    assert {c: {k for k, claim in claims.items() if claim.chapter == c} for c in CHAPTERS} == {
        chapter: set(ids(text)) for chapter, text in CHAPTERS.items()
    }
    assert {k for k, c in claims.items() if c.new} == {
        *(f"NAD-{n}" for n in (17, 18, 19, 20)),
        *("LF-24", "LF-25", "LF-26", "SD-16"),
    }


def test_every_source_is_in_the_bibliography():
    bibliography = (ledger.CLAIMS.parent / "references.bib").read_text()
    assert {claim.source for claim in ledger.load().values()} <= set(re.findall(r"^@\w+\{(\w+),", bibliography, re.M))


def test_every_expected_number_says_where_it_comes_from():
    origins = ("source", "abstract", "released data", "article", "derived", "measured", "ours", "recalled", "figure")
    for claim in ledger.load().values():
        for part in claim.statistics().values():
            assert any(origin in part.expected for origin in (*origins, "not judged")), (claim.id, part.expected)


def test_only_what_the_sources_leave_open_is_not_judged():
    claims = ledger.load().values()
    unjudged = {(c.id, name) for c in claims for name, part in c.statistics().items() if part.accept is None}
    assert unjudged == {
        ("LF-4", "d10"),
        ("LF-12", "crossing"),
        ("LF-15", "samples"),
        ("LF-15", "width"),
        ("SD-5", "hits"),
        ("SD-11", None),
    }


def test_parts_take_from_the_claim_what_they_leave_out():
    rules = ledger.load()["GD-2"].statistics()
    assert rules["label_noise"].decided_at == ["book", "paper"]
    assert rules["brier"].decided_at == ["smoke", "book", "paper"]
    flow = ledger.load()["GD-8"].statistics()["flow"]
    assert flow.statistic.startswith("log-log slope") and flow.decided_at == ["smoke", "book", "paper"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "claim GD-1: colour: Extra inputs"),
        ({"chapter": 1}, "claim GD-1: chapter: Input should be a valid string"),
        ({"chapter": "19"}, "claim GD-1: chapter"),
        ({"source": ""}, "claim GD-1: source"),
        ({"where": ""}, "claim GD-1: where"),
        ({"id": "XY-1"}, "claim XY-1: id"),
        ({"accept": {}}, "claim GD-1: accept: .*needs min, max or both"),
        ({"accept": {"min": 2, "max": 1}}, "claim GD-1: accept: .*min must not exceed max"),
        ({"accept": {"min": "1e-8"}}, "claim GD-1: accept.min: Input should be a valid number"),
        ({"accept": {"min": float("nan")}}, "claim GD-1: accept"),
        ({"partly": {"min": 0.6}}, "claim GD-1: .*partly must contain accept"),
        ({"accept": None, "partly": {"min": 0.6}}, "claim GD-1: .*partly must contain accept"),
        ({"expected": None}, "claim GD-1: .*needs expected"),
        ({"parts": {"a": {"expected": "1"}}}, "claim GD-1: .*a claim with parts"),
        ({"parts": {}, "expected": None, "accept": None}, "claim GD-1: .*a claim with parts"),
        ({"parts": {False: {"expected": "1"}}}, "claim GD-1: parts"),
        ({"decided_at": ["huge"]}, "claim GD-1: decided_at.0"),
        ({"verdict": {"book": "not run"}}, "claim GD-1: verdict.book"),
        ({"verdict": {"huge": "partly"}}, "claim GD-1: verdict.huge"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_by_name(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        ledger.load(write(tmp_path, change))


def test_a_file_that_is_no_list_of_claims_is_refused(tmp_path):
    path = write(tmp_path, {}, {"id": "GD-2"}, {})
    with pytest.raises(ValueError, match="claim GD-1 is there twice"):
        ledger.load(path)
    with pytest.raises(ValueError, match="claim number 1: id: Field required"):
        ledger.load(write(tmp_path, {}, drop=["id"]))
    texts = {"a: [": "not valid YAML", "a: 1": "list of claims", "- !!python/name:os.system": "not valid YAML"}
    for text, message in texts.items():
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            ledger.load(path)


def test_fingerprint_follows_the_rule_and_not_the_committed_verdict(tmp_path):
    differing = [{"accept": {"min": 0.4}}, {"statement": "It does."}, {"chapter": "02"}]
    changes = [{}, {"verdict": {"book": "partly"}}, *differing]
    plain, committed, *others = (ledger.fingerprint("01", write(tmp_path, change)) for change in changes)
    assert plain == committed
    assert all(a != b for a, b in itertools.combinations([plain, *others], 2))
