import inspect
import subprocess
import sys

import pytest
import torch
from joblib.externals.loky import process_executor

from nbkit import device


def test_auto_takes_what_is_there():
    assert device.resolve("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


def test_unknown_device_is_refused():
    with pytest.raises(ValueError, match="auto, cpu or cuda"):
        device.resolve("gpu")


def test_missing_cuda_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="no CUDA device"):
        device.resolve("cuda")


def test_convolutions_on_a_gpu_are_as_exact_as_on_a_cpu():
    assert not torch.backends.cudnn.allow_tf32 and not torch.backends.cuda.matmul.allow_tf32


def test_cores_follow_the_press(monkeypatch):
    monkeypatch.setenv("NBKIT_CORES", "3")
    assert device.cores() == 3
    monkeypatch.setenv("NBKIT_CORES", "many")
    with pytest.raises(ValueError, match="NBKIT_CORES"):
        device.cores()


def test_same_seed_same_numbers():
    a, b = (torch.rand(5, generator=device.generator(4)) for _ in range(2))
    assert torch.equal(a, b)
    assert "core" in device.describe("cpu")


def test_uses_of_one_seed_are_independent_and_repeat():
    draw = lambda **use: torch.randn(4000, generator=device.generator(4, **use))
    assert torch.equal(draw(use="a"), draw(use="a"))
    for a, b in [("a", "b"), ("a", ""), ("ab", "a")]:
        assert abs(torch.corrcoef(torch.stack([draw(use=a), draw(use=b)]))[0, 1]) < 0.06


def test_a_replaced_worker_leaves_no_warning_on_the_page():
    note = "A worker stopped while some jobs were given to the executor"
    source = inspect.getsource(process_executor)
    assert "A worker stopped while some jobs were given" in source and "to the executor" in source  # else it is dead
    lines = ("import warnings", "from nbkit import device", f"warnings.warn('{note}. …')", "warnings.warn('another')")
    done = subprocess.run([sys.executable, "-c", "; ".join(lines)], capture_output=True, text=True)
    assert done.returncode == 0 and "UserWarning: another" in done.stderr and note not in done.stderr


def test_chapters_share_cores_but_no_gpu(monkeypatch):
    monkeypatch.setenv("NBKIT_CORES", "3")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.side_by_side() == 3
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.side_by_side() == 1
