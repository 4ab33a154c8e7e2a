"""Figures of chapter 06: saddles, matrix completion, teachers, systems."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit.figures.curves import direct_labels
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


def exits(offsets, steps, *, lr: float) -> Figure:
    """Step at which descent leaves the saddle against its distance from the stable line, and ln(level/δ)/ln(1 + η)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    ax.plot(offsets, steps, "o", color=ordered(5)[0], label="measured")
    ax.plot(offsets, np.log(0.1 / np.asarray(offsets)) / np.log1p(lr), label="theory", **THEORY)
    ax.set(xscale="log", xlabel="distance δ from the stable line", ylabel="steps until |y| = 0.1")
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
    """Overlap with the worst-found neuron of the teacher, every start a point, sorted, for both objectives."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    for loss, color, marker in (("designed", ordered(5)[3], "o"), ("plain", ordered(5)[0], "s")):
        values = np.sort(result.overlap.sel(loss=loss).values)
        ax.plot(np.arange(1, values.size + 1), values, marker, color=color, ms=4, label=f"{loss} objective")
    ax.set(xlabel="start, sorted", ylabel="overlap, worst neuron", ylim=(0, 1.05))
    ax.legend(loc="lower right")
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
