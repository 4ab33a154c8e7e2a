"""Figures of chapter 06: saddles, matrix completion, teachers, systems."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from scipy.optimize import linear_sum_assignment

from nbkit import intervals, landscapes
from nbkit.figures.curves import bars, direct_labels
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, ordered


def saddle_frame(exact: np.ndarray, noisy: np.ndarray, step: int):
    """One frame: lines of equal loss around the saddle, exact descent and a cloud of noisy descents up to a step.

    exact: (steps, 2); noisy: (steps, 2, runs).
    """

    def draw(ax) -> None:
        x, y = np.meshgrid(np.linspace(-1.2, 1.2, 90), np.linspace(-1.4, 1.4, 90))
        ax.contour(x, y, x**2 / 2 - y**2 / 2 + y**4 / 4, levels=14, colors=NEUTRAL, linewidths=0.6, alpha=0.7)
        ax.plot([0, 0], [-1, 1], "*", ms=15, color=NEUTRAL, label="minima")
        ax.plot(*exact[: step + 1].T, color=ordered(5)[0], lw=2)
        ax.plot(*exact[step], "D", ms=9, color=ordered(5)[0], label="exact")
        ax.plot(*noisy[step], "o", ms=4, color=ordered(5)[4], label="with noise")
        ax.set(xlabel="x", ylabel="y", xlim=(-1.2, 1.2), ylim=(-1.4, 1.4))
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))

    return draw


def exits(offsets, steps, noisy, *, lr: float) -> Figure:
    """Step at which descent leaves the saddle against its distance from the stable line, and ln(level/δ)/ln(1 + η).

    noisy: (offsets, runs), the same for runs from the line itself with gradient noise of deviations `offsets`.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    ax.plot(offsets, steps, "o", color=ordered(5)[0], label="distance δ, no noise")
    bars(ax, offsets, [intervals.mean(row) for row in noisy], color=ordered(5)[4], marker="s", label="noise s")
    ax.plot(offsets, np.log(0.1 / np.asarray(offsets)) / np.log1p(lr), label="theory for δ", **THEORY)
    ax.set(xscale="log", xlabel="distance δ from the stable line, or noise s", ylabel="steps until |y| = 0.1")
    ax.legend()
    return fig


def completion(result: xr.Dataset) -> Figure:
    """Relative error of the completed matrix over the steps, every start a line."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    ax.semilogy(result.step, result.error, color=ordered(5)[1], lw=0.9)
    ax.set(xlabel="step", ylabel="relative error, all entries")
    return fig


def critical(result: xr.Dataset, size: int) -> Figure:
    """Least eigenvalue of the Hessian at every critical point that was found, by which one it is; theory: μ_i − μ_1."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    rank = result["rank"].values
    ax.plot(rank + np.linspace(-0.15, 0.15, rank.size), result.curvature, "o", color=ordered(5)[2], ms=4)
    ax.axhline(0, **THEORY)
    ax.plot(range(1, size + 1), -np.arange(1, size + 1) / size, "_", ms=26, color=NEUTRAL, label="$μ_i - μ_1$")
    ax.legend(loc="lower left")
    ax.set_xticks(range(size + 1), [f"$±\\sqrt{{μ_{i + 1}}}v_{i + 1}$" for i in range(size)] + ["0"])
    ax.set(ylabel="least curvature", xlabel="critical point")
    return fig


def teachers(result: xr.Dataset) -> Figure:
    """Overlap with the worst-found neuron of the teacher, every start, sorted; and who found whom in the plain one's
    worst start."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.2), width_ratios=(1.5, 1))
    for loss, color, marker in (("designed", ordered(5)[3], "o"), ("plain", ordered(5)[0], "s")):
        values = np.sort(result.overlap.sel(loss=loss).values)
        left.plot(np.arange(1, values.size + 1), values, marker, color=color, ms=4, label=f"{loss} objective")
    left.set(xlabel="start, sorted", ylabel="cosine, worst-found neuron", ylim=(0, 1.05))
    left.legend(loc="lower right")
    plain = result.sel(loss="plain")
    worst = plain.students.values[int(plain.overlap.values.argmin())]
    cosine = landscapes.cosines(torch.as_tensor(worst)).numpy()
    students, neurons = linear_sum_assignment(-np.abs(cosine))
    order = students[np.argsort(neurons)]  # the student paired with neuron i in row i
    drawn = right.imshow(cosine[order], cmap="PRGn", vmin=-1, vmax=1)
    right.set(xlabel="neuron of the teacher", ylabel="student", xticks=[], yticks=[])
    fig.colorbar(drawn, ax=right, label="cosine", shrink=0.9)
    return fig


def living(losses, dead: float) -> Figure:
    """Final loss of each living network, sorted, and that of the dead ones (line)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.6))
    values = np.sort(losses)
    ax.plot(np.arange(1, values.size + 1), values, "o", color=ordered(5)[1])
    ax.axhline(dead, **THEORY)
    ax.annotate("dead network", (1, dead), xytext=(0, -4), textcoords="offset points", va="top")
    ax.set(xlabel="network, sorted", ylabel="loss at the end", ylim=(0, 1.1 * dead))
    ax.set_xticks(np.arange(1, values.size + 1))
    return fig


def systems(result: xr.Dataset) -> Figure:
    """Relative error of the impulse response over the steps, every system a line."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    shown = np.unique(np.geomspace(1, result.sizes["step"], 60).astype(int)) - 1
    ax.loglog(result.step[shown] + 1, result.error[shown], color=ordered(5)[1], lw=0.9)
    ax.axhline(0.01, **THEORY, label="1 %")
    ax.set(xlabel="step", ylabel="error of the impulse response")
    direct_labels(ax)
    return fig
