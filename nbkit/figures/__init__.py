"""The book's figures: one look, one way into a chapter, and the drawings that several chapters share."""

from nbkit.figures.curves import band, bars, chance, curve, direct_labels, power_law
from nbkit.figures.glue import awaiting, glue, number, text
from nbkit.figures.maps import dft_map, image_grid
from nbkit.figures.scrubber import scrubber
from nbkit.figures.style import ARCHITECTURES, CHANCE, NEUTRAL, REGIMES, THEORY, WIDTH, look, ordered, use

__all__ = [
    "ARCHITECTURES",
    "CHANCE",
    "NEUTRAL",
    "REGIMES",
    "THEORY",
    "WIDTH",
    "awaiting",
    "band",
    "bars",
    "chance",
    "curve",
    "dft_map",
    "direct_labels",
    "glue",
    "image_grid",
    "look",
    "number",
    "ordered",
    "power_law",
    "scrubber",
    "text",
    "use",
]

use()
