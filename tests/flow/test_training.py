"""Oracles: a conservation law, a closed-form solution, and runs that must not notice each other."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nbkit import flow
from nbkit.flow import steps, training

CPU = dict(device="cpu", max_steps=6000)


def _stripe(runs=3, p=24, d=3, seed=0):
    x = torch.randn(runs, p, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x, 1 - 2 * ((x[..., 0] > -0.3) & (x[..., 0] < 1.18549)).double()


def _invariant(neurons):
    return neurons[..., :-1].square().sum(-1) - neurons[..., -1].square()


@pytest.mark.parametrize(
    ("loss", "alpha"), [("soft_hinge", 1e-6), ("soft_hinge", 1e6), ("hinge", 1e2), ("squared_hinge", 1e2)]
)
def test_all_points_are_fitted_and_each_neuron_keeps_its_invariant(loss, alpha):
    x, y = _stripe(p=12)
    trained = flow.train(x, y, flow.initial(range(3), 60, 3), alpha=alpha, loss=loss, **CPU)
    assert trained.converged.all()
    assert (y * trained.predict(x)).min() >= flow.LOSSES[loss].fitted
    # ‖ω‖² + b² − β² of every neuron is conserved by the flow; Euler's steps lose it slowly.
    drift = (_invariant(trained.end) - _invariant(trained.start)).abs()
    assert drift.max() < 1e-3 * trained.end.square().sum(-1).max()


def test_before_the_first_kink_the_flow_is_the_closed_form():
    """While no point is fitted and none changes sides, β = β₀ cosh|A|t + Â·v₀ sinh|A|t for each neuron (ω, b) = v."""
    x, y = _stripe(runs=1, p=6)
    start = flow.initial([3], 5, 3)
    start[..., -2] = 6.0  # all neurons are active on all points
    trained = flow.train(x, y, start, alpha=1e-9, loss="hinge", max_steps=120, device="cpu")
    assert ((flow.augment(x) @ trained.end[..., :-1].mT) > 0).all()
    a = (y[..., None] * flow.augment(x)).mean(1) / 5
    angle, unit = a.norm() * trained.time, a / a.norm()
    v0, beta0 = start[0, :, :-1], start[0, :, -1]
    along = (v0 * unit).sum(-1)
    beta = beta0 * angle.cosh() + along * angle.sinh()
    v = v0 + unit * (beta0 * angle.sinh() + along * (angle.cosh() - 1))[:, None]
    assert angle > 0.1
    expected = torch.cat([v, beta[:, None]], dim=1)
    assert (trained.end[0] - expected).abs().max() < 0.01 * (expected - start[0]).abs().max()


def test_runs_do_not_notice_each_other():
    x, y = _stripe()
    start = flow.initial(range(3), 30, 3)
    together = flow.train(x, y, start, alpha=[1e-3, 1.0, 1e3], shares=[0.5], times=[1.0, 10.0], **CPU)
    alone = flow.train(x[1:2], y[1:2], start[1:2], alpha=1.0, shares=[0.5], times=[1.0, 10.0], **CPU)
    for name in ("end", "time", "at_times", "at_shares", "share_times"):
        assert torch.allclose(getattr(together, name)[1:2], getattr(alone, name), rtol=1e-6), name


def test_processes_change_nothing(monkeypatch):
    x, y = _stripe()
    options = dict(alpha=1e3, **CPU)
    one = flow.train(x, y, flow.initial(range(3), 30, 3), **options)
    monkeypatch.setattr(training, "WORTH", 1)
    monkeypatch.setenv("NBKIT_CORES", "2")
    two = flow.train(x, y, flow.initial(range(3), 30, 3), **options)
    assert torch.allclose(one.end, two.end) and torch.equal(one.steps, two.steps)


def test_fixed_orientations_are_kept_and_no_neuron_turns_over():
    x, y = _stripe()
    start = flow.initial(range(3), 60, 3)
    end = flow.train(x, y, start, alpha=1e-3, orientation="fixed", **CPU).end
    before, after = start[..., :-2], end[..., :-2]
    silent = after.norm(dim=-1) == 0
    cosine = torch.nn.functional.cosine_similarity(before, after, dim=-1)[~silent]
    assert torch.allclose(cosine, torch.ones_like(cosine), atol=1e-10)
    assert 0 < silent.sum() < silent.numel() / 2 and not torch.allclose(before, after)


def test_marks_are_kept_in_order_and_the_last_one_is_the_end():
    x, y = _stripe()
    trained = flow.train(
        x, y, flow.initial(range(3), 60, 3), alpha=1.0, shares=[0.1, 0.5, 1.0], times=[0.0, 1e9], **CPU
    )
    assert (trained.share_times.diff(dim=1) >= 0).all() and torch.equal(trained.at_shares[:, -1], trained.end)
    assert torch.equal(trained.at_times[:, 1], trained.end)
    assert torch.allclose(trained.at_times[:, 0], trained.start, atol=0.1)


def test_an_interrupted_flow_goes_on_from_its_checkpoint(tmp_path, monkeypatch):
    x, y = _stripe()
    options = dict(alpha=1e3, shares=[0.5], checkpoint=tmp_path / "flow.pt", **CPU)
    start = flow.initial(range(3), 30, 3)
    whole = flow.train(x, y, start, **options)
    assert not list(tmp_path.iterdir())
    ticks = iter(range(10**6))
    monkeypatch.setattr(steps, "clock", SimpleNamespace(monotonic=lambda: 61 * next(ticks)))
    taken, original = [], steps.step

    def interrupted(*args):
        taken.append(1)
        if len(taken) == 100:
            raise KeyboardInterrupt
        original(*args)

    monkeypatch.setattr(steps, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        flow.train(x, y, start, **options)
    again = []
    monkeypatch.setattr(steps, "step", lambda *args: again.append(1) or original(*args))
    resumed = flow.train(x, y, start, **options)
    assert torch.equal(whole.end, resumed.end) and torch.equal(whole.at_shares, resumed.at_shares)
    assert 0 < len(again) <= int(whole.steps.max()) - 90


def test_a_run_out_of_steps_says_so():
    x, y = _stripe()
    trained = flow.train(x, y, flow.initial(range(3), 30, 3), alpha=1e-6, device="cpu", max_steps=20)
    assert not trained.converged.any() and (trained.steps <= 24).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": torch.full((1, 4), 0.5)}, "±1"),
        ({"y": torch.zeros(1, 4)}, "±1"),
        ({"start": torch.zeros(1, 3, 3)}, "start"),
        ({"orientation": "up"}, "orientation"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    good = {"x": torch.zeros(1, 4, 2), "y": torch.ones(1, 4), "start": torch.zeros(1, 3, 4)}
    with pytest.raises(ValueError, match=message):
        flow.train(**good | change, alpha=1.0)


def test_a_point_without_a_label_is_not_there():
    x, y = _stripe(p=12)
    start, options = flow.initial(range(3), 30, 3), dict(alpha=0.1, shares=[0.25, 0.5], **CPU)
    alone = flow.train(x, y, start, **options)
    more_x, more_y = torch.cat([x, 5 * x[:, :7]], dim=1), torch.cat([y, 0 * y[:, :7]], dim=1)
    filled = flow.train(more_x, more_y, start, **options)
    assert filled.converged.all() and torch.equal(alone.steps, filled.steps)
    for name in ("end", "time", "at_shares", "share_times"):
        assert torch.allclose(getattr(alone, name), getattr(filled, name), rtol=1e-9), name


@pytest.mark.parametrize("cores", ["1", "2"])
@pytest.mark.parametrize("small", [0, 2**20])
def test_settings_side_by_side_are_those_one_by_one(monkeypatch, cores, small):
    calls = []
    for p, width, alpha in ((6, 8, 1e-2), (12, 8, 1e2), (6, 16, 1.0), (8, 8, [0.1, 10.0])):
        x, y = _stripe(runs=2, p=p)
        same = dict(shares=np.array([0.5]), device="cpu", max_steps=200)
        calls.append(dict(x=x, y=y, start=flow.initial(range(2), width, 3), alpha=alpha) | same)
    expected = [flow.train(**call) for call in calls]
    monkeypatch.setattr(training, "WORTH", 0)
    monkeypatch.setattr(training, "SMALL", small)
    monkeypatch.setenv("NBKIT_CORES", cores)
    assert len(training._bundles(calls)) == (2 if small else 4)  # those of 8 neurons are one, if that is allowed
    for a, b in zip(expected, flow.train_each(calls), strict=True):
        assert torch.equal(a.start, b.start) and torch.equal(a.alpha, b.alpha) and torch.equal(a.steps, b.steps)
        assert torch.allclose(a.end, b.end, rtol=1e-9) and torch.allclose(a.at_shares, b.at_shares, rtol=1e-9)


def test_no_bundle_is_larger_than_allowed(monkeypatch):
    x, y = _stripe(runs=2, p=8)
    call = dict(x=x, y=y, start=flow.initial(range(2), 5, 3), alpha=1.0)
    monkeypatch.setattr(training, "SMALL", 3 * 2 * 8 * 5)
    assert training._bundles([call] * 7) == [[0, 1, 2], [3, 4, 5], [6]]
    assert training._bundles([call, call | {"loss": "hinge"}]) == [[0], [1]]


def test_neurons_can_be_differentiated_after_the_flow():
    x, y = _stripe(p=6)
    end = flow.train(x, y, flow.initial(range(3), 8, 3), alpha=1.0, **CPU).end.requires_grad_()
    end.square().sum().backward()
    assert torch.equal(end.grad, 2 * end)


def test_marks_that_are_passed_at_once_are_kept_alike():
    x, y = _stripe(runs=2, p=6)
    trained = flow.train(x, y, flow.initial(range(2), 20, 3), alpha=1e-2, shares=[0.01, 0.1, 0.16], **CPU)
    assert torch.equal(trained.at_shares[:, 0], trained.at_shares[:, 1])
    assert torch.equal(trained.at_shares[:, 0], trained.at_shares[:, 2])
    assert not torch.equal(trained.at_shares[:, 0], trained.start)
    assert torch.equal(trained.share_times[:, 0], trained.share_times[:, 2])


def test_a_run_that_has_lost_a_class_ends_and_says_so():
    """With a point of label −1 in the middle of points of label +1, small α and one neuron of each sign."""
    x = torch.tensor([[[-1.0], [0.0], [1.0]]], dtype=torch.float64)
    y = torch.tensor([[1.0, -1.0, 1.0]])
    start = torch.tensor([[[1.0, 0.1, 1.0], [-1.0, 0.1, 1.0], [0.1, -0.5, -0.1]]], dtype=torch.float64)
    trained = flow.train(x, y, start, alpha=1e-3, **CPU)
    assert flow.has_lost_a_class(trained.end, flow.augment(x), y).all()
    assert not trained.converged.any() and trained.steps.item() < CPU["max_steps"]
    assert ((y * trained.predict(x))[0] >= 1).tolist() == [True, False, True]
