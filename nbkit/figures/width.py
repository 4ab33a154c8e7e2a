"""Figures of chapter 05: kernels and particles, laziness, double descent."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import intervals, margins, particles
from nbkit.figures.curves import bars, chance, curve, direct_labels, power_law
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look, ordered

LAZY, FEATURE = look("lazy"), look("feature")
CLASSES = ((1, "o", ordered(5)[4]), (-1, "s", ordered(5)[2]))


def particle_frame(x, y, net, coefficients) -> Figure:
    """One frame: the boundary of a network (a, b) beside that of the kernel machine, and the cloud of its units.

    A unit is drawn at (b₁, b₂)·|a|, which says where it looks and how much it counts, filled where a > 0.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.0, 3.4))
    axis = np.linspace(-1.05, 1.05, 81)
    u, v = np.meshgrid(axis, axis)
    points = np.column_stack([u.ravel(), v.ravel(), np.ones(u.size)])
    machine = (margins.kernel(points, x) @ coefficients).reshape(u.shape)
    output = particles.predict(net, points).reshape(u.shape)
    left.contour(u, v, machine, levels=[0], colors=LAZY["color"], linestyles="--", linewidths=1.4)
    if output.min() < 0 < output.max():
        left.contour(u, v, output, levels=[0], colors=FEATURE["color"], linewidths=2)
    for sign, marker, color in CLASSES:
        left.plot(*x[y == sign, :2].T, marker, ms=4.5, color=color)
    left.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(-1.05, 1.05), ylim=(-1.05, 1.05))
    a, b = net
    place = np.abs(a)[:, None] * b[:, :2] * len(a)
    for sign in (1, -1):
        some = np.sign(a) == sign
        right.plot(*place[some].T, "o", ms=4, color=FEATURE["color"], mfc=FEATURE["color"] if sign > 0 else "none")
    right.set(xlabel="$|a|\\,b_1$ (times units)", ylabel="$|a|\\,b_2$", xlim=(-9, 9), ylim=(-9, 9), aspect="equal")
    return fig


def output_layer(result: xr.Dataset) -> Figure:
    """Margin on random features against their number, every draw a point, and the kernel machine's margin."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    for width, row in zip(result.width.values, result.margin.values):
        ax.plot(np.full(row.size, width), row, LAZY["marker"], color=LAZY["color"], alpha=0.7)
    ax.axhline(float(result.limit), **THEORY)
    ax.annotate(
        "kernel machine", (result.width.values[0], float(result.limit)), xytext=(0, 4), textcoords="offset points"
    )
    ax.set(xscale="log", xlabel="number m of random features", ylabel="largest margin", ylim=(0, None))
    return fig


def by_dimension(result: xr.Dataset) -> Figure:
    """Test error against the number of idle coordinates: output layer only (lazy) and both layers (feature)."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for trained, style, name in (("output", LAZY, "output layer (F2)"), ("both", FEATURE, "both layers (F1)")):
        estimates = [intervals.mean(row) for row in result.error.sel(trained=trained).values]
        ax.plot(result.extra, [e.value for e in estimates], color=style["color"], label=name)
        bars(ax, result.extra, estimates, color=style["color"], marker=style["marker"])
    chance(ax, 50)
    ax.set(xlabel="coordinates that tell nothing", ylabel="test error (%)", ylim=(-1, 55))
    direct_labels(ax)
    return fig


def laziness(result: xr.Dataset) -> Figure:
    """Movement of the weights and distance to the linearised model's against the output scale, every seed a line."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    for name, color, label, slope in (
        ("moved", ordered(5)[0], "from the start", -1),
        ("apart", ordered(5)[2], "from the linearised model", -2),
    ):
        ax.plot(result.alpha, result[name], color=color, lw=0.8)
        middle = np.exp(np.log(result[name]).mean("seed")).values
        ax.plot(result.alpha, middle, "o", color=color, label=label)
        ends = result.alpha.values[[0, -1]]
        power_law(ax, slope, through=(ends[1], 0.6 * middle[-1]), over=tuple(ends))
    ax.set(xlabel="output scale α", ylabel="distance of the weights")
    ax.set_xticks(result.alpha.values, [f"{alpha:g}" for alpha in result.alpha.values])
    ax.minorticks_off()
    direct_labels(ax)
    return fig


def convergence(result: xr.Dataset) -> Figure:
    """Left: loss of networks of several widths and Du's bound. Right: largest movement of a unit against the width."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.5))
    run = result.isel(seed=0)
    for width, color in zip(result.width.values, ordered(result.sizes["width"])):
        left.plot(run.step, run.loss.sel(width=width), color=color, label=f"m = {width:,}")
    left.plot(run.step, run.bound, color=NEUTRAL, linestyle="--", label="bound")
    left.set(yscale="log", ylim=(1e-8, 2), xlabel="step k", ylabel="loss / loss at the start")
    left.legend(loc="upper right")
    for width, row, color in zip(result.width.values, result.moved.values, ordered(result.sizes["width"])):
        right.plot(np.full(row.size, width), row, "o", color=color)
    widths = result.width.values
    middle = float(result.moved.isel(width=-1).mean())
    power_law(right, -0.5, through=(widths[-1], 0.8 * middle), over=(widths[0], widths[-1]), label="slope −½")
    right.set(xlabel="width m", ylabel="largest movement of a unit")
    right.legend(loc="upper right")
    return fig


def double_descent(result: xr.Dataset, n: int) -> Figure:
    """Excess risk against the number of weights for both tasks: means of the trials, and the closed form."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.5))
    names = {"equal": "all coordinates equal", "falling": "strongest first"}
    for (strength, name), color, marker in zip(names.items(), ordered(5)[::3], ("o", "s")):
        one = result.sel(strength=strength)
        for side in (one.p < n, one.p > n):
            ax.plot(one.p[side], one.theory[side], **THEORY | {"linewidth": 1.4})
        bars(ax, one.p, [intervals.mean(row) for row in one.risk.values], color=color, marker=marker, label=name)
    ax.axvline(n, color=NEUTRAL, linestyle=":")
    ax.annotate("interpolation\nthreshold p = n", (n, 0.12), xytext=(5, 0), textcoords="offset points")
    ax.axhline(1, color=NEUTRAL, linewidth=0.6, linestyle=":")
    ax.annotate("predicting 0", (result.p.values.max(), 1), xytext=(0, 4), textcoords="offset points", ha="right")
    ax.set(xlabel="number of weights p", ylabel="excess test error", yscale="log", ylim=(0.1, 12))
    ax.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    ax.legend(loc="upper right")
    return fig


def ridge(result: xr.Dataset) -> Figure:
    """Excess risk against the sample size, without a penalty and with the optimal one; 95 % bands over trials."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    for penalty, color, name in (("none", ordered(5)[0], "no penalty"), ("optimal", ordered(5)[3], "optimal ridge")):
        curve(ax, result.n, result.risk.sel(penalty=penalty).transpose("trial", "n"), color=color, label=name)
    ax.set(xlabel="number of samples n", ylabel="excess test error", ylim=(0, 3.2))
    direct_labels(ax)
    return fig
