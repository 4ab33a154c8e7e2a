"""Oracles: the Jacobian, the infinite-width limit, a small step of the flow, and labels whose information is known."""

import numpy as np
import pytest
import torch

from nbkit import flow, nets, ntk


def _points(n, d=3, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _jacobian(neurons, x):
    f = lambda theta: flow_output(theta, x)
    return torch.func.jacrev(f)(neurons).flatten(1)


def flow_output(neurons, x):
    return (flow.augment(x) @ neurons[:, :-1].T).relu() @ neurons[:, -1] / len(neurons)


def test_explicit_kernel_is_the_product_of_jacobians():
    neurons, x, x2 = flow.initial([0], 40, 3)[0], _points(8), _points(5, seed=1)
    expected = _jacobian(neurons, x) @ _jacobian(neurons, x2).T
    assert torch.allclose(ntk.one_hidden_layer(neurons, x, x2), expected, atol=1e-15, rtol=1e-13)


def test_wide_networks_approach_the_closed_form():
    x = _points(6)
    kernels = torch.stack([20_000 * ntk.one_hidden_layer(n, x) for n in flow.initial(range(8), 20_000, 3)])
    error = kernels.std(0, correction=1) / 8**0.5
    assert ((kernels.mean(0) - ntk.infinite_width(x)).abs() < 5 * error).all()


def test_kernel_of_any_model_is_the_product_of_jacobians():
    model = nets.mlp(shape=(3,), widths=(7, 5), classes=1).double()
    x = _points(9)
    grads = [torch.autograd.grad(model(point[None]).squeeze(), list(model.parameters())) for point in x]
    rows = torch.stack([torch.cat([g.flatten() for g in parts]) for parts in grads])
    assert torch.allclose(ntk.of_model(model, x, block=4), rows @ rows.T, atol=1e-13)


def test_a_small_step_moves_f_by_the_kernel():
    """Δf = −dt Θ ∂L/∂f to first order in dt."""
    neurons, x = flow.initial([1], 30, 3), _points(6)
    pull = _points(6, 1, seed=2)[:, 0]
    _, gradient = flow.output_and_gradient(neurons, flow.augment(x)[None], lambda f, rows: pull[None])
    moved = flow.output(neurons - 1e-6 * gradient, x[None])[0] - flow.output(neurons, x[None])[0]
    assert torch.allclose(moved / 1e-6, -ntk.one_hidden_layer(neurons[0], x) @ pull, rtol=1e-4, atol=1e-8)


def test_a_lazy_network_follows_its_kernel():
    """With the linear part of the hinge F(x) = t Θ(x, X) y / p until the first point is fitted."""
    x, x_test, y = _points(10), _points(20, seed=3), torch.tensor([1.0, -1.0] * 5, dtype=torch.float64)
    start = flow.initial([0], 200, 3)
    lazy = flow.train(x[None], y[None], start, alpha=1e8, loss="hinge", max_steps=40, device="cpu")
    F = lazy.predict(x_test)[0]
    expected = 1e8 * lazy.time * (ntk.one_hidden_layer(start[0], x_test, x) @ y) / 10
    assert lazy.predict(x).abs().max() < 1
    assert torch.allclose(F, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))


def test_projections_of_a_whole_basis_sum_to_one():
    x = _points(30)
    _, vectors = ntk.eigenvectors(ntk.infinite_width(x), 30)
    y = torch.sign(x[:, 0])
    assert ntk.projections(vectors, y).sum().item() == pytest.approx(1)
    assert ntk.projections(y[:, None] / 30**0.5, y).item() == pytest.approx(1)


def test_information_of_the_label_is_one_bit_and_of_noise_none():
    y = torch.tensor([1.0, -1.0] * 500, dtype=torch.float64)
    noise = _points(1000, 1)
    label, other = ntk.information(torch.cat([y[:, None] + 0.01 * noise, noise], dim=1) / 1000**0.5, y)
    assert label == pytest.approx(1, abs=0.02) and other < 0.06


def test_information_is_that_of_scikit_learn():
    from sklearn.feature_selection import mutual_info_classif

    x = _points(200, 4)
    y = torch.sign(x[:, 0] + 0.5 * x[:, 1])
    expected = mutual_info_classif(x.numpy(), y.numpy() > 0, n_neighbors=5, random_state=0) / np.log(2)
    assert np.allclose(ntk.information(x, y), expected, atol=1e-6)


def test_a_lazy_network_and_its_kernel_machine_agree_and_the_margin_is_hard():
    x, y = _points(40, 2), torch.sign(_points(40, 2)[:, 0])
    kernel = ntk.infinite_width(x)
    machine = ntk.svc(kernel, y, kernel)
    assert machine.converged and (machine.decision * y.numpy()).min() > 0.99
    assert len(machine.support) < 40
    assert not ntk.svc(kernel, torch.sign(_points(40, 2, seed=9)[:, 0]), kernel, max_iterations=3).converged


def test_change_is_relative():
    kernel = torch.eye(3)
    assert ntk.change(kernel, 1.5 * kernel).item() == pytest.approx(0.5)
    assert np.isclose(ntk.change(kernel, kernel).item(), 0)


def test_eigenvectors_are_those_of_the_largest_eigenvalues_and_go_on_between_the_points():
    a = torch.randn(9, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    kernel = a @ a.T
    values, vectors = ntk.eigenvectors(kernel, 3)
    assert torch.allclose(values, torch.linalg.svdvals(kernel)[:3])
    assert torch.allclose(kernel @ vectors, values * vectors)
    assert torch.allclose(ntk.eigenfunctions(kernel, kernel, 3), 3 * vectors)  # unit mean square over the points


def test_the_hard_margin_machine_puts_its_border_halfway_whatever_the_scale_of_the_kernel():
    x = torch.tensor([-3.0, -1.0, 2.0, 5.0], dtype=torch.float64)[:, None]
    test = torch.tensor([0.4, 0.5, 0.6], dtype=torch.float64)[:, None]
    for scale in (1.0, 1e3):
        machine = ntk.svc(scale * x @ x.T, torch.tensor([-1.0, -1, 1, 1]), scale * test @ x.T)
        assert machine.decision == pytest.approx([-0.1 / 1.5, 0, 0.1 / 1.5], abs=1e-3)
        assert machine.converged and machine.support.tolist() == [1, 2]
