"""Oracles: the exact least-squares solution of D(v), and symmetry of the unfolded map."""

import numpy as np
import pytest
import torch
import xarray as xr
from scipy.stats import spearmanr

from nbkit import directions, intervals, nets
from nbkit.figures import directions as draw

TINY = dict(sigma=1.0, n_train=64, n_test=64, epochs=1, seeds=2, device="cpu")


def test_dft_directions_are_unit_and_named():
    modes = directions.dft([(0, 0), (3, 4)])
    assert np.allclose((modes**2).sum(("row", "column")), 1)
    assert modes.kx.values.tolist() == [0, 3] and modes.ky.values.tolist() == [0, 4]


def test_an_octant_unfolds_to_the_whole_symmetric_grid():
    modes = directions.dft(directions.octant([0, 4, 8, 12, 16]))
    radius = (modes.kx**2 + modes.ky**2) ** 0.5
    axis, grid = directions.unfold_octant(radius)
    assert axis.tolist() == list(range(-16, 17, 4))
    assert np.allclose(grid, np.hypot(*np.meshgrid(axis, axis)))


def test_accuracy_is_in_percent():
    one = directions.dft([(0, 0)])
    options = dict(sigma=0.1, n_train=64, n_test=50, epochs=10, seeds=2, batch=16, device="cpu")
    found = directions.accuracy("logreg", one, **options)
    assert found.test_accuracy.min() > 95 and found.train_accuracy.max() == 100


def test_accuracy_has_its_axes_its_provenance_and_repeats_exactly():
    modes = directions.dft([(0, 0), (0, 4), (4, 4)])
    first, second = (directions.accuracy("logreg", modes, **TINY) for _ in range(2))
    assert dict(first.sizes) == {"direction": 3, "seed": 2}
    assert first.attrs["experiment"] == "accuracy" and first.test_accuracy.attrs["units"] == "%"
    assert np.array_equal(first.test_accuracy, second.test_accuracy)
    assert not first.diverged.any()


def test_noise_is_common_to_all_directions_and_fresh_in_the_test_set():
    a, b = directions.random(2, seed=0).values
    one, two = (directions.split(v, seed=5, n_train=32, n_test=32, sigma=1.0) for v in (a, b))
    plane = torch.as_tensor(np.stack([a, b]).reshape(2, -1), dtype=torch.float32)
    off_plane = lambda x: x.flatten(1) - x.flatten(1) @ plane.T @ plane
    assert torch.allclose(off_plane(one.x), off_plane(two.x), atol=1e-5)
    assert not torch.allclose(off_plane(one.x), off_plane(one.x_test))


def test_more_samples_than_dimensions_determine_v():
    """The proposition of chapter 07: with n ≥ D the only linear fit of D(v) is w = v/ε."""
    v = directions.random(1, seed=1).values[0]
    data = directions.split(v, seed=0, n_train=1100, n_test=2, sigma=3.0, epsilon=0.5, dtype=torch.float64)
    w = torch.linalg.lstsq(data.x.flatten(1), 2.0 * data.y.double() - 1).solution
    assert np.allclose(w.numpy(), v.ravel() / 0.5, atol=1e-8)


def test_lattice_classes_count_the_frequencies_off_the_lattice():
    assert directions.lattice_class([0, 4, 2, 1, 4], [8, 2, 6, 3, 1]).tolist() == [0, 1, 2, 2, 1]


def whole_grid(score):
    """Accuracies of two seeds on every mode of the 32×32 grid, from a function of kx and ky."""
    kx, ky = (k.ravel() for k in np.meshgrid(range(32), range(32)))
    scores = np.stack([score(kx, ky), np.full(kx.shape, 50.0)], axis=1)
    modes = {"kx": ("direction", kx), "ky": ("direction", ky)}
    return xr.Dataset({"test_accuracy": (("direction", "seed"), scores)}, coords=modes)


def test_the_share_of_the_grid_is_counted_on_the_whole_grid():
    """Oracle: with every mode measured, the stratified estimate is the plain share."""
    on_a_line = whole_grid(lambda kx, ky: np.where((kx % 4 == 0) | (ky % 4 == 0), 95.0, 50.0))
    assert np.allclose(directions.share_of_grid(on_a_line), [1 - (3 / 4) ** 2, 0])
    random = np.random.default_rng(0).uniform(80, 100, 1024)
    assert np.isclose(directions.share_of_grid(whole_grid(lambda kx, ky: random))[0], (random > 90).mean())


def test_the_share_of_the_grid_needs_few_modes_where_classes_agree():
    everything = whole_grid(lambda kx, ky: np.where(kx % 2 == 1, 95.0, 50.0) * (ky % 2 == 1))
    few = [(4, 4), (4, 2), (4, 1), (2, 2), (2, 1), (1, 3)]
    chosen = [mode in few for mode in zip(everything.kx.values, everything.ky.values)]
    assert np.allclose(directions.share_of_grid(everything.isel(direction=chosen)), [1 / 4, 0])
    with pytest.raises(ValueError, match="every residue class"):
        directions.share_of_grid(everything.isel(direction=[0, 1]))


def test_summary_of_a_map():
    assert directions.summary(xr.DataArray([[99.5, 99.7], [92.0, 92.0], [50.0, 51.0]], dims=("direction", "seed"))) == {
        "mean": pytest.approx((99.6 + 92 + 50.5) / 3),
        "maximum": pytest.approx(99.6),
        "above 90": pytest.approx(2 / 3),
        "above 99": pytest.approx(1 / 3),
        "below 60": pytest.approx(1 / 3),
    }


def test_every_architecture_of_the_maps_exists():
    from nbkit.record.directions import ARCHITECTURES

    assert set(ARCHITECTURES) <= set(nets.NETS)


