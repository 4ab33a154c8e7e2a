"""Oracles: balance of the labels, symmetries, and scikit-learn's principal components."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from nbkit.data import gaussian, images


@pytest.mark.parametrize("task", gaussian.LABELS)
def test_labels_are_balanced(task):
    _, y = gaussian.sample(task, [0], 40_000, 5)
    assert abs(y.mean()) < 0.02 and y.abs().min() == 1


def test_labels_have_the_symmetry_of_their_task():
    x, y = gaussian.sample("stripe", [0, 1], 500, 4)
    turn = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)).Q
    across = torch.block_diag(torch.eye(1, dtype=torch.float64), turn[:3, :3])
    assert torch.equal(gaussian.stripe(x @ across), y)
    assert torch.equal(gaussian.sphere(x @ turn), gaussian.sphere(x))
    assert torch.equal(gaussian.cylinder(x, inner=4), gaussian.sphere(x))


def test_seeds_are_independent_and_repeat():
    x, _ = gaussian.sample("sphere", [3, 4], 10, 2)
    assert not torch.equal(x[0], x[1])
    assert torch.equal(x[1], gaussian.sample("sphere", [4], 10, 2)[0][0])
    with pytest.raises(ValueError, match="stripe"):
        gaussian.sample("spiral", [0], 10, 2)


def test_image_components_are_those_of_scikit_learn():
    x, y, x_test, _ = gaussian.image_components("digits", 10)
    raw = images.load("digits").train_x.flatten(1).double().numpy()
    expected = PCA(10).fit(raw).transform(raw)
    ratio = np.abs(x.numpy() / expected)
    assert np.allclose(ratio, ratio[0, 0], rtol=1e-4)
    assert x.square().sum(1).mean().item() == pytest.approx(10) and len(x_test) == 500
    drawn, labels = gaussian.draw(x, y, [0, 1], 50)
    assert drawn.shape == (2, 50, 10) and labels.abs().min() == 1
    with pytest.raises(ValueError, match="more than"):
        gaussian.draw(x, y, [0], 10_000)
