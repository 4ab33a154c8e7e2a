"""The rule that turns numbers into verdicts. The docstrings below are the text of the claims page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbkit.ledger.claims import Rule

REPRODUCED = "reproduced"
PARTLY = "partly"
NOT_REPRODUCED = "not reproduced"
UNDECIDED = "not decided at this scale"
NOT_RUN = "not run"
VERDICTS = (REPRODUCED, PARTLY, NOT_REPRODUCED, UNDECIDED, NOT_RUN)


def verdict(rule: Rule, low: float, high: float, value: float, preset: str) -> str:
    """A claim has a range in which its statistic bears it out, and often a wider one in which it does so in part.

    Both ranges include their ends. What counts is the whole 95 % interval of the statistic, never the value alone:

    - inside the first range the claim is *reproduced*;
    - otherwise, inside the wider range, it is *partly* reproduced;
    - outside both, without touching either, it is *not reproduced*;
    - in every other case it is *not decided at this scale*: the interval lies across an edge, is infinite (a single
      repetition) or missing, the preset is too small for the claim, or the source gives nothing to compare with.
    """
    if preset not in rule.decided_at or rule.accept is None or not all(map(math.isfinite, (low, high, value))):
        return UNDECIDED
    wider = rule.partly or rule.accept
    if rule.accept.holds(low, high):
        return REPRODUCED
    if wider.holds(low, high):
        return PARTLY
    return NOT_REPRODUCED if wider.misses(low, high) else UNDECIDED


def combine(verdicts: Iterable[str]) -> str:
    """A claim with several statistics is judged on each of them.

    It is *reproduced*, or *not reproduced*, when all of them are, *not run* when none of them is reported, *partly*
    reproduced when at least one is (partly) reproduced, and else *not decided at this scale*. A statistic that is not
    reported thus leaves the claim *partly* reproduced at most; one without a range is shown and does not count. An
    identity, which holds whatever networks do, can spoil a verdict but not make one: while it holds, it does not count
    beside other statistics.
    """
    found = set(verdicts)
    for unanimous in (REPRODUCED, NOT_REPRODUCED, NOT_RUN):
        if found <= {unanimous}:
            return unanimous if found else NOT_RUN
    return PARTLY if found & {REPRODUCED, PARTLY} else UNDECIDED
