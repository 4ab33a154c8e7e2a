"""Oracles: SciPy's t interval, coverage on known distributions."""

import numpy as np
import pytest
from scipy import stats

from nbkit import intervals


def test_mean_is_scipys_t_interval():
    x = np.random.default_rng(0).normal(3, 2, 7)
    expected = stats.ttest_1samp(x, 0).confidence_interval(0.95)
    assert intervals.mean(x) == pytest.approx((x.mean(), expected.low, expected.high, 7))


def test_the_interval_of_a_correlation_ends_at_one():
    apart = [-0.2, 0.3, 0.1]
    assert intervals.correlation(apart) == intervals.mean(apart)
    assert intervals.mean([0.5, 0.9]).high > 1
    assert intervals.correlation([0.5, 0.9])[:3] == pytest.approx((0.7, -1, 1))
    assert intervals.correlation([0.9])[1:] == (-1, 1, 1)


def test_geometric_mean_treats_twice_and_half_alike():
    estimate = intervals.geometric_mean([0.5, 2.0, 0.25, 4.0])
    assert estimate.value == pytest.approx(1)
    assert estimate.low * estimate.high == pytest.approx(1)


def test_one_sample_has_no_interval():
    assert intervals.mean([2.0]) == (2.0, -np.inf, np.inf, 1)
    assert intervals.bootstrap(np.mean, [2.0])[1:3] == (-np.inf, np.inf)


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="no samples"):
        intervals.mean([])


@pytest.mark.parametrize("n", [5, 40])
def test_bootstrap_covers_the_truth_about_95_times_in_100(n):
    rng = np.random.default_rng(1)
    hits = 0
    for i in range(200):
        estimate = intervals.bootstrap(np.mean, rng.normal(size=n), resamples=1000, seed=i)
        hits += estimate.low <= 0 <= estimate.high
    assert 178 <= hits <= 199  # plain percentiles hold 165 at n = 5


def test_share_is_wilsons_interval_and_never_leaves_0_to_1():
    assert intervals.share([True] * 10)[:2] == (1.0, pytest.approx(10 / (10 + 1.959964**2)))
    estimate = intervals.share([True, False, False])
    assert estimate.value == pytest.approx(1 / 3) and 0 < estimate.low < 1 / 3 < estimate.high < 1
    with pytest.raises(ValueError, match="no repetitions"):
        intervals.share([])


def test_bootstrap_agrees_with_scipy_on_a_paired_statistic():
    rng = np.random.default_rng(2)
    x = rng.normal(size=50)
    y = x + rng.normal(size=50)
    slope = lambda a, b: np.polyfit(a, b, 1)[0]
    ours = intervals.bootstrap(slope, x, y, seed=3)
    theirs = stats.bootstrap(
        (x, y), slope, paired=True, vectorized=False, method="percentile", n_resamples=2000, random_state=4
    )
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.05)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.05)


def test_pairs_are_kept_together():
    x = np.arange(30.0)
    together = intervals.bootstrap(lambda a, b: np.mean(a - b), x, x)
    apart = intervals.bootstrap(lambda a, b: np.mean(a - b), x, x, paired=False)
    assert together.low == together.high == 0
    assert apart.low < 0 < apart.high


def test_a_ratio_to_zero_has_no_interval_and_warns_of_nothing():
    ratio = lambda a, b: a.mean() / b.mean()
    assert intervals.bootstrap(ratio, np.ones(4), np.zeros(4))[1:] == (-np.inf, np.inf, 4)
    some = intervals.bootstrap(ratio, np.ones(4), np.array([0.0, 0, 1, 1]))
    assert 1 <= some.low <= 2 <= some.high < np.inf


def test_worst_is_the_largest_and_format_shows_the_interval():
    assert intervals.worst([1.0, 3.0, 2.0]) == (3.0, 1.0, 3.0, 3)
    assert f"{intervals.Estimate(1.2345, 1.0, 1.5, 3):.1f}" == "1.2 [1.0, 1.5]"
