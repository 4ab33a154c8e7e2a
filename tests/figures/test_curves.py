"""What is drawn is what was given: intervals, slopes, names."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nbkit import figures, intervals


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def test_band_is_the_given_interval(ax):
    figures.band(ax, [1, 2, 3], [0.0, 1.0, 2.0], [4.0, 5.0, 7.0], color="#0072b2")
    corners = {tuple(p) for p in ax.collections[0].get_paths()[0].vertices}
    assert {(1, 0), (2, 1), (3, 2), (1, 4), (2, 5), (3, 7)} <= corners


def test_curve_of_many_is_mean_and_interval(ax):
    samples = np.random.default_rng(0).normal(size=(7, 4))
    figures.curve(ax, np.arange(4), samples, color="#0072b2", label="lazy")
    assert len(ax.lines) == 1
    np.testing.assert_allclose(ax.lines[0].get_ydata(), samples.mean(axis=0))
    estimate = intervals.mean(samples[:, 2])
    at_two = sorted({y for x, y in ax.collections[0].get_paths()[0].vertices if x == 2})
    np.testing.assert_allclose(at_two, [estimate.low, estimate.high])


def test_curve_of_few_shows_each_run(ax):
    samples = np.arange(12.0).reshape(3, 4)
    figures.curve(ax, np.arange(4), samples, color="#0072b2", label="lazy")
    assert not ax.collections
    np.testing.assert_array_equal([line.get_ydata() for line in ax.lines], samples)
    figures.direct_labels(ax)
    assert texts(ax) == ["lazy"]


def test_curve_leaves_a_gap_where_a_run_is_missing(ax):
    samples = np.ones((6, 3))
    samples[4, 1] = np.nan
    figures.curve(ax, np.arange(3), samples, color="#0072b2")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [1, np.nan, 1])


def test_repetitions_apart_are_crosses_and_not_in_the_mean(ax):
    samples, apart = np.ones((6, 3)), np.zeros((6, 3), dtype=bool)
    samples[4, 1], apart[4, 1] = 9, True
    apart[1:, 2] = True
    figures.curve(ax, np.arange(3), samples, color="#0072b2", apart=apart)
    crosses, mean = ax.lines
    assert 9 in crosses.get_ydata() and len(crosses.get_ydata()) == 6
    np.testing.assert_array_equal(mean.get_ydata(), [1, 1, np.nan])


def test_curve_refuses_a_wrong_shape(ax):
    with pytest.raises(ValueError, match=r"\(5, 3\), expected \(repetitions, 4\)"):
        figures.curve(ax, np.arange(4), np.ones((5, 3)), color="#0072b2")


def test_bars_are_the_intervals_and_an_unknown_one_has_none(ax):
    known = intervals.Estimate(2.0, 1.5, 3.5, 6)
    figures.bars(ax, [0, 1], [known, intervals.mean([4.0])], color="#0072b2", label="LeNet")
    first, second = ax.collections[0].get_segments()
    np.testing.assert_allclose(first[:, 1], [1.5, 3.5])
    np.testing.assert_allclose(second[:, 1], [4, 4])
    figures.direct_labels(ax)
    assert texts(ax) == ["LeNet"]


def test_power_law_has_its_slope_and_names_it(ax):
    figures.power_law(ax, -0.5, through=(10, 3), over=(1, 1000))
    x, y = np.log(ax.lines[0].get_xydata()).T
    assert np.diff(y) / np.diff(x) == pytest.approx(-0.5)
    assert np.exp(np.interp(np.log(10), x, y)) == pytest.approx(3)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    figures.direct_labels(ax)
    assert texts(ax) == ["slope −0.5"]


def test_chance_is_named(ax):
    figures.chance(ax, 50)
    assert texts(ax) == ["chance"] and set(ax.lines[0].get_ydata()) == {50}


def test_direct_labels_do_not_overlap_and_keep_their_order(ax):
    for i, end in enumerate([0.30, 0.31, 0.32, 0.9]):
        ax.plot([0, 1], [0, end], label=f"line {i}", color=figures.ordered(4)[i])
    ax.plot([0, 1], [0.5, 0.5])
    figures.direct_labels(ax)
    assert texts(ax) == ["line 0", "line 1", "line 2", "line 3"]
    assert [t.get_color() for t in ax.texts] == figures.ordered(4)
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.texts]
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))
    # Centred on the ends of their lines: the three that were moved, moved as little as possible.
    middles = [(b.y0 + b.y1) / 2 for b in boxes]
    wanted = ax.transData.transform([(1, 0.31), (1, 0.9)])[:, 1]
    np.testing.assert_allclose([middles[1], middles[3]], wanted, atol=2)
