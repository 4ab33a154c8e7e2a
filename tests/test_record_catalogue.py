"""The page of recordings lists every recipe and says truly what has been recorded."""

import pytest
import xarray as xr

from nbkit import record, results
from nbkit.record import catalogue


def test_the_page_in_the_book_is_up_to_date():
    page = (results.RECORDED / "README.md").read_text(encoding="utf8")
    assert page == catalogue.updated(page), "run: python -m nbkit.record.catalogue"


def test_every_recipe_has_a_row_that_follows_the_files(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RECORDED", tmp_path)
    attrs = {"preset": "paper", "device": "a GPU", "date": "2026-01-02 03:04 UTC", "seconds": 90.0}
    results.save(xr.Dataset(attrs=attrs), tmp_path / "map-lenet.nc")
    rows = {line.split("`")[1]: line for line in catalogue.table().splitlines()[2:]}
    assert list(rows) == list(record.recipes())
    assert rows.pop("map-lenet").endswith("| paper, a GPU, 2026-01-02, commit unknown; 1.5 min |")
    assert all(row.endswith("| missing |") for row in rows.values())


def test_a_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="needs the lines"):
        catalogue.updated("# Recordings\n")
