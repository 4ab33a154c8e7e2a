"""The claims: strict models of `book/claims.yml`, whose head says what each field means."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import nbkit

CLAIMS = nbkit.ROOT / "book" / "claims.yml"

Preset = Literal["smoke", "book", "paper"]
Decided = Literal["reproduced", "partly", "not reproduced", "not decided at this scale"]
Text = Annotated[str, Field(min_length=1)]


def load(path: Path = CLAIMS) -> dict[str, Claim]:
    """All claims by id, in the order of the file; raises ValueError naming the claim and the field that is wrong."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both safe; the first is fast, but not built everywhere
    try:
        entries = yaml.load(Path(path).read_text(encoding="utf8"), Loader=loader)
    except yaml.YAMLError as error:
        raise ValueError(f"{Path(path).name} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{Path(path).name} must be a list of claims")
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("id", f"number {number}")
        try:
            claim = Claim.model_validate(entry)
        except ValidationError as error:
            fault = error.errors()[0]
            field = ".".join(map(str, fault["loc"])) or "entry"
            raise ValueError(f"{Path(path).name}: claim {name}: {field}: {fault['msg']}") from None
        if claim.id in claims:
            raise ValueError(f"{Path(path).name}: claim {name} is there twice")
        claims[claim.id] = claim
    return claims


def fingerprint(chapter: str, path: Path = CLAIMS) -> str:
    """Hash of what a chapter's ("07") claims say and how they are judged, whatever verdicts are committed for them."""
    claims = [claim.model_dump_json(exclude={"verdict"}) for claim in load(path).values() if claim.chapter == chapter]
    return hashlib.sha256("\n".join(claims).encode()).hexdigest()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Region(_Strict):
    """A range of a statistic, ends included; an end that is left out is infinite."""

    min: float = -math.inf
    max: float = math.inf

    @model_validator(mode="after")
    def _check(self):
        if not self.min <= self.max or (self.min, self.max) == (-math.inf, math.inf):
            raise ValueError("a range needs min, max or both, and min must not exceed max")
        return self

    def holds(self, low: float, high: float) -> bool:
        """Whether [low, high] lies inside."""
        return self.min <= low and high <= self.max

    def misses(self, low: float, high: float) -> bool:
        """Whether [low, high] lies outside without touching."""
        return high < self.min or low > self.max


class Rule(_Strict):
    """How one statistic is judged."""

    expected: Text
    accept: Region | None = None
    partly: Region | None = None
    decided_at: list[Preset] = ["book", "paper"]

    @model_validator(mode="after")
    def _check_ranges(self):
        if self.partly and not (self.accept and self.partly.holds(self.accept.min, self.accept.max)):
            raise ValueError("partly must contain accept")
        return self


class Part(Rule):
    """One of several statistics of a claim; what it leaves out it takes from the claim."""

    statistic: Text | None = None
    decided_at: list[Preset] | None = None
    identity: bool = False


class Claim(Rule):
    """One claim: a sentence of a source, and the number that decides about it."""

    id: Annotated[str, Field(pattern=r"^(GD|NAD|LF|SD)-[1-9]\d*$")]
    statement: Text
    source: Annotated[str, Field(pattern=r"^[a-z]+\d{4}[a-z]*$")]
    where: Text
    statistic: Text
    expected: Text | None = None
    parts: dict[str, Part] | None = None
    chapter: Annotated[str, Field(pattern=r"^(0[1-9]|1[0-8])$")]
    new: bool = False
    verdict: dict[Preset, Decided] = {}
    pending: Text | None = None

    @model_validator(mode="after")
    def _check_parts(self):
        if self.parts is None and self.expected is None:
            raise ValueError("needs expected, or parts that have it")
        if self.parts is not None and (not self.parts or self.expected or self.accept or self.partly):
            raise ValueError("a claim with parts has expected, accept and partly in each part, not beside them")
        return self

    def statistics(self) -> dict[str | None, Part]:
        """What is to be reported: each part by its name, or the claim's only statistic under None; nothing left out."""
        parts = self.parts or {None: Part(expected=self.expected, accept=self.accept, partly=self.partly)}
        whole = {"statistic": self.statistic, "decided_at": self.decided_at}
        return {
            name: part.model_copy(update={k: v for k, v in whole.items() if getattr(part, k) is None})
            for name, part in parts.items()
        }
