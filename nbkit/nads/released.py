"""The directions that the authors released, where a reader has them: they are not part of the book."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np


def released(net: str) -> np.ndarray | None:
    """The first directions (k, 1024) of an architecture as released with the paper, or None where there are none.

    The environment variable NBKIT_REFERENCE names a folder with files `nads/<net>.npz`, each with an array
    `directions`; raises ValueError when it names something else.
    """
    folder = os.environ.get("NBKIT_REFERENCE")
    if not folder:
        return None
    if not (Path(folder) / "nads").is_dir():
        raise ValueError(f"NBKIT_REFERENCE = {folder!r} is not a folder that holds a folder `nads`")
    path = Path(folder) / "nads" / f"{net}.npz"
    return np.load(path)["directions"].astype(float) if path.exists() else None
