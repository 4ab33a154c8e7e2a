import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nbkit.data import labels


@given(st.lists(st.integers(0, 9), max_size=60), st.floats(0, 1), st.integers(0, 2**31))
def test_corruption_keeps_every_class_count(y, fraction, seed):
    y = np.array(y, dtype=np.int64)
    before = y.copy()
    corrupted = labels.corrupt(y, fraction, seed=seed)
    assert np.array_equal(np.sort(corrupted), np.sort(y)) and np.array_equal(y, before)
    assert (corrupted != y).sum() <= round(fraction * len(y))
    tensor = labels.corrupt(torch.from_numpy(y), fraction, seed=seed)
    assert tensor.dtype == torch.int64 and np.array_equal(tensor.numpy(), corrupted)


@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.6, 1.0])
def test_corruption_changes_the_expected_share(fraction):
    n, classes = 20_000, 10
    y = np.arange(n) % classes
    changed = (labels.corrupt(y, fraction, seed=0) != y).mean()
    assert changed == pytest.approx(fraction * (1 - 1 / classes), abs=5 * np.sqrt(0.09 / n))


def test_corruption_is_random_but_reproducible():
    y = np.arange(100)
    one, same, other = (labels.corrupt(y, 0.5, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert len(np.flatnonzero(one != y)) <= 50


def test_corruption_leaves_its_input_alone():
    y = torch.arange(50)
    labels.corrupt(y, 1.0, seed=0)
    assert torch.equal(y, torch.arange(50))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_outside_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction must be between 0 and 1"):
        labels.corrupt(np.arange(3), fraction, seed=0)


def test_parity_is_plus_one_for_even_classes():
    assert labels.parity(np.arange(4)).tolist() == [1, -1, 1, -1]
    assert labels.parity(torch.arange(4)).tolist() == [1, -1, 1, -1]
