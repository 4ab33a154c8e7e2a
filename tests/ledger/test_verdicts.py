import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nbkit.ledger import Part, Region, combine, verdict

YES, PARTLY, NO = "reproduced", "partly", "not reproduced"
OPEN, NOT_RUN = "not decided at this scale", "not run"
INF, NAN = math.inf, math.nan


def rule(accept=(1, 2), partly=(0, 3), decided_at=("book", "paper")):
    region = lambda ends: ends and Region(min=ends[0], max=ends[1])
    return Part(expected="1", accept=region(accept), partly=region(partly), decided_at=list(decided_at))


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (1.2, 1.8, YES),
        (1, 2, YES),
        (1.5, 1.5, YES),
        (2, 2, YES),
        (0.9, 1.5, PARTLY),
        (1.5, 2.1, PARTLY),
        (0, 3, PARTLY),
        (2.1, 2.9, PARTLY),
        (0, 0, PARTLY),
        (3.1, 4, NO),
        (-2, -0.1, NO),
        (2.5, 3.5, OPEN),
        (3, 4, OPEN),
        (-1, 0, OPEN),
        (1.5, 4, OPEN),
        (-5, 5, OPEN),
        (-INF, INF, OPEN),
        (1.5, INF, OPEN),
        (-INF, -1, OPEN),
        (NAN, 1.5, OPEN),
        (1.5, NAN, OPEN),
    ],
)
def test_verdict_with_both_ranges(low, high, found):
    assert verdict(rule(), low, high, 1.5, "book") == found


@pytest.mark.parametrize(("low", "high", "found"), [(1, 2, YES), (0.9, 1.5, OPEN), (0.5, 1, OPEN), (0, 0.9, NO)])
def test_without_a_partial_range_only_three_verdicts_are_left(low, high, found):
    assert verdict(rule(partly=None), low, high, 1.5, "book") == found


@pytest.mark.parametrize(("low", "high", "found"), [(0, 9, YES), (-1, 9, OPEN), (-9, -1, NO)])
def test_a_range_may_be_open(low, high, found):
    assert verdict(rule(accept=(0, INF), partly=None), low, high, 1, "book") == found


def test_nothing_is_decided_without_a_number_a_range_or_at_a_small_preset():
    assert verdict(rule(), 1.2, 1.8, NAN, "book") == OPEN
    assert verdict(rule(accept=None, partly=None), 1.2, 1.8, 1.5, "book") == OPEN
    assert verdict(rule(), 1.2, 1.8, 1.5, "smoke") == OPEN
    assert verdict(rule(), 5, 6, 5.5, "smoke") == OPEN
    assert verdict(rule(decided_at=["smoke"]), 1.2, 1.8, 1.5, "smoke") == YES


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([YES, YES], YES),
        ([NO, NO], NO),
        ([NOT_RUN, NOT_RUN], NOT_RUN),
        ([], NOT_RUN),
        ([PARTLY, PARTLY], PARTLY),
        ([OPEN, OPEN], OPEN),
        ([YES, NO], PARTLY),
        ([YES, OPEN], PARTLY),
        ([YES, NOT_RUN], PARTLY),
        ([PARTLY, NO], PARTLY),
        ([PARTLY, NOT_RUN], PARTLY),
        ([NO, OPEN], OPEN),
        ([NO, NOT_RUN], OPEN),
        ([OPEN, NOT_RUN], OPEN),
    ],
)
def test_combination_of_parts_does_not_depend_on_their_order(parts, found):
    assert combine(parts) == combine(reversed(parts)) == combine(parts * 2) == found


numbers = st.integers(-40, 40).map(lambda n: n / 4)  # quarters add, scale and mirror without rounding
intervals = st.tuples(numbers, numbers).map(sorted)


@st.composite
def rules(draw):
    partly = draw(intervals)
    accept = sorted(draw(st.tuples(st.sampled_from(partly), st.sampled_from(partly)) | st.just(partly)))
    return rule(accept=accept, partly=draw(st.sampled_from([partly, None])))


@given(rules(), intervals, intervals)
def test_a_narrower_interval_never_takes_a_decision_back(a_rule, wide, narrow):
    low, high = max(wide[0], narrow[0]), min(wide[1], narrow[1])
    assume(low <= high)
    before, after = verdict(a_rule, *wide, 0, "book"), verdict(a_rule, low, high, 0, "book")
    allowed = {YES: {YES}, NO: {NO}, PARTLY: {YES, PARTLY}, OPEN: {YES, PARTLY, NO, OPEN}}
    assert after in allowed[before]


@given(rules(), intervals, numbers, st.sampled_from([-2, -1, -0.5, 0.5, 2]))
def test_units_and_sign_of_the_statistic_do_not_matter(a_rule, interval, shift, scale):
    move = lambda ends: ends and sorted(scale * end + shift for end in ends)
    ends = lambda region: region and (region.min, region.max)
    moved = rule(accept=move(ends(a_rule.accept)), partly=move(ends(a_rule.partly)))
    assert verdict(moved, *move(interval), 0, "book") == verdict(a_rule, *interval, 0, "book")


@given(rules(), intervals, numbers)
def test_the_interval_decides_and_never_the_value(a_rule, interval, value):
    assert verdict(a_rule, *interval, value, "book") == verdict(a_rule, *interval, 0, "book")
