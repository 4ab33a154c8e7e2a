"""Directions and accuracies that the authors released, where a reader has them: they are not part of the book."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def released(net: str) -> np.ndarray | None:
    """The first directions (k, 1024) of an architecture as released with the paper, or None where there are none.

    The environment variable NBKIT_REFERENCE names a folder with files `nads/<net>.npz`, each with an array
    `directions`; raises ValueError when it names something else.
    """
    path = _file(f"{net}.npz")
    return np.load(path)["directions"].astype(float) if path else None


def released_map(net: str, kx: Sequence[int], ky: Sequence[int]) -> np.ndarray | None:
    """The released accuracy in percent at these even frequencies, or None where there is none for this architecture.

    From `nads/dft_accuracies.csv` in the same folder: columns x and y = 8 + frequency / 2, and one for each network.
    The rows x > 8 are mirror images, so a frequency with kx > 0 is looked up at (-kx, -ky), the same mode.
    """
    path = _file("dft_accuracies.csv")
    if path is None:
        return None
    with path.open(newline="") as file:
        rows = {(int(row["x"]), int(row["y"])): row.get(net) for row in csv.DictReader(file)}
    if None in rows.values():
        return None
    sign = np.where(np.asarray(kx) > 0, -1, 1)
    places = ((np.stack([kx, ky]) * sign // 2 + 8) % 16).T  # 16 is the Nyquist frequency, that of 0
    return np.array([float(rows[tuple(place)]) for place in places.tolist()])


def _file(name: str) -> Path | None:
    folder = os.environ.get("NBKIT_REFERENCE")
    if not folder:
        return None
    if not (Path(folder) / "nads").is_dir():
        raise ValueError(f"NBKIT_REFERENCE = {folder!r} is not a folder that holds a folder `nads`")
    path = Path(folder) / "nads" / name
    return path if path.exists() else None
