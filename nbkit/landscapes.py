"""Non-convex objectives: saddles that stop descent, problems without spurious minima, and networks with them.

Sources: Ge et al. 2015 and 2016, Ge, Lee and Ma 2018, Safran and Shamir 2018, Hardt, Ma and Recht 2018, He, Wang and
Tao 2020.
"""

from __future__ import annotations

import numpy as np
import torch
import xarray as xr
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from nbkit import nets
from nbkit.results import experiment


def saddle_path(start, *, lr: float, steps: int, noise: float | np.ndarray = 0.0, seed: int = 0) -> np.ndarray:
    """Descent on x²/2 − y²/2 + y⁴/4, saddle at 0 and minima at y = ±1, from start (2, ...): (steps + 1, 2, ...).

    noise: deviation of the normal noise that is added to each gradient, a number or an array (...).
    """
    rng, path = np.random.default_rng(seed), [np.asarray(start, dtype=float)]
    for _ in range(steps):
        x, y = path[-1]
        gradient = np.stack([x, y**3 - y])
        if np.any(noise):
            gradient = gradient + noise * rng.standard_normal(gradient.shape)
        path.append(path[-1] - lr * gradient)
    return np.stack(path)


def exit_step(
    offset, *, lr: float, level: float = 0.1, steps: int = 5000, noise: float | np.ndarray = 0.0, seed: int = 0
) -> np.ndarray:
    """First step at which |y| ≥ level from y = offset, an array of its shape; `steps` where that never happens.

    noise: deviation of the gradients' noise, a number or an array of the offset's shape.
    """
    offset = np.atleast_1d(np.asarray(offset, dtype=float))
    start = np.stack([np.ones_like(offset), offset])
    out = np.abs(saddle_path(start, lr=lr, steps=steps, noise=noise, seed=seed)[:, 1]) >= level
    return np.where(out.any(0), out.argmax(0), steps)


@experiment
def complete_matrix(*, size: int, rank: int, observed: float, starts: int, steps: int, seed: int = 0) -> xr.Dataset:
    """Descent on ‖P(UUᵀ − M)‖²/4 from random U: M random of low rank, P keeps its observed entries.

    Returns over (step, start) the relative `error` ‖UUᵀ − M‖/‖M‖ in all entries, at 60 times spaced evenly.
    """
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((size, rank))
    matrix = factor @ factor.T
    upper = np.triu(rng.uniform(size=(size, size)) < observed)
    mask = upper | upper.T
    u = 0.5 * rng.standard_normal((starts, size, rank))
    lr = 0.25 / np.linalg.norm(matrix, 2)
    times, error = np.unique(np.linspace(0, steps, 60).round().astype(int)), []
    for t in range(steps + 1):
        difference = u @ u.transpose(0, 2, 1) - matrix
        if t in times:
            error.append(np.linalg.norm(difference, axis=(1, 2)) / np.linalg.norm(matrix))
        u = u - lr * (mask * difference) @ u
    return xr.Dataset({"error": (("step", "start"), np.array(error))}, coords={"step": times})


@experiment
def critical_points(*, size: int, starts: int, seed: int = 0) -> xr.Dataset:
    """Newton's method for ∇f = 0 of f(u) = ‖uuᵀ − M‖²/4, M with eigenvalues 1/size, …, 1: `starts` runs.

    The critical points are 0 and ±√μ v for the eigenpairs of M, and only those of the largest are minima. Returns
    over start the `distance` to the nearest of them, its `rank` (0 for the largest eigenvalue, `size` for the point
    0) and the `curvature`, the least eigenvalue of the Hessian there.
    """
    rng = np.random.default_rng(seed)
    values, vectors = np.arange(1, size + 1) / size, np.linalg.qr(rng.standard_normal((size, size)))[0]
    matrix = (vectors * values) @ vectors.T
    known = np.column_stack([(vectors * np.sqrt(values))[:, ::-1], np.zeros(size)])
    rows = []
    for _ in range(starts):
        u = rng.uniform() * rng.standard_normal(size)
        for _ in range(200):
            hessian = (u @ u) * np.eye(size) + 2 * np.outer(u, u) - matrix
            u = u - np.linalg.lstsq(hessian, (u @ u) * u - matrix @ u, rcond=None)[0]
        distance = np.minimum(*(np.linalg.norm(u[:, None] - s * known, axis=0) for s in (1, -1)))
        hessian = (u @ u) * np.eye(size) + 2 * np.outer(u, u) - matrix
        rows.append((distance.min(), distance.argmin(), np.linalg.eigvalsh(hessian)[0]))
    distance, rank, curvature = np.transpose(rows)
    return xr.Dataset(
        {"distance": ("start", distance), "rank": ("start", rank.astype(int)), "curvature": ("start", curvature)}
    )


