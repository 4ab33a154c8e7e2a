"""How the book's figures look: the style sheet, and one table of names, colours and order.

Every colour stands at least 3:1 against the page of the light and of the dark theme: one transparent figure serves
both. That leaves a narrow range of lightness, so each line also has its own marker and, where it can, a name beside it.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

SHEET = Path(__file__).with_name("book.mplstyle")
GROUNDS = ("#ffffff", "#121212")
NEUTRAL = "#797979"
WIDTH = 7.4
"""Width of a full figure in inches: text keeps its size on the page as long as a figure is not wider."""

ARCHITECTURES = {
    "logreg": {"label": "LogReg", "color": "#785a87", "marker": "o"},
    "lenet": {"label": "LeNet", "color": "#00783c", "marker": "s"},
    "vgg11": {"label": "VGG-11", "color": "#96690f", "marker": "^"},
    "resnet18": {"label": "ResNet-18", "color": "#e16987", "marker": "D"},
    "densenet121": {"label": "DenseNet-121", "color": "#7887f0", "marker": "v"},
    "mlp": {"label": "MLP", "color": "#0096b4", "marker": "P"},
    "mixer": {"label": "MLP-Mixer", "color": "#d2785a", "marker": "X"},
    "convnext": {"label": "ConvNeXt", "color": "#69782d", "marker": "<"},
    "vit": {"label": "ViT", "color": "#d269b4", "marker": ">"},
}
# Okabe and Ito's plain orange is too pale for a white page (2.2:1), so feature training takes their darker one.
REGIMES = {
    "lazy": {"label": "lazy", "color": "#0072b2", "marker": "o"},
    "feature": {"label": "feature", "color": "#d55e00", "marker": "s"},
}
THEORY = {"color": NEUTRAL, "linewidth": 1.0, "linestyle": "-"}
CHANCE = {"color": NEUTRAL, "linewidth": 1.2, "linestyle": ":"}

_ORDERED = LinearSegmentedColormap.from_list("ordered", ["#7058cc", "#2a84b2", "#1c8a78", "#6f8c2c", "#b57f12"])


def use() -> None:
    """Make the book's style sheet matplotlib's default; importing `nbkit.figures` does it once."""
    plt.style.use(SHEET)


def look(name: str) -> dict[str, str]:
    """Label, colour and marker of an architecture or a regime, ready for `ax.plot(x, y, **look("lenet"))`."""
    table = ARCHITECTURES | REGIMES
    if name not in table:
        raise ValueError(f"no look for {name!r}: known are {', '.join(table)}")
    return dict(table[name])


def ordered(n: int) -> list[str]:
    """n colours from violet to ochre for a family with an order (frequencies, widths, times)."""
    return [to_hex(c) for c in _ORDERED(np.linspace(0, 1, n))]
