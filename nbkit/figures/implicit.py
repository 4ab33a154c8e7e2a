"""Figures of chapter 03: the finite step, flatness, feature alignment, geometric complexity."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import implicit
from nbkit.figures.curves import curve, direct_labels, power_law
from nbkit.figures.style import NEUTRAL, THEORY, WIDTH, look, ordered

PLAIN, MODIFIED, DESCENT = ordered(5)[0], ordered(5)[2], ordered(5)[4]


def step_frame(start, h: float, *, time: float = 4.0):
    """One frame in the plane (a, b): gradient descent with step h, the flow, the modified flow, and the minima ab =
    y."""
    walked = implicit.descend(start, h=h, steps=round(time / h))
    flows = {"flow of E": (0.0, PLAIN), "flow of E + (h/4)‖∇E‖²": (h, MODIFIED)}

    def draw(ax) -> None:
        a = np.linspace(0.1, 3, 200)
        ax.plot(a, implicit.TARGET / a, color=NEUTRAL, linewidth=2, label="minima, ab = y")
        for name, (extra, color) in flows.items():
            ax.plot(*implicit.flow(start, time=time, h=extra).T, color=color, label=name)
        ax.plot(*walked.T, ".", ms=8, color=DESCENT, label="gradient descent")
        ax.set(xlim=(0.9, 2.5), ylim=(-1.1, 1.1), xlabel="a", ylabel="b")
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))

    return draw


def flow_distances(result: xr.Dataset) -> Figure:
    """Distance of gradient descent to both flows against the step size, every start a thin line; slopes 1 and 2."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.6))
    for name, color, label in (("loss", PLAIN, "to the flow of E"), ("modified", MODIFIED, "to the modified flow")):
        samples = result.distance.sel(flow=name)
        ax.plot(result.h, samples, color=color, lw=0.6, alpha=0.5)
        middle = np.exp(np.log(samples).mean("seed"))
        ax.plot(result.h, middle, "o-", color=color, label=label, lw=2.4)
        slope = 1 if name == "loss" else 2
        at = result.h.values
        power_law(ax, slope, through=(at[0], 0.6 * float(middle[0])), over=(at.max(), at.min()))
    ax.set(xlabel="step size h", ylabel="distance at the same time")
    ax.xaxis.set_inverted(True)
    ax.set_xticks(result.h.values, [f"{h:g}" for h in result.h.values])
    ax.xaxis.minorticks_off()
    direct_labels(ax)
    return fig


def flatness(result: xr.Dataset) -> Figure:
    """Trace of the Hessian at the minimum that is reached, against the step size, divided by that of the flow."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    curve(ax, result.h, (result.trace / result.flow_trace).transpose("seed", "h"), color=DESCENT, marker="o")
    ax.axhline(1, **THEORY)
    ax.annotate("gradient flow", (result.h.values[-1], 1), xytext=(0, 4), textcoords="offset points", ha="right")
    ax.set(xlabel="step size h", ylabel="trace of the Hessian / the flow's")
    return fig


def alignment(result: xr.Dataset) -> Figure:
    """Alignment of the tangent kernel with the labels and its effective rank over training, feature and lazy."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.4))
    for alpha, regime in zip(result.alpha.values, ("feature", "lazy")):
        style = look(regime)
        label = f"{style['label']}, α = {alpha:g}"
        for ax, name in zip(axes, ("alignment", "rank")):
            curve(ax, np.sqrt(result.step), result[name].sel(alpha=alpha), color=style["color"], label=label)
    ticks = np.sqrt(result.step.values[[0, len(result.step) // 2, -1]])
    for ax, name in zip(axes, ("alignment of K with $yy^{\\top}$", "effective rank of K")):
        ax.set_xticks(ticks, [f"{t**2:.0f}" for t in ticks])
        ax.set(xlabel="step (spaced as its root)", ylabel=name)
        ax.set_ylim(0, None)
    axes[0].legend(loc="lower right")
    return fig


def complexity(sweeps: dict[str, xr.Dataset], names: dict[str, str]) -> Figure:
    """Geometric complexity against the strength of each heuristic, a thin line for every seed."""
    fig, axes = plt.subplots(1, len(sweeps), figsize=(WIDTH, 3.2), sharey=True)
    for ax, (heuristic, result), color in zip(axes, sweeps.items(), ordered(len(sweeps))):
        curve(ax, range(result.sizes["strength"]), result.complexity.T, color=color, marker="o")
        ax.set_xticks(range(result.sizes["strength"]), [f"{s:g}" for s in result.strength.values])
        ax.set(xlabel=names[heuristic])
    axes[0].set(ylabel="geometric complexity", ylim=(0, None))
    return fig