def designed_loss(students: Tensor, *, weight: float = 0.05) -> Tensor:
    """Population objective of Ge, Lee and Ma in the coordinates of an orthonormal teacher: (...,) of (..., k, k).

    Σ_i Σ_{j≠l} b_ji² b_li² − μ Σ_ij b_ji⁴ + Σ_j (‖b_j‖² − 1)²/2, which the fourth Hermite coefficient of y makes
    available from samples. Its minima are the teacher's neurons, each found once, up to sign.
    """
    squares = students.square()
    overlap = squares.sum(-2).square().sum(-1) - squares.square().sum((-1, -2))
    return overlap - weight * squares.square().sum((-1, -2)) + (squares.sum(-1) - 1).square().sum(-1) / 2


def plain_loss(students: Tensor) -> Tensor:
    """Half the mean square of Σ relu(b_j·x) − Σ relu(x_j) over normal x, in closed form: (...,) of (..., k, k)."""
    teacher = torch.eye(students.shape[-1], dtype=students.dtype).expand_as(students)
    pairs = lambda left, right: _relu_product(left, right).sum((-1, -2))
    return (pairs(students, students) - 2 * pairs(students, teacher) + pairs(teacher, teacher)) / 2


@experiment
def recover_teacher(*, neurons: int, starts: int, steps: int, lr: float = 0.2, seed: int = 0) -> xr.Dataset:
    """Gradient descent on both objectives from the same random students: (loss, start).

    Returns the `students` (loss, start, student, axis) at the end, those of the designed objective by `fix_signs`;
    `overlap`, the smallest over the teacher's neurons of the largest cosine with a student, signs counting (1: all are
    found); `error`, the mean square error of the student's function over the variance of the teacher's; and the norm
    of the `gradient` at the end.
    """
    generator = torch.Generator().manual_seed(seed)
    begin = torch.randn(starts, neurons, neurons, generator=generator, dtype=torch.float64) / neurons**0.5
    found, gradient = [], []
    for objective in (designed_loss, plain_loss):
        students = begin.clone().requires_grad_()
        for _ in range(steps):
            (slope,) = torch.autograd.grad(objective(students).sum(), students)
            students.data -= lr * slope
        found.append(fix_signs(students.detach()) if objective is designed_loss else students.detach())
        gradient.append(slope.norm(dim=(-1, -2)))
    students = torch.stack(found)
    variance = neurons * (1 / 2 - 1 / (2 * torch.pi))  # of a sum of independent relu(x), x normal
    both = ("loss", "start")
    return xr.Dataset(
        {
            "students": ((*both, "student", "axis"), students.numpy()),
            "overlap": (both, cosines(students).amax(-2).amin(-1).numpy()),
            "error": (both, (2 * plain_loss(students) / variance).numpy()),
            "gradient": (both, torch.stack(gradient).numpy()),
        },
        coords={"loss": ["designed", "plain"]},
    )


def cosines(students: Tensor) -> Tensor:
    """Cosine of each student with each neuron of the orthonormal teacher: (..., k, k) of (..., k, k)."""
    return students / students.norm(dim=-1, keepdim=True)


def fix_signs(students: Tensor) -> Tensor:
    """Minima of `designed_loss` as the neurons they stand for: of length 1, turned to the side on which y is large.

    The fourth Hermite coefficient is even and cannot tell b from −b. The first can: the mean of y b·x over normal x is
    Σ_i ⟨w_i*, b⟩ / 2.
    """
    return cosines(students) * torch.sign(students.sum(-1, keepdim=True))


