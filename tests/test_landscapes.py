"""Oracles: growth at a saddle, eigenvectors, Monte Carlo for the teacher's loss, and the variance of the labels."""

import numpy as np
import torch

from nbkit import landscapes

SIGNS = [(1, 1), (1, -1), (-1, 1), (-1, -1)]


def test_exact_descent_stays_on_the_saddle_and_an_offset_leaves_in_logarithmic_time():
    assert landscapes.saddle_path([1.0, 0.0], lr=0.1, steps=500)[:, 1].max() == 0
    out = landscapes.exit_step([1e-3, 1e-6, 0.0], lr=0.1, steps=1000)
    assert abs((out[1] - out[0]) * np.log(1.1) / np.log(1e3) - 1) < 0.03 and out[2] == 1000
    noisy = landscapes.saddle_path(np.tile([[1.0], [0.0]], 5), lr=0.1, steps=400, noise=1e-4, seed=0)
    assert np.allclose(np.abs(noisy[-1, 1]), 1, atol=0.01)


def test_noise_is_worth_the_offset_it_adds_up_to():
    noise = np.repeat([1e-3, 1e-9], 200)
    out = landscapes.exit_step(0 * noise, lr=0.1, noise=noise, steps=1000).reshape(2, 200).mean(1)
    assert abs((out[1] - out[0]) * np.log(1.1) / np.log(1e6) - 1) < 0.05
    assert abs(out[0] - landscapes.exit_step(1e-3 * np.sqrt(0.1 / 2), lr=0.1)[0]) < 15


def test_of_a_matrix_nobody_has_seen_nothing_is_learned():
    result = landscapes.complete_matrix(size=10, rank=1, observed=0.0, starts=2, steps=100)
    assert np.allclose(result.error[-1], result.error[0])


def test_matrix_completion_recovers_the_unseen_entries_from_every_start():
    result = landscapes.complete_matrix(size=20, rank=1, observed=0.6, starts=4, steps=1500)
    assert result.error.isel(step=-1).max() < 1e-6 < result.error.isel(step=0).min()


def test_critical_points_are_eigenvectors_and_only_the_first_is_a_minimum():
    result = landscapes.critical_points(size=4, starts=40)
    assert result.distance.max() < 1e-8
    top = result["rank"].values == 0
    assert (result.curvature.values[top] > 0).all() and (result.curvature.values[~top] < 0).all()


def test_the_plain_loss_is_the_mean_over_gaussian_inputs():
    students = torch.randn(3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = torch.randn(400_000, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    difference = (x @ students.T).relu().sum(1) - x.relu().sum(1)
    assert np.isclose(landscapes.plain_loss(students), difference.square().mean() / 2, rtol=0.02)
    assert abs(landscapes.plain_loss(torch.eye(3, dtype=torch.float64))) < 1e-5


def test_the_designed_loss_is_least_at_the_teacher_and_does_not_see_signs_or_order():
    teacher = torch.eye(4, dtype=torch.float64)
    shuffled = -teacher[[2, 0, 3, 1]]
    assert landscapes.designed_loss(teacher) == landscapes.designed_loss(shuffled)
    doubled = teacher.clone()
    doubled[0] = teacher[1]
    assert landscapes.designed_loss(doubled) > landscapes.designed_loss(teacher)


def test_the_designed_loss_recovers_a_small_teacher():
    result = landscapes.recover_teacher(neurons=3, starts=5, steps=1000)
    assert result.overlap.sel(loss="designed").min() > 0.99 and np.abs(result.error.sel(loss="designed")).max() < 1e-8
    assert result.overlap.sel(loss="plain").median() > 0.99
    assert np.allclose(result.students.sel(loss="designed").sum("axis"), 1)  # the neurons, not their opposites


def test_signs_are_fixed_by_what_the_teacher_says_on_either_side():
    x = torch.randn(200_000, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    students = 1.1 * torch.diag(torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64))
    first = (x.relu().sum(1)[:, None] * (x @ students.T)).mean(0)
    assert torch.allclose(first, students.sum(-1) / 2, atol=0.03)
    assert torch.equal(landscapes.fix_signs(students), torch.eye(3, dtype=torch.float64))


def test_the_error_is_a_share_of_the_teachers_variance():
    x = torch.randn(400_000, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    result = landscapes.recover_teacher(neurons=5, starts=1, steps=1)
    students = torch.as_tensor(result.students.sel(loss="plain").values[0])
    y = x.relu().sum(1)
    error = ((x @ students.T).relu().sum(1) - y).square().mean() / y.var()
    assert np.isclose(result.error.sel(loss="plain").item(), error, rtol=0.02)


def test_the_curvature_is_that_of_finite_differences():
    students = torch.randn(2, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    steps = 1e-4 * torch.eye(4, dtype=torch.float64).reshape(4, 2, 2)
    moved = [[landscapes.plain_loss(students + a * u + b * v) for v in steps for a, b in SIGNS] for u in steps]
    mixed = np.reshape([float(value) for row in moved for value in row], (4, 4, 4)) @ [1, -1, -1, 1] / 4e-8
    assert np.isclose(landscapes.least_curvature(students), np.linalg.eigvalsh(mixed)[0], atol=1e-4)


def test_students_are_paired_with_one_neuron_each():
    shuffled = np.array([[[0.0, 2, 0], [0, 0, -3], [1, 0, 0]]])
    assert np.allclose(landscapes.matched_cosines(shuffled), [[-1, 1, 1]])
    assert landscapes.matched_cosines(np.empty((0, 3, 3))).shape == (0, 3)


def test_linear_systems_are_learned():
    error = landscapes.learn_system(length=20, batch=8, steps=800, seeds=3, noise=0.0).error
    assert error.isel(step=-1).max() < 0.05 < error.isel(step=0).min()


def test_a_dead_network_has_no_gradient_and_the_variance_as_its_loss():
    x = torch.linspace(-1, 1, 32, dtype=torch.float64)[:, None]
    y = torch.sign(x[:, 0])
    loss, gradient = landscapes.dead_network(x, y, width=10, seed=0)
    assert gradient == 0 and loss == y.var(unbiased=False)
