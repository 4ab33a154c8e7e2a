"""Reports: the numbers of a chapter, kept in its executed notebook and read back as one record per claim.

A report is a flat dict (id, part, the estimate, where it was computed). A record is a claim with its live result, and
its recorded one or None. Both hold only what JSON holds: a number that is not finite is None.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbkit.ledger import tables
from nbkit.ledger.claims import CLAIMS, Claim, load
from nbkit.ledger.verdicts import NOT_RUN, REPRODUCED, UNDECIDED, combine, verdict

if TYPE_CHECKING:
    import xarray as xr

    from nbkit.intervals import Estimate

SAID = ("id", "statement", "source", "where", "statistic", "new", "chapter", "pending")
NUMBERS = ("value", "low", "high", "n")
PROVENANCE = ("preset", "changed", "device", "date", "data", "commit")


class Chapter:
    """The claims of one chapter: report each with `report`, then show them with `box`.

    number: "07"; p: the chapter's parameters (its preset and device label the live numbers).
    """

    def __init__(self, number: str, p, *, path: Path = CLAIMS):
        from nbkit import device

        self.number = number
        self.claims = {claim.id: claim for claim in load(path).values() if claim.chapter == number}
        if not self.claims:
            raise ValueError(f"no claim has the chapter {number!r}; chapters are written '01' to '18'")
        self._here = {"preset": p.preset, "device": device.describe(p.device)}
        self._reports: dict[tuple, dict] = {}

    def report(
        self,
        claim: str,
        estimate: Estimate,
        *,
        part: str | None = None,
        recorded: xr.Dataset | None = None,
        note: str | None = None,
    ) -> None:
        """Report one statistic of a claim.

        estimate: value, low, high, n. recorded: the dataset the number was computed from, if that was recorded before
        rather than computed here; its attributes say where and when. note: a caveat to show beside the number.
        Raises ValueError for a claim of another chapter, an unknown part, or what was reported already.
        """
        self._check(claim, part)
        key = (claim, part, recorded is not None)
        label = claim if part is None else f"{claim}, part {part}"
        if key in self._reports:
            raise ValueError(f"{label}: reported twice{' from recorded results' if recorded is not None else ''}")
        made = self._here if recorded is None else _provenance(recorded, label)
        about = {"id": claim, "part": part, "recorded": recorded is not None, "note": note}
        self._reports[key] = {**about, **_numbers(estimate, label), **made}

    def records(self) -> list[dict[str, Any]]:
        """The records of this chapter's claims as they stand."""
        return [_record(claim, self._reports.values(), page=None) for claim in self.claims.values()]

    def box(self) -> None:
        """Display the claims box and leave the reports in its output.

        Raises ValueError for a claim that was not reported and is not marked as pending.
        """
        reported = {claim for claim, _, _ in self._reports}
        missing = [name for name, claim in self.claims.items() if name not in reported and not claim.pending]
        if missing:
            raise ValueError(f"chapter {self.number} has not reported {', '.join(missing)}")
        from IPython.display import display

        records = self.records()
        content = {"text/html": tables.box_html(records), "text/plain": tables.box_text(records)}
        display(content, raw=True, metadata={"nbkit": {"claims": list(self._reports.values())}})

    def _check(self, claim: str, part: str | None) -> None:
        if claim not in self.claims:
            raise ValueError(f"{claim} is not a claim of chapter {self.number}, which has {', '.join(self.claims)}")
        rules = self.claims[claim].statistics()
        if part not in rules:
            known = ", ".join(map(str, rules)) if None not in rules else "no parts"
            raise ValueError(f"{claim} has no part {part!r}: it has {known}")


def collect(executed: str | Path, *, path: Path = CLAIMS) -> list[dict[str, Any]]:
    """One record for every claim of the ledger, from the executed notebooks of a folder.

    A claim that no notebook reports is "not run". Verdicts are made anew from the numbers. A report of what the ledger
    no longer knows is left out: its chapter has to be executed again. Raises ValueError for an unreadable notebook.
    """
    reports, pages = [], {}
    for notebook in sorted(Path(executed).glob("*.ipynb")):
        reports += stored(notebook)
        pages[notebook.stem[:2]] = notebook.name
    return [_record(claim, reports, page=pages.get(claim.chapter)) for claim in load(path).values()]


