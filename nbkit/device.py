"""Device, cores and seeds: the only place that looks at the machine."""

from __future__ import annotations

import os
import platform
import warnings

import numpy as np
import torch

# joblib replaces a worker whose memory has grown, and says so; nothing is lost, and a page is no place for it.
warnings.filterwarnings("ignore", "A worker stopped while some jobs were given to the executor", UserWarning)

# By default a GPU rounds what its convolutions multiply to 10 bits (TF32), which differences of outputs would show.
torch.backends.cudnn.allow_tf32 = False


def resolve(device: str = "auto") -> torch.device:
    """The torch device for "auto" (CUDA when it is there), "cpu" or "cuda"; raises ValueError when CUDA is asked for
    and missing."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device not in ("cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda, not {device!r}")
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda' was asked for, but torch finds no CUDA device here")
    return torch.device(device)


def describe(device: str | torch.device = "auto") -> str:
    """Name of the device for a results label: the GPU's name, or "CPU" with the number of cores in use."""
    device = resolve(str(device).split(":")[0])
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {cores()} core{'s' if cores() > 1 else ''}, {platform.machine()}"


def cores() -> int:
    """Cores this process may use: `NBKIT_CORES` (set by the press when chapters run side by side), else all it is
    allowed."""
    asked = os.environ.get("NBKIT_CORES", "")
    if asked:
        if not asked.isdigit() or int(asked) < 1:
            raise ValueError(f"NBKIT_CORES must be a positive whole number, not {asked!r}")
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side() -> int:
    """Chapters that may run at a time: one for each core, but one alone on a GPU, whose memory they would share."""
    return 1 if torch.cuda.is_available() else cores()


def use_cores() -> int:
    """Give torch's own threads the cores of this process and return how many; call once at the start of a chapter."""
    torch.set_num_threads(cores())
    return cores()


def generator(seed: int, device: str | torch.device = "cpu", *, use: str = "") -> torch.Generator:
    """A torch generator with this seed; the book passes generators, it never relies on the global one.

    use: what the numbers are for. Generators of one seed and different uses are independent; with the same use they are
    the same numbers, so an order of examples drawn like their labels would follow the labels.
    """
    mixed = np.random.SeedSequence([int(seed), *use.encode()]).generate_state(1, np.uint64)[0] if use else int(seed)
    return torch.Generator(device=device).manual_seed(int(mixed) % 2**63)