def test_labels_weights_and_order_of_one_seed_are_independent(monkeypatch):
    """Drawn from one stream, the order would sort the examples by label: the first batches would be of one class."""
    from nbkit.fleet import loop

    seen = []
    monkeypatch.setattr(loop._Run, "step", lambda self, x, y: seen.append(y.double().mean().item()))
    v = directions.random(1, seed=0)
    directions.accuracy("logreg", v, sigma=1.0, n_train=512, n_test=16, epochs=1, seeds=2, batch=64, device="cpu")
    assert max(abs(share - 0.5) for share in seen) < 0.2


def result(test, train=None, iterations=None, **coords):
    """A dataset as `accuracy` returns it, from arrays (direction, seed)."""
    test = np.asarray(test, dtype=float)
    fill = lambda x: test if x is None else np.asarray(x, dtype=float)
    values = {"test_accuracy": test, "train_accuracy": fill(train), "iterations": fill(iterations)}
    dataset = xr.Dataset({name: (("direction", "seed"), x) for name, x in values.items()}, attrs={"steps": 100})
    return dataset.assign_coords({name: ("direction", x) for name, x in coords.items()})


def test_percentages_have_no_impossible_interval_and_nothing_known_has_none():
    assert directions.percent([65, 98, 30]) == intervals.mean([65, 98, 30])._replace(low=0.0, high=100.0)
    assert directions.percent([80, 81, np.nan]) == intervals.mean([80, 81])._replace(
        high=pytest.approx(86.85, abs=0.01)
    )
    assert directions.fraction([0.5, 0.9]).high == 1.0
    assert np.isnan(directions.percent([np.nan]).value) and directions.percent([np.nan]).high == np.inf


def test_networks_that_did_not_learn_say_nothing_of_what_can_be_learned():
    found = result(
        [[99, 98], [50, 97], [51, 52]], [[100, 100], [80, 100], [90, 70]], [[20, 10], [np.nan, 50], [np.nan] * 2]
    )
    assert directions.accuracy_where_learned(found).values.tolist() == [99, 97]
    assert directions.slowest_over_fastest(found).values.tolist() == [5, 10]  # lower bounds: they had 100 steps
    assert directions.fit_where_lost(found).values.tolist() == [85, 70]  # within each seed first


def test_a_capped_run_says_how_many_steps_it_had():
    stopped = directions.accuracy(
        "lenet", directions.dft([(0, 4)]), **TINY | dict(epochs=3, n_train=70, batch=20, stop_below=1e-9)
    )
    assert stopped.attrs["steps"] == 12 and stopped.iterations.isnull().all()


def test_random_modes_are_even_and_different():
    modes = directions.random_modes(130, seed=1)
    assert len(np.unique(modes, axis=0)) == 130 and not (modes % 2).any()
    assert np.array_equal(directions.random_modes(9, seed=1), modes[:9])
    assert not np.array_equal(directions.random_modes(9, seed=2), modes[:9])


def test_rank_correlation_agrees_with_the_plain_bootstrap_where_seeds_are_alike():
    rng = np.random.default_rng(0)
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    ours = directions.rank_correlation(x, np.stack([y, y, y], 1))
    plain = intervals.bootstrap(lambda a, b: spearmanr(a, b).statistic, x, y)
    assert ours.value == plain.value and ours.n == 40
    assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high), abs=0.05)


def test_rank_correlation_is_wider_where_seeds_differ():
    rng = np.random.default_rng(0)
    x, noise = np.arange(30.0), rng.normal(size=(30, 3)) * 15
    alike = directions.rank_correlation(x, np.repeat((x[:, None] + noise).mean(1, keepdims=True), 3, axis=1))
    differ = directions.rank_correlation(x, x[:, None] + noise)
    assert differ.value == alike.value and differ.high - differ.low > alike.high - alike.low
    assert np.isnan(directions.rank_correlation(x, np.full((30, 2), 50.0)).value)


def test_mirror_images_are_averaged_before_they_are_compared_with_a_response():
    spectrum = xr.Dataset({"response": ("mode", [3.0, 1.0])}, coords={"kx": ("mode", [0, 2]), "ky": ("mode", [4, 4])})
    measured = result([[90, 80], [70, 60], [50, 52], [54, 56]], kx=[0, 4, 2, 4], ky=[-4, 0, 4, -2])
    response, accuracy = directions.in_octant(spectrum, measured)
    assert response.tolist() == [3, 1] and accuracy.tolist() == [[80, 70], [52, 54]]


def test_the_networks_of_one_mode():
    found = result([[90, 80], [70, 60]], kx=[0, 4], ky=[4, 4])
    assert directions.at_mode(found, 4, 4).tolist() == [70, 60] and directions.at_mode(found, 4, 0).size == 0


def test_runs_are_listed_largest_first():
    assert draw.listed([50.4, np.nan, 99.6, -3]) == "100, 50, −3" and draw.listed([]) == "none"


def test_the_range_of_directions_is_not_made_by_noise():
    random, seeds = np.random.default_rng(0), [0, 1, 2]
    noise = xr.DataArray(random.normal(50, 5, (200, 3)), dims=("direction", "seed"), coords={"seed": seeds})
    assert (noise.max("direction") - noise.min("direction") > 20).all()
    assert abs(directions.best_minus_worst(noise).mean()) < 10
    effect = noise.copy()
    effect[7] += 60
    effect[9] -= 60
    expected = effect[7] - effect[9]
    np.testing.assert_allclose(directions.best_minus_worst(effect), expected)
    assert directions.best_minus_worst(effect[:, :1]).isnull().all()
