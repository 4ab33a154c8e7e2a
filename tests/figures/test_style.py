"""Every colour can be seen on both grounds, and told from the others, also without red-green vision."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from nbkit import figures, nets
from nbkit.figures.style import GROUNDS

TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
DEUTERANOPIA = np.array(  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def linear(colour) -> np.ndarray:
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b) -> float:
    """WCAG 2 contrast ratio."""
    dark, light = sorted(TO_XYZ[1] @ linear(c) for c in (a, b))
    return (light + 0.05) / (dark + 0.05)


def lab(colour, *, deuteranopia: bool = False) -> np.ndarray:
    """CIELAB under D65, as seen with or without the green-sensitive cones."""
    rgb = np.clip(DEUTERANOPIA @ linear(colour), 0, 1) if deuteranopia else linear(colour)
    t = TO_XYZ @ rgb / (TO_XYZ @ np.ones(3))
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def colours() -> list[str]:
    return [figures.NEUTRAL] + [look["color"] for look in (figures.ARCHITECTURES | figures.REGIMES).values()]


def test_contrast_formula():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the well-known limit for text on white


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [*colours(), *figures.ordered(9)])
def test_colours_are_seen_on_both_grounds(colour, ground):
    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("a, b", combinations(colours(), 2))
def test_colours_are_told_apart(a, b):
    assert np.linalg.norm(lab(a) - lab(b)) > 20
    assert np.linalg.norm(lab(a, deuteranopia=True) - lab(b, deuteranopia=True)) > 10


def test_ordered_colours_stay_in_order_without_red_green_vision():
    seen = np.array([lab(c, deuteranopia=True) for c in figures.ordered(6)])
    assert np.all(np.diff(seen[:, 2]) > 5)  # from blue to yellow
    assert np.linalg.norm(np.diff(seen, axis=0), axis=1).min() > 10


def test_markers_differ_and_every_net_has_its_look():
    looks = list(figures.ARCHITECTURES.values())
    assert len({look["marker"] for look in looks}) == len({look["label"] for look in looks}) == len(looks)
    assert set(nets.NETS) <= set(figures.ARCHITECTURES)
    assert figures.look("lazy")["color"] == "#0072b2"
    with pytest.raises(ValueError, match=r"'lenett'.*lenet"):
        figures.look("lenett")


def test_style_sheet_agrees_with_the_table():
    for key in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "hatch.color"):
        assert to_hex(plt.rcParams[key]) == figures.NEUTRAL
    assert plt.rcParams["figure.figsize"][0] == figures.WIDTH
    cycle = [to_rgb(c) for c in plt.rcParams["axes.prop_cycle"].by_key()["color"]]
    np.testing.assert_allclose(cycle, [to_rgb(c) for c in figures.ordered(5)], atol=2 / 255)
    assert plt.rcParams["savefig.transparent"] and plt.rcParams["figure.constrained_layout.use"]
