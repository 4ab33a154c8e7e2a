"""Oracles: the linear program's bound, a step goes up, the board's colours."""

import numpy as np

from nbkit import margins, particles


def test_the_board_has_its_colours_and_its_idle_coordinates():
    x, y = particles.checkerboard(500, extra=2, seed=0)
    cell = np.floor((x[:, :2] + 1) * 1.5).astype(int)
    assert ((1 - 2 * (cell.sum(1) % 2)) == y).all() and x.shape == (500, 5)
    assert (x[:, -1] == 1).all() and np.abs(x[:, 2:4]).max() <= 0.5


def test_networks_are_normalised_and_stay_below_the_best_margin():
    x, y = particles.checkerboard(25, extra=0, seed=1)
    kept = particles.train(x, y, units=80, steps=800, seed=0, keep=[0, 100])
    assert len(kept) == 3
    assert all(np.isclose((a @ a + (b**2).sum()) / 2, 1) for a, b in kept)
    reached = [(y * particles.predict(net, x)).min() for net in kept]
    best = margins.variation_margin(x, y, margins.sphere(2000, 3, seed=0))
    assert reached[0] < 0 < reached[-1] <= 1.01 * best and reached[-1] > 0.5 * best


def test_a_step_goes_up_the_soft_minimum():
    x, y = particles.checkerboard(10, extra=0, seed=0)
    before, after = particles.train(x, y, units=5, steps=1, lr=0.01, sharpness=2.0, seed=3, keep=[0])
    soft = lambda net: -np.log(np.exp(-2 * y * particles.predict(net, x)).mean()) / 2
    assert soft(after) > soft(before)


def test_the_trained_output_layer_comes_to_the_exact_largest_margin():
    x, y = particles.checkerboard(20, extra=0, seed=0)
    features = margins.features(x, margins.sphere(300, 3, seed=0))
    normal, best = margins.max_margin(y[:, None] * features)
    w = particles.train_output_layer(features, y, steps=20_000)
    w /= np.linalg.norm(w)
    assert np.isclose((y * (features @ w)).min(), best, rtol=0.02) and w @ normal > 0.999


def test_the_first_step_is_the_mean_of_the_points():
    features, y = np.random.default_rng(0).normal(size=(4, 6)), np.array([1, -1, 1, 1])
    points = y[:, None] * features
    w = particles.train_output_layer(features, y, steps=1)
    assert np.allclose(w, points.mean(0) / np.linalg.norm(points, 2) ** 2)


def test_experiments_have_their_axes():
    trained = particles.trained_output_layer(width=400, n=15, n_test=200, steps=3000, seeds=2)
    assert (trained.margin < 1.2 * trained.limit).all() and trained.agreement.min() > 0.8
    widest = particles.output_layer_margins([5, 400], n=20, extra=0, seeds=2)
    assert abs(widest.margin.isel(width=1).mean() / widest.limit - 1) < 0.2
    error = particles.error_by_dimension([0, 6], n=40, n_test=100, units=40, steps=100, seeds=2).error
    assert dict(error.sizes) == {"trained": 2, "extra": 2, "seed": 2}
    assert (error.sel(extra=6).mean("seed") > error.sel(extra=0).mean("seed")).all()
    both = particles.both_layers_margin(n=15, units=30, steps=50, directions=200, seeds=2)
    assert (both.margin < both.best).all()
