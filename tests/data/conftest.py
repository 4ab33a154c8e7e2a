import os
import shutil

import pytest

from nbkit import ROOT
from nbkit.data import files


@pytest.fixture(scope="session")
def shared_data():
    """The folder of local copies that the tests read; a machine without it fails, it does not skip."""
    folder = (ROOT / os.environ.get("NBKIT_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.fail(f"these tests need MNIST and CIFAR-10 in the folder NBKIT_DATA names, and {folder} is not there")
    return folder


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path):
    """No test sees the user's NBKIT_DATA or download cache, unless it asks."""
    monkeypatch.delenv("NBKIT_DATA", raising=False)
    monkeypatch.setattr(files, "cache", lambda: tmp_path / "cache")


@pytest.fixture
def local(monkeypatch, shared_data):
    """NBKIT_DATA is the folder of local copies."""
    monkeypatch.setenv("NBKIT_DATA", str(shared_data))
    return shared_data


@pytest.fixture
def copy(monkeypatch, tmp_path, shared_data):
    """NBKIT_DATA is an own folder with copies of the two label files of MNIST, free to be damaged."""
    (tmp_path / "own" / "mnist").mkdir(parents=True)
    for name in ("train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
        shutil.copyfile(shared_data / "mnist" / name, tmp_path / "own" / "mnist" / name)
    monkeypatch.setenv("NBKIT_DATA", str(tmp_path / "own"))
    return tmp_path / "own"