def matched_cosines(students) -> np.ndarray:
    """Cosines of each student of (s, k, k) with the teacher's neuron it is paired with, rising along a row: (s, k).

    Students and neurons are paired one to one, so that the sum of the |cosines| is as large as it can be.
    """
    paired = []
    for cosine in cosines(torch.as_tensor(students)).numpy():
        paired.append(np.sort(cosine[linear_sum_assignment(-np.abs(cosine))]))
    return np.reshape(paired, np.shape(students)[:-1])


def least_curvature(students) -> float:
    """Least eigenvalue of the Hessian of `plain_loss` at one set of students (k, k)."""
    point = torch.as_tensor(students)
    hessian = torch.autograd.functional.hessian(plain_loss, point).reshape(point.numel(), -1)
    return float(torch.linalg.eigvalsh(hessian)[0])


@experiment
def learn_system(*, length: int, batch: int, steps: int, seeds: int, noise: float = 0.1, seed: int = 0) -> xr.Dataset:
    """Projected stochastic gradient descent on h' = a h + x, y = c h + noise, from inputs and outputs: `seeds` systems.

    Every step draws `batch` fresh sequences; a is kept in [−0.98, 0.98]. Returns over (step, seed) the relative
    `error` of the impulse response c a^k, k = 0 … length − 1.
    """
    rng = np.random.default_rng(seed)
    truth = np.stack([rng.choice([-1, 1], seeds) * rng.uniform(0.5, 0.9, seeds), rng.uniform(0.5, 2, seeds)])
    a, c = np.zeros(seeds), np.zeros(seeds) + 0.1
    response = lambda a, c: c * a ** np.arange(length)[:, None]
    error = np.empty((steps + 1, seeds))
    for t in range(steps + 1):
        error[t] = np.linalg.norm(response(a, c) - response(*truth), axis=0) / np.linalg.norm(response(*truth), axis=0)
        state, true_state, slope = np.zeros((3, batch, seeds))
        gradient_a, gradient_c = np.zeros((2, seeds))
        for x in rng.standard_normal((length, batch, seeds)):
            slope = a * slope + state
            state, true_state = a * state + x, truth[0] * true_state + x
            residual = c * state - truth[1] * true_state - noise * rng.standard_normal((batch, seeds))
            gradient_a += (residual * c * slope).mean(0) / length
            gradient_c += (residual * state).mean(0) / length
        rate = 0.1 / (1 + 5 * t / steps) ** 2
        a, c = np.clip(a - rate * gradient_a, -0.98, 0.98), c - rate * gradient_c
    return xr.Dataset({"error": (("step", "seed"), error)}, coords={"step": np.arange(steps + 1)})


def dead_network(x: Tensor, y: Tensor, *, width: int, seed: int) -> tuple[float, float]:
    """Loss and gradient norm of a ReLU network with all units off on x (n, d) and the best output bias.

    The loss is the mean square error against y (n,) and equals the variance of y.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nets.build("mlp", shape=x.shape[1:], widths=(width,), classes=1).to(x.dtype)
    hidden, output = net[1], net[-1]
    with torch.no_grad():
        hidden.bias.copy_(-1 - (x @ hidden.weight.T).amax(0))
        output.bias.fill_(y.mean())
    loss = (net(x)[:, 0] - y).square().mean()
    loss.backward()
    parts = (hidden.weight.grad, hidden.bias.grad, output.weight.grad, output.bias.grad)
    return float(loss.detach()), float(torch.cat([part.flatten() for part in parts]).norm())


def _relu_product(left: Tensor, right: Tensor) -> Tensor:
    """Mean of relu(u·x) relu(v·x) over normal x for all pairs of rows: (..., k, k) of two (..., k, d)."""
    norms = left.norm(dim=-1)[..., :, None] * right.norm(dim=-1)[..., None, :]
    cosine = (left @ right.transpose(-1, -2) / norms).clamp(-1 + 1e-12, 1 - 1e-12)
    theta = cosine.acos()
    return norms * (theta.sin() + (torch.pi - theta) * cosine) / (2 * torch.pi)
