import errno
import http.server
import threading
import time
from pathlib import Path

import pytest
import requests

from nbkit import data
from nbkit.data import files

LABELS = "t10k-labels-idx1-ubyte.gz"
SMALL = files.FILES["mnist"][3]  # 4,542 bytes


def the_only_file(monkeypatch, file):
    monkeypatch.setitem(files.FILES, "mnist", (file,))


def test_local_copies_are_found_and_verified(local):
    assert data.verify("mnist") == [(file.name, "ok") for file in files.FILES["mnist"]]
    assert data.verify("cifar10") == [("cifar-10-python.tar.gz", "missing")]
    assert data.available() == {
        "digits": "scikit-learn",
        "mnist": str(local / "mnist"),
        "cifar10-subset": str(local / "cifar10"),
        "cifar10-jpeg": str(local / "cifar10"),
    }
    assert data.fetch("mnist") == [local / "mnist" / file.name for file in files.FILES["mnist"]]


def test_without_local_copies_only_digits_is_here():
    assert data.available() == {"digits": "scikit-learn"} and data.fetch("digits") == []


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda content: content[:-100], "4442 bytes instead of 4542"),
        (lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:], "wrong checksum"),
        (lambda content: b"", "0 bytes instead of 4542"),
    ],
)
def test_a_damaged_copy_is_refused_in_a_sentence(copy, monkeypatch, damage, status):
    the_only_file(monkeypatch, SMALL)
    path = copy / "mnist" / LABELS
    assert len(files.read("mnist")[0]) == 4542
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(data.DataError) as error:
        files.read("mnist")
    assert str(error.value) == f"mnist: {path} is damaged ({status}): delete it or replace it"
    assert data.verify("mnist") == [(LABELS, status)]


def test_local_copies_go_before_downloads(copy, monkeypatch):
    the_only_file(monkeypatch, SMALL)
    (files.cache() / "mnist").mkdir(parents=True)
    (files.cache() / "mnist" / LABELS).write_bytes(b"")
    assert data.fetch("mnist") == [copy / "mnist" / LABELS]


def test_a_relative_folder_counts_from_the_book(monkeypatch, shared_data):
    monkeypatch.setattr(files, "ROOT", shared_data)
    monkeypatch.setenv("NBKIT_DATA", f"../{shared_data.name}")
    assert "mnist" in data.available()


def test_a_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("NBKIT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(data.DataError, match="NBKIT_DATA must name a folder, but there is none at"):
        data.available()


def test_an_unknown_set_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError) as error:
        data.fetch("cifar-10")
    assert str(error.value).startswith("data must be one of digits, mnist") and "mean 'cifar10'" in str(error.value)


def test_fingerprint_follows_the_data_and_not_the_folder(copy, monkeypatch):
    the_only_file(monkeypatch, SMALL)
    before, of_digits = data.fingerprint(), data.fingerprint("digits")
    path = copy / "mnist" / LABELS
    files.cache().joinpath("mnist").mkdir(parents=True)
    path.rename(files.cache() / "mnist" / LABELS)
    assert data.fingerprint() == before
    (files.cache() / "mnist" / LABELS).unlink()
    assert data.fingerprint() != before and data.fingerprint("digits") == of_digits
    assert data.fingerprint("digits") != data.fingerprint("cifar10-jpeg")


def test_fingerprint_is_fast(local):
    start = time.perf_counter()
    assert len(data.fingerprint()) == 12
    assert time.perf_counter() - start < 0.1


# downloads: a server on localhost, whose folders good/ and bad/ hold a true and a false copy


@pytest.fixture
def server(tmp_path, shared_data, monkeypatch):
    """Its address, and the list of the folders it was asked for."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    copies = {"good": (shared_data / "mnist" / LABELS).read_bytes(), "bad": b"<html>sorry</html>"}
    for folder, content in copies.items():
        (tmp_path / "www" / folder).mkdir(parents=True)
        (tmp_path / "www" / folder / LABELS).write_bytes(content)

    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / "www"))

        def do_GET(self):
            asked.append(self.path.split("/")[1])
            super().do_GET()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/", asked
        httpd.shutdown()


def test_mirrors_are_tried_in_turn_until_the_checksum_is_right(server, monkeypatch):
    url, asked = server
    the_only_file(monkeypatch, SMALL._replace(mirrors=tuple(f"{url}{m}/{LABELS}" for m in ("absent", "bad", "good"))))
    (path,) = data.fetch("mnist")
    assert path == files.cache() / "mnist" / LABELS and data.verify("mnist") == [(LABELS, "ok")]
    assert asked == ["absent", "bad", "good"]
    asked.clear()
    assert data.fetch("mnist") == [path] and asked == []
    assert [p.name for p in path.parent.iterdir()] == [LABELS]


def test_when_every_mirror_fails_one_sentence_says_so(server, monkeypatch):
    url, asked = server
    host = url.split("/")[2]
    the_only_file(monkeypatch, SMALL._replace(mirrors=(f"{url}bad/{LABELS}",)))
    with pytest.raises(data.DataError) as error:
        files.read("mnist")
    assert str(error.value) == (
        f"mnist: {LABELS} is not here and cannot be downloaded ({host}: wrong checksum); "
        "put it into the folder mnist of NBKIT_DATA"
    )
    assert asked == ["bad", "bad"] and data.verify("mnist") == [(LABELS, "missing")]


def refuse(monkeypatch, error):
    def retrieve(*args, **options):
        raise error

    monkeypatch.setattr(files.pooch, "retrieve", retrieve)


def test_cifar10_without_network_names_the_variants_that_are_here(local, monkeypatch):
    refuse(monkeypatch, requests.exceptions.ConnectionError("no route"))
    with pytest.raises(data.DataError) as error:
        data.fetch("cifar10")
    sentence = str(error.value)
    assert "zenodo.org: ConnectionError" in sentence and "www.cs.toronto.edu: ConnectionError" in sentence
    assert sentence.endswith("or use what is here: 'cifar10-subset' or 'cifar10-jpeg'")


def test_a_full_disk_is_named(monkeypatch):
    refuse(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(data.DataError, match="No space left on device"):
        data.fetch("mnist")


def test_a_set_without_an_address_is_asked_for():
    with pytest.raises(
        data.DataError, match=r"cifar10_jpeg.npz .* \(it has no public address\); put it into .* cifar10"
    ):
        data.fetch("cifar10-jpeg")


def test_the_cache_is_a_folder_of_the_user(monkeypatch):
    monkeypatch.undo()
    assert isinstance(files.cache(), Path) and files.cache().name == "nbkit"
