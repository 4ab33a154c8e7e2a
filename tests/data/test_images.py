import gzip
import hashlib
import io
import pickle
import sys
import tarfile

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from nbkit.data import DataError, files, images


def assert_well_formed(loaded):
    for x, y in (loaded[:2], loaded[2:4]):
        assert x.dtype == torch.float32 and y.dtype == torch.int64 and len(x) == len(y)
        assert x.min() == 0 and x.max() == 1


def test_digits_are_scikit_learns_split_in_two():
    digits = images.load("digits")
    assert_well_formed(digits)
    assert digits.train_x.shape == (1297, 1, 8, 8) and digits.test_x.shape == (500, 1, 8, 8)
    assert digits.variant == "digits" and len(digits.fingerprint) == 12
    # together they are the whole set, and each class has its share in both
    original = load_digits()
    rows = torch.cat([digits.train_x, digits.test_x]).reshape(-1, 64).numpy() * 16
    pairs = np.c_[rows, torch.cat([digits.train_y, digits.test_y])]
    expected = np.c_[original.data, original.target]
    assert np.array_equal(np.unique(pairs, axis=0), np.unique(expected, axis=0)) and len(pairs) == len(expected)
    assert np.abs(digits.test_y.bincount() - 500 * np.bincount(original.target) / 1797).max() < 1
    again = images.load("digits")
    assert torch.equal(again.train_x, digits.train_x) and again.fingerprint == digits.fingerprint


def test_mnist_is_read_from_local_copies(local):
    mnist = images.load("mnist")
    assert_well_formed(mnist)
    assert mnist.train_x.shape == (60_000, 1, 28, 28) and mnist.test_x.shape == (10_000, 1, 28, 28)
    assert mnist.variant == "mnist" and mnist.fingerprint == files.fingerprint("mnist")
    assert mnist.train_y[:5].tolist() == [5, 0, 4, 1, 9]  # the well-known first images
    assert mnist.train_x.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train_x.std().item() == pytest.approx(0.3081, abs=5e-5)
    with gzip.open(local / "mnist" / "t10k-images-idx3-ubyte.gz") as stream:
        last = np.frombuffer(stream.read()[-784:], np.uint8).reshape(28, 28)
    assert np.array_equal(mnist.test_x[-1, 0] * 255, last)


def test_cifar_subset_is_labelled_as_what_it_is(local):
    subset = images.load("cifar10-subset")
    assert_well_formed(subset)
    assert subset.train_x.shape == (5085, 3, 32, 32) and subset.test_x.shape == (1017, 3, 32, 32)
    assert subset.variant == "cifar10-subset"


def test_jpeg_copies_decode_to_about_the_exact_pixels(shared_data):
    folder = shared_data / "cifar10"
    with np.load(folder / "cifar10_exact_subset.npz") as exact, np.load(folder / "cifar10_jpeg.npz") as jpeg:
        index, pixels, labels = exact["test_index"][:40], exact["test_images"][:40], exact["test_labels"][:40]
        offsets, buffer = jpeg["test_offsets"], jpeg["test_jpeg"]
        assert np.array_equal(jpeg["test_labels"][index], labels)
    decoded = np.concatenate([images._decode(buffer, offsets[i : i + 2]) for i in index])
    psnr = 10 * np.log10(255**2 / ((decoded.astype(float) - pixels) ** 2).mean())
    assert decoded.shape == (40, 3, 32, 32) and psnr == pytest.approx(30.5, abs=1.5)


def test_the_jpeg_set_is_never_called_cifar10(monkeypatch, tmp_path):
    """A set of the same form with one image a class, made here, goes through the loader."""
    from PIL import Image

    def jpegs(value):
        stream = io.BytesIO()
        Image.new("RGB", (32, 32), (value, 0, 255 - value)).save(stream, "jpeg", quality=95)
        return stream.getvalue()

    arrays = {}
    for part in ("train", "test"):
        parts = [jpegs(20 * k) for k in range(10)]
        arrays[f"{part}_jpeg"] = np.frombuffer(b"".join(parts), np.uint8)
        arrays[f"{part}_offsets"] = np.cumsum([0, *map(len, parts)])
        arrays[f"{part}_labels"] = np.arange(10, dtype=np.uint8)
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    install(monkeypatch, tmp_path, "cifar10-jpeg", "cifar10_jpeg.npz", stream.getvalue())
    loaded = images.load("cifar10-jpeg")
    assert loaded.variant == "cifar10-jpeg" and loaded.train_y.tolist() == list(range(10))
    for channel, sign in ((0, 1), (2, -1)):
        values = loaded.train_x[:, channel].mean((1, 2)) * 255
        expected = torch.arange(0, 200, 20) if sign == 1 else 255 - torch.arange(0, 200, 20)
        assert (values - expected).abs().max() < 3