def check(records: list[dict]) -> list[str]:
    """A sentence for each claim whose verdict is not the one committed for its preset; what was not run is skipped."""
    sentences = []
    for record in records:
        for kind, result in (("live", record), ("recorded", record["recorded"])):
            if result is None or result["verdict"] == NOT_RUN:
                continue
            committed = record["committed"].get(result["preset"])
            if committed is not None and committed != result["verdict"]:
                sentences.append(
                    f"{record['id']}: the {kind} verdict at {result['preset']} is {result['verdict']!r}, "
                    f"but claims.yml commits to {committed!r}"
                )
    return sentences


def stored(notebook: Path) -> list[dict]:
    """The reports in an executed notebook: id, part, value, low, high, n, recorded and provenance; raises ValueError
    for a file that is no notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return [report for o in outputs for report in o.get("metadata", {}).get("nbkit", {}).get("claims", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{notebook.name} is not a notebook that can be read: {error}") from None


def _record(claim: Claim, reports, page: str | None) -> dict[str, Any]:
    own = [report for report in reports if report["id"] == claim.id]
    said = {name: getattr(claim, name) for name in SAID}
    expected = claim.expected or "; ".join(f"{name}: {part.expected}" for name, part in claim.parts.items())
    recorded = _result(claim, [report for report in own if report["recorded"]])
    return {
        **said,
        "expected": expected,
        "page": page,
        "committed": claim.verdict,
        **_result(claim, [report for report in own if not report["recorded"]]),
        "recorded": None if recorded["verdict"] == NOT_RUN else recorded,
    }


def _result(claim: Claim, reports: list[dict]) -> dict[str, Any]:
    """What these reports say of a claim: numbers, provenance and verdict, of each part where it has parts."""
    by_part = {report["part"]: report for report in reports}
    parts = []
    for name, rule in claim.statistics().items():
        report = by_part.get(name, {})
        numbers = {key: report.get(key) for key in (*NUMBERS, *PROVENANCE, "note")}
        said = {"part": name, "statistic": rule.statistic, "expected": rule.expected, "judged": rule.accept is not None}
        parts.append({**said, **numbers, "verdict": _judge(rule, report) if report else NOT_RUN})
    if claim.parts is None:
        whole = {key: parts[0][key] for key in (*NUMBERS, *PROVENANCE, "note", "verdict")}
        return {**whole, "parts": None}
    seen = [part for part in parts if part["verdict"] != NOT_RUN]
    first = {key: seen[0][key] if seen else None for key in NUMBERS}
    common = {key: "; ".join(dict.fromkeys(p[key] for p in seen if p[key])) or None for key in PROVENANCE}
    found = combine(part["verdict"] for part in parts if part["judged"] and _counts(claim, part))
    if found == NOT_RUN and seen:
        found = UNDECIDED
    return {**first, **common, "note": None, "verdict": found, "parts": parts}


def _counts(claim: Claim, part: dict) -> bool:
    """Whether a part has a say: an identity that holds, or was not looked at, has none beside other statistics."""
    rules = claim.statistics()
    alone = all(rule.identity or rule.accept is None for rule in rules.values())
    return alone or not rules[part["part"]].identity or part["verdict"] not in (REPRODUCED, NOT_RUN)


def _judge(rule, report: dict) -> str:
    numbers = [math.nan if report[key] is None else report[key] for key in ("low", "high", "value")]
    return verdict(rule, *numbers, report["preset"])


def _numbers(estimate: Estimate, label: str) -> dict[str, float | int | None]:
    try:
        value, low, high, n = estimate
        numbers = {"value": float(value), "low": float(low), "high": float(high), "n": int(n)}
    except (TypeError, ValueError):
        raise ValueError(f"{label}: report an estimate (value, low, high, n), not {estimate!r}") from None
    if low > high:
        raise ValueError(f"{label}: the interval [{low}, {high}] is upside down")
    return {key: number if math.isfinite(number) else None for key, number in numbers.items()}


def _provenance(dataset: xr.Dataset, label: str) -> dict[str, str]:
    missing = [key for key in ("preset", "device", "date") if key not in dataset.attrs]
    if missing:
        raise ValueError(f"{label}: the recorded result does not say its {', '.join(missing)}")
    return {key: str(dataset.attrs[key]) for key in PROVENANCE if key in dataset.attrs}
