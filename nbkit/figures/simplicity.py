"""Figures of chapter 04: eigenvalues on the cube, features a network relies on, scrambled pixels."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from nbkit import intervals
from nbkit.figures.curves import bars, chance, direct_labels
from nbkit.figures.style import THEORY, WIDTH, look, ordered


def learned_frame(spectra: dict[str, xr.Dataset], time: float) -> Figure:
    """One frame: share of every parity that kernel descent has learned after a time, by its order and its span."""
    fig, axes = plt.subplots(1, 2, figsize=(7.0, 3.2), sharey=True)
    for ax, (name, spectrum) in zip(axes, spectra.items()):
        span = spectrum.span.values
        colors = np.array(ordered(int(span.max()) + 1))
        place = spectrum["size"] + 0.5 * (span - spectrum["size"]) / max(span.max() - 1, 1)
        ax.scatter(place, 1 - np.exp(-spectrum.eigenvalue * time), c=colors[span], s=14)
        ax.set(title=name, xlabel="order |S|, shifted by span", ylim=(-0.05, 1.05))
        ax.set_xticks(range(0, 9, 2))
    axes[0].set_ylabel("share learned")
    return fig


def cube_spectra(spectra: dict[str, xr.Dataset], closed_form: list[np.ndarray]) -> Figure:
    """Eigenvalues of all parities against their order, coloured by span, on their closed forms; zeros are left out."""
    fig, axes = plt.subplots(1, 2, figsize=(WIDTH, 3.6), sharey=True)
    for ax, (name, spectrum), levels in zip(axes, spectra.items(), closed_form):
        for order, level in {pair for pair in zip(spectrum["size"].values, levels) if pair[1] > 1e-12}:
            ax.plot([order - 0.15, order + 0.45], [level, level], zorder=1, **THEORY | {"linewidth": 3, "alpha": 0.5})
        top = int(spectrum.span.max())
        for span, color in zip(range(top + 1), ordered(top + 1)):
            some = (spectrum.span.values == span) & (spectrum.eigenvalue.values > 1e-12)
            place = spectrum["size"].values[some] + 0.06 * (span - spectrum["size"].values[some])
            ax.plot(place, spectrum.eigenvalue.values[some], "o", color=color, ms=4, label=f"{span}")
        ax.set(yscale="log", title=name, xlabel="order |S|")
    axes[0].set_ylabel("eigenvalue $λ_S$")
    axes[1].legend(title="span", loc="center left", bbox_to_anchor=(1, 0.5), labelspacing=0.2)
    return fig


def generalisation(result: xr.Dataset) -> Figure:
    """Share of a parity recovered on unseen corners against the number of training corners, by kernel and target."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for kernel, color in zip(result.kernel.values, ordered(5)[1::2]):
        for target, marker in zip(result.target.values, ("o", "s")):
            estimates = [intervals.mean(row) for row in result.recovered.sel(kernel=kernel, target=target).values]
            shown = [intervals.Estimate(*np.maximum(e[:3], -1), e.n) for e in estimates]
            ax.plot(result.n, [e.value for e in shown], color=color, label=f"{kernel}, {target}")
            bars(ax, result.n, shown, color=color, marker=marker)
    chance(ax, 0, "predicting 0")
    ax.set(xlabel="training corners n", ylabel="share recovered", ylim=(-1.08, 1.08))
    direct_labels(ax)
    return fig


def reliance(results: dict[int, xr.Dataset]) -> Figure:
    """Test accuracy as it is and with one kind of feature permuted, against the number of slab features."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.3))
    names = {"accuracy": "nothing permuted", "slabs_permuted": "slabs permuted", "linear_permuted": "linear permuted"}
    for (name, label), color, marker in zip(names.items(), ordered(5)[::2], ("o", "s", "^")):
        estimates = [intervals.mean(100 * result[name].mean("member")) for result in results.values()]
        ax.plot(list(results), [e.value for e in estimates], color=color, label=label)
        bars(ax, list(results), estimates, color=color, marker=marker)
    chance(ax, 50)
    ax.set(xlabel="slab features", ylabel="test accuracy (%)", ylim=(40, 103))
    direct_labels(ax)
    return fig


def scrambled(result: xr.Dataset) -> Figure:
    """Test accuracy before and after all pixels are permuted, a line for every seed."""
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for net, style in (("convolutional", look("lenet")), ("fully_connected", look("mlp"))):
        values = result.accuracy.sel(net=net).values
        ax.plot([0, 1], values, color=style["color"], lw=0.8, marker=style["marker"], alpha=0.7)
        ax.plot([0, 1], values.mean(1), color=style["color"], lw=2.6, label=net.replace("_", " "))
    ax.set_xticks([0, 1], ["pixels in place", "pixels permuted"])
    ax.set(ylabel="test accuracy (%)", xlim=(-0.15, 1.1))
    direct_labels(ax)
    return fig
