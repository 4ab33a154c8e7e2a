"""Oracles: units whose answers are made by hand, scikit-learn's mutual information of discrete variables, SciPy's
ranks.
"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from nbkit import nets, selectivity

Y = np.tile(np.arange(10), 60)


def test_a_unit_for_one_class_has_selectivity_1_a_constant_one_0_and_a_dead_one_none():
    activity = np.stack([Y == 3, np.ones_like(Y), np.zeros_like(Y)], axis=1).astype(float)
    assert np.array_equal(selectivity.class_selectivity(activity, Y), [1, 0, np.nan], equal_nan=True)


def test_selectivity_of_unequal_classes_by_hand():
    y = np.array([0, 0, 0, 1, 2, 2])
    activity = np.array([[1.0], [1.0], [4.0], [3.0], [0.0], [1.0]])
    # means 2, 3, 1/2: class 1 has most, the other five examples have mean 7/5
    assert np.allclose(selectivity.class_selectivity(activity, y), (3 - 1.4) / (3 + 1.4))


@given(st.integers(0, 2**31), st.floats(0.01, 100))
def test_selectivity_is_between_0_and_1_and_does_not_depend_on_scale_or_order(seed, scale):
    rng = np.random.default_rng(seed)
    activity, order = rng.exponential(size=(100, 4)), rng.permutation(100)
    found = selectivity.class_selectivity(activity, Y[:100])
    assert ((found >= 0) & (found <= 1)).all()
    assert np.allclose(selectivity.class_selectivity(scale * activity[order], Y[:100][order]), found)


@pytest.mark.parametrize("estimator", ["neighbours", "histogram"])
def test_information_of_a_constant_is_0_and_of_a_code_of_ten_classes_log_10(estimator):
    code = Y + 0.01 * np.random.default_rng(0).random(len(Y))
    found = selectivity.information(np.stack([np.ones(len(Y)), code], axis=1), Y, estimator=estimator)
    assert abs(found[0]) < 0.05
    assert abs(found[1] - np.log2(10)) < 0.05


def test_the_histogram_agrees_with_scikit_learn_on_the_same_bins():
    column = np.random.default_rng(1).exponential(size=len(Y)) * (1 + Y)
    edges = np.histogram_bin_edges(column, 20)
    binned = np.clip(np.digitize(column, edges) - 1, 0, 19)
    found = selectivity.information(column[:, None], Y, estimator="histogram")
    assert np.isclose(found[0], mutual_info_score(binned, Y) / np.log(2))


def test_the_table_has_every_unit_of_every_layer():
    torch.manual_seed(0)
    net = nets.plain_cnn(in_channels=1, channels=(4, 6), strides=(2, 2)).eval()
    x, y = torch.rand(60, 1, 8, 8), torch.from_numpy(Y[:60])
    found = selectivity.table(net, x, y, x, y)
    assert found.layer.values.tolist() == [0] * 4 + [1] * 6
    assert np.isclose(found.norm[0], net[0].weight[0].abs().mean().item())
    assert np.isclose(found.norm[-1], net[3].weight[-1].abs().mean().item())


def test_rank_correlation_ignores_what_is_not_known():
    assert selectivity.rank_correlation([1, 2, 3, np.nan], [1, 4, 9, 0]) == 1
    assert np.isnan(selectivity.rank_correlation([1, 1, 1], [1, 2, 3]))


def test_within_layers_what_differs_between_them_has_no_part():
    layer = np.repeat([0, 1, 2], 4)
    a = np.tile(np.arange(4), 3) + 100 * layer
    b = np.array([1, 2, 3, 4, 0, 1, 2, 3, -1, -2, -3, -4]) - 50 * layer
    assert selectivity.rank_correlation(a, b) < -0.5
    assert np.isclose(selectivity.within_layers(a, b, layer), 1 / 3)
    b[:4] = 7  # alike: not defined there
    assert np.isclose(selectivity.within_layers(a, b, layer), 0)
    assert np.isnan(selectivity.within_layers(a[:4], b[:4], layer[:4]))


def test_bad_input_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="not negative"):
        selectivity.class_selectivity([[-1.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="neighbours or histogram, not 'kernel'"):
        selectivity.information(np.ones((20, 1)), Y[:20], estimator="kernel")
