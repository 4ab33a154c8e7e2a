"""Image sets as tensors: digits (built in), MNIST and CIFAR-10 (fetched or local, see `nbkit.data.files`)."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import pickle
import tarfile
from typing import NamedTuple

import numpy as np
import torch

from nbkit.data import files
from nbkit.data.files import DataError


class Images(NamedTuple):
    """Training and test images, float32 in [0, 1], (n, channels, height, width), with their labels, int64 from 0 to 9.

    variant names what was really loaded and labels every result made from it; fingerprint is a short hash of the data.
    """

    train_x: torch.Tensor
    train_y: torch.Tensor
    test_x: torch.Tensor
    test_y: torch.Tensor
    variant: str
    fingerprint: str


def load(name: str) -> Images:
    """Load an image set by name; what is not here is downloaded, and nothing is opened before its md5 has been checked.

    digits          1,297 + 500 of 1x8x8, from scikit-learn
    mnist           60,000 + 10,000 of 1x28x28
    cifar10         50,000 + 10,000 of 3x32x32, from the official archive and nothing else
    cifar10-subset  5,085 + 1,017 of them, exact pixels; only as a local file
    cifar10-jpeg    all of them after JPEG compression, which alters high frequencies; only as a local file

    Raises ValueError for an unknown name and DataError for missing or damaged data.
    """
    if name == "digits":
        return _digits()
    contents = files.read(name)
    images = _images(*_PARSERS[name](*contents), variant=name, fingerprint=files.fingerprint(name))
    _check(images)
    return images


def _images(train_x, train_y, test_x, test_y, *, variant, fingerprint, white=255):
    def pixels(x):
        return torch.from_numpy(np.divide(x, white, dtype=np.float32))

    def labels(y):
        return torch.from_numpy(np.asarray(y, dtype=np.int64))

    return Images(pixels(train_x), labels(train_y), pixels(test_x), labels(test_y), variant, fingerprint)


def _digits():
    from sklearn.datasets import load_digits  # imported here: scikit-learn takes a second, and only this set needs it
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    fingerprint = hashlib.sha256(x.tobytes() + y.tobytes()).hexdigest()[:12]
    # A fixed split for the whole book, not a source of variation: its seed is no parameter.
    train_x, test_x, train_y, test_y = train_test_split(
        x.reshape(-1, 1, 8, 8), y, test_size=500, stratify=y, random_state=0
    )
    return _images(train_x, train_y, test_x, test_y, variant="digits", fingerprint=fingerprint, white=16)


def _mnist(*contents):
    train_x, train_y, test_x, test_y = (_idx(gzip.decompress(content)) for content in contents)
    return train_x[:, None], train_y, test_x[:, None], test_y


def _idx(content):
    """The array in an idx file of bytes: two zero bytes, the type 8, the number of axes, their lengths, the values."""
    if content[:3] != b"\x00\x00\x08":
        raise DataError(f"not an idx file of bytes: it starts with {content[:4].hex()}")
    axes = content[3]
    shape = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _cifar_archive(content):
    """CIFAR-10's official archive. Its batches are pickles: the content must be known to be the genuine one."""
    # Members are read in memory and nothing is extracted, so no path in the archive can reach the disk.
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:

        def batch(name):
            return pickle.loads(archive.extractfile(f"cifar-10-batches-py/{name}").read(), encoding="bytes")

        train, test = [batch(f"data_batch_{i}") for i in range(1, 6)], batch("test_batch")
    train_x = np.concatenate([b[b"data"] for b in train]).reshape(-1, 3, 32, 32)
    train_y = np.concatenate([b[b"labels"] for b in train])
    return train_x, train_y, test[b"data"].reshape(-1, 3, 32, 32), test[b"labels"]


def _cifar_subset(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as npz:
        return npz["train_images"], npz["train_labels"], npz["test_images"], npz["test_labels"]


def _cifar_jpeg(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as npz:
        train, test = ((_decode(npz[f"{s}_jpeg"], npz[f"{s}_offsets"]), npz[f"{s}_labels"]) for s in ("train", "test"))
        return *train, *test


def _decode(jpeg, offsets):
    """Decode JPEG images that lie one after another in a buffer of bytes: (n, 3, height, width) uint8."""
    try:
        from PIL import Image
    except ImportError:
        raise DataError("cifar10-jpeg needs the package pillow: install nbkit[book]") from None
    buffer = jpeg.tobytes()
    decoded = [np.asarray(Image.open(io.BytesIO(buffer[a:b])).convert("RGB")) for a, b in itertools.pairwise(offsets)]
    return np.stack(decoded).transpose(0, 3, 1, 2)


_PARSERS = {
    "mnist": _mnist,
    "cifar10": _cifar_archive,
    "cifar10-subset": _cifar_subset,
    "cifar10-jpeg": _cifar_jpeg,
}

_EXPECTED = {  # shape of an image, then the training and the test images of each class
    "mnist": (
        (1, 28, 28),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    ),
    "cifar10": ((3, 32, 32), [5000] * 10, [1000] * 10),
    "cifar10-jpeg": ((3, 32, 32), [5000] * 10, [1000] * 10),
    "cifar10-subset": (
        (3, 32, 32),
        [517, 524, 490, 493, 537, 475, 503, 516, 529, 501],
        [105, 93, 100, 104, 92, 87, 114, 102, 110, 110],
    ),
}


def _check(images):
    """Raise DataError unless shapes, label counts and, for MNIST, the well-known pixel statistics are as published."""
    name = images.variant
    shape, *counts = _EXPECTED[name]
    for x, y, per_class in zip(images[0:4:2], images[1:4:2], counts):
        if x.shape != (sum(per_class), *shape) or y.bincount(minlength=10).tolist() != per_class:
            raise DataError(f"{name}: parsed to images of shape {tuple(x.shape)} with unexpected label counts")
    x = images.train_x
    if name == "mnist" and not (abs(x.mean() - 0.1307) < 1e-4 and abs(x.std() - 0.3081) < 1e-4):
        raise DataError(f"mnist: pixel mean and SD are {x.mean():.4f} and {x.std():.4f}, not 0.1307 and 0.3081")
