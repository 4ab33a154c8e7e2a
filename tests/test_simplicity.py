"""Oracles: the rules that generate the data, a network that reads one known coordinate, permuted pixels put back."""

import numpy as np
import torch
from torch import nn

from nbkit import simplicity


def test_each_feature_decides_the_class_by_its_own_rule():
    x, y = simplicity.slab_data(4000, 8, slabs=3, wrong=0.1, seed=0)
    assert x.shape == (4000, 8) and set(y.tolist()) == {0, 1}
    right = ((x[:, 0] > 0) == (y == 1)).double().mean()
    assert abs(right - 0.9) < 0.02
    for j in (1, 2, 3):
        assert (((x[:, j].abs() - 0.5).abs() < 0.2) == (y == 1)).all()
    for j in range(4, 8):
        assert abs(np.corrcoef(x[:, j].abs(), y)[0, 1]) < 0.05


def test_the_permutation_test_finds_the_coordinate_that_is_read():
    class First(nn.Module):
        def forward(self, x):
            return torch.stack([-x[:, 0], x[:, 0]], dim=1)

    x, y = simplicity.slab_data(2000, 5, slabs=4, wrong=0.0, seed=1)
    accuracy, no_linear, no_slabs = simplicity._permutation_test(First(), x, y, seed=0)
    assert accuracy == no_slabs == 1 and abs(no_linear - 0.5) < 0.05


def test_networks_rely_on_the_linear_coordinate():
    small = dict(d=10, slabs=2, n_train=400, epochs=6, width=32)
    result = simplicity.reliance(wrong=0.0, sets=2, members=2, device="cpu", **small)
    assert result.slabs_permuted.min() > 0.9 and result.linear_permuted.max() < 0.7
    assert dict(result.sizes) == {"set": 2, "member": 2} and (result.ensemble > 0.9).all()
    hard = simplicity.adversarial_reliance(epsilon=0.05, seeds=1, **small)
    assert hard.accuracy.min() > 0.9 and hard.linear_permuted.max() < 0.7
    assert (hard.attacked <= hard.accuracy).all()


def test_an_attack_moves_every_coordinate_against_the_model():
    model = nn.Linear(3, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.0, 0, 0], [1.0, -2, 3]]))
    x, y = torch.zeros(2, 3), torch.tensor([1, 0])
    push = torch.tensor([1.0, -1, 1]) * 0.1
    assert torch.allclose(simplicity.attack(model, x, y, epsilon=0.1), torch.stack([-push, push]))


def test_the_margins_of_both_features_are_what_they_are_said_to_be():
    x, _ = simplicity.slab_data(20_000, 2, slabs=1, wrong=0.0, seed=5)
    assert abs(x[:, 0].abs().min() - simplicity.LINEAR_MARGIN) < 1e-3
    thresholds = torch.tensor([-0.75, -0.25, 0.25, 0.75])
    assert abs((x[:, 1:] - thresholds).abs().min() - simplicity.SLAB_MARGIN) < 1e-3


def test_scrambling_moves_all_images_alike():
    from nbkit.data import images

    digits = images.load("digits")
    plain, moved = (simplicity._digits(digits, 50, scrambled, seed=3) for scrambled in (False, True))
    assert torch.equal(plain.y, moved.y) and not torch.equal(plain.x, moved.x)
    pixels = np.random.default_rng(3)
    pixels.permutation(len(digits.train_x))
    order = pixels.permutation(64)
    back = torch.empty_like(moved.x).flatten(1)
    back[:, order] = moved.x.flatten(1)
    assert torch.equal(back.view_as(plain.x), plain.x)


def test_scrambled_pixels_has_its_axes():
    result = simplicity.scrambled_pixels(n_train=64, epochs=1, seeds=2, device="cpu")
    assert dict(result.accuracy.sizes) == {"net": 2, "scrambled": 2, "seed": 2}
