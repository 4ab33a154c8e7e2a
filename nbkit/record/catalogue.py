"""The table of recordings in `book/results/README.md`: every recipe, and what has been recorded of it.

`nbkit record` rewrites it after each recording; `python -m nbkit.record.catalogue` does so at any other time.
"""

from __future__ import annotations

from nbkit import record, results

START, END = "<!-- recordings -->\n", "<!-- end of recordings -->\n"


def table() -> str:
    """One row a recipe, in Markdown: its name, its chapter, what it records, and what there is of it."""
    rows = ["| recipe | chapter | what it records | recorded |", "|---|---|---|---|"]
    rows += [f"| `{name}` | {r.chapter} | {r.about} | {status(name)} |" for name, r in record.recipes().items()]
    return "\n".join(rows) + "\n"


def status(name: str) -> str:
    """What a recording says of itself and how long it took, or "missing"."""
    dataset = results.recorded(name)
    if dataset is None:
        return "missing"
    minutes = float(dataset.attrs["seconds"]) / 60
    return f"{results.label(dataset)}; {float(f'{minutes:.2g}'):g} min"


def updated(text: str) -> str:
    """The page with the table as it is now; raises ValueError for a page without its two marks."""
    if START not in text or END not in text:
        raise ValueError(f"the page of recordings needs the lines {START.strip()} and {END.strip()}")
    before, rest = text.split(START)
    return before + START + "\n" + table() + "\n" + END + rest.split(END)[1]


def update() -> None:
    """Rewrite the table in the folder of recordings, where there is such a page."""
    page = results.RECORDED / "README.md"
    if page.exists():
        page.write_text(updated(page.read_text(encoding="utf8")), encoding="utf8")


if __name__ == "__main__":
    update()