def test_decoding_without_pillow_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(DataError, match=r"needs the package pillow: install nbkit\[book\]"):
        images._decode(np.zeros(0, np.uint8), np.zeros(1, int))


# the official archive, by a small one of the same form


def install(monkeypatch, folder, name, filename, content, *, per_class=1):
    """Make `content` the genuine file of the set, in NBKIT_DATA, with `per_class` images a class."""
    (folder / "cifar10").mkdir(exist_ok=True)
    (folder / "cifar10" / filename).write_bytes(content)
    file = files.File(filename, len(content), hashlib.md5(content).hexdigest())
    monkeypatch.setitem(files.FILES, name, (file,))
    monkeypatch.setitem(images._EXPECTED, name, ((3, 32, 32), [per_class] * 10, [1] * 10))
    monkeypatch.setenv("NBKIT_DATA", str(folder))


def archive(batches):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in batches.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def batch(rows, labels):
    # protocol 2 and byte keys, as Python 2 wrote the official batches
    return pickle.dumps({b"data": rows, b"labels": labels, b"batch_label": b"x"}, protocol=2)


@pytest.fixture
def small_archive():
    rows = np.random.default_rng(0).integers(0, 256, (60, 3072), dtype=np.uint8)
    order = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    parts = {name: batch(rows[10 * i : 10 * i + 10], list(range(10))) for i, name in enumerate(order)}
    return rows, archive(dict(reversed(parts.items())))  # the order inside the archive must not matter


def test_the_official_archive_is_parsed_channel_first(monkeypatch, tmp_path, small_archive):
    rows, content = small_archive
    install(monkeypatch, tmp_path, "cifar10", "cifar-10-python.tar.gz", content, per_class=5)
    loaded = images.load("cifar10")
    assert loaded.variant == "cifar10" and loaded.train_y.tolist() == list(range(10)) * 5
    assert loaded.train_x[37, 1, 2, 3] * 255 == rows[37, 1024 + 2 * 32 + 3]  # green, row 2, column 3
    assert np.array_equal(loaded.test_x.reshape(10, -1) * 255, rows[50:].astype(np.float32))
    assert [path.name for path in tmp_path.rglob("*batch*")] == []  # nothing is unpacked to the disk


def test_unexpected_label_counts_are_refused(monkeypatch, tmp_path, small_archive):
    install(monkeypatch, tmp_path, "cifar10", "cifar-10-python.tar.gz", small_archive[1], per_class=6)
    with pytest.raises(DataError, match=r"cifar10: parsed to images of shape \(50, 3, 32, 32\) with unexpected"):
        images.load("cifar10")


def test_nothing_is_unpickled_before_the_checksum_is_right(monkeypatch, tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").write_text, ("!",))

    content = archive({"data_batch_1": pickle.dumps(Trap())})
    install(monkeypatch, tmp_path, "cifar10", "cifar-10-python.tar.gz", content)
    genuine = files.FILES["cifar10"][0]._replace(md5="c58f30108f718f92721af3b95e74349a")
    monkeypatch.setitem(files.FILES, "cifar10", (genuine,))
    with pytest.raises(DataError, match="wrong checksum"):
        images.load("cifar10")
    assert not (tmp_path / "sprung").exists()


def test_a_pickle_inside_an_npz_is_refused(monkeypatch, tmp_path):
    stream = io.BytesIO()
    np.savez(stream, train_images=np.array([{}], dtype=object))
    install(monkeypatch, tmp_path, "cifar10-subset", "cifar10_exact_subset.npz", stream.getvalue())
    with pytest.raises(ValueError, match="allow_pickle=False"):
        images.load("cifar10-subset")


def test_an_idx_file_of_another_type_is_refused():
    with pytest.raises(DataError, match="not an idx file of bytes"):
        images._idx(b"\x00\x00\x0d\x01" + bytes(8))


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="did you mean 'mnist'"):
        images.load("minst")
