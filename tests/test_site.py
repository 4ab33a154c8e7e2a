"""The site: its pieces, what the scan finds, what a failed build leaves behind, and (marked `book`) the built pages."""

import functools
import http.server
import importlib.util
import json
import os
import re
import shutil
import threading

import docutils.core
import docutils.nodes
import pytest

from nbkit import ROOT, site
from nbkit.scan import scan

GOOD = '<html><body><h1 id="top">Title</h1><a href="#top">up</a><a href="https://example.org">out</a></body></html>'


@pytest.mark.parametrize(
    "html, fault",
    [
        ('<script src="https://example.org/a.js"></script>', "loads https://example.org/a.js from another site"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "loads //example.org/a.css from another site"),
        ('<img src="http://example.org/a.png" alt="A real sentence.">', "loads http://example.org/a.png"),
        (
            '<img srcset="https://example.org/a.png 2x" src="" alt="A real sentence.">',
            "loads https://example.org/a.png",
        ),
        ("<style>@font-face { src: url('https://example.org/a.woff2') }</style>", "loads https://example.org/a.woff2"),
        ('<p style="background: url(https://example.org/a.png)">x</p>', "loads https://example.org/a.png"),
        ('<script src="missing.js"></script>', "loads missing.js, which does not exist"),
        ('<img src="data:," alt="">', "no meaningful alternative text"),
        ('<img src="data:,">', "no meaningful alternative text"),
        ('<img src="data:," alt="../_images/0a1b.png">', "no meaningful alternative text"),
        ('<img src="data:," alt="my figure.svg">', "no meaningful alternative text"),
        ('<a href="#nowhere">x</a>', "links to #nowhere, but there is no such anchor"),
        ('<a href="other.html#nowhere">x</a>', "links to other.html#nowhere, but there is no such anchor"),
        ('<a href="gone.html">x</a>', "links to gone.html, which does not exist"),
        ('<span id="papermill-error-cell">x</span>', "papermill's mark"),
        ('<div class="system-message">x</div>', "an error that Sphinx left"),
    ],
)
def test_scan_finds_the_fault(tmp_path, html, fault):
    (tmp_path / "other.html").write_text(GOOD)
    (tmp_path / "page.html").write_text(f"<html><body>{html}</body></html>")
    (problem,) = scan(tmp_path)
    assert problem.startswith("page.html: ") and fault in problem


def test_scan_accepts_a_good_page(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "page.html").write_text(
        '<img src="../a%20b.png" alt="Accuracy against frequency."><a href="../index.html#top">x</a><a href="#">y</a>'
        '<a href="mailto:a@example.org">z</a><p style="color: red" id="é"><a href="#%C3%A9">w</a></p>'
    )
    (tmp_path / "a b.png").touch()
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "a.css").write_text("p { background: url(a.png) }")
    assert scan(tmp_path) == []


def test_scan_reads_style_sheets_and_can_allow_other_sites(tmp_path):
    (tmp_path / "page.html").write_text('<script src="https://example.org/a.js"></script>')
    (tmp_path / "a.css").write_text('@import url("https://example.org/a.css");')
    assert len(scan(tmp_path)) == 2
    assert scan(tmp_path, online=True) == []


@pytest.fixture
def executed(tmp_path):
    """A folder with a bare notebook for every chapter of the table of contents."""
    folder = tmp_path / "executed"
    folder.mkdir()
    made = {"preset": "smoke", "device": "CPU, 2 cores", "seconds": 12.3, "date": "2020-01-02"}
    notebook = {"cells": [], "metadata": {"nbkit": made, "papermill": {}}, "nbformat": 4, "nbformat_minor": 5}
    for name in site.chapters():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    return folder


@pytest.fixture
def press(monkeypatch):
    """Stands in for jupyter-book: writes one page, or gives back the warnings put into the list it returns."""
    warnings = []

    def jupyter_book(stage, strict):
        assert (stage / "book" / "_generated" / "claims.md").stat().st_size > 1000
        assert not (stage / "book" / "web").exists()
        html = stage / "_build" / "html"
        html.mkdir(parents=True)
        (html / "index.html").write_text(GOOD)
        return warnings

    monkeypatch.setattr(site, "_jupyter_book", jupyter_book)
    monkeypatch.setattr(site, "vendor", lambda: False)
    return warnings


def test_only_a_faultless_build_replaces_the_site(tmp_path, executed, press):
    out = tmp_path / "site" / "html"
    assert site.build(executed, out) == out
    (out / "index.html").write_text("old")
    press.append("book/intro.md:1: WARNING: no such thing")
    (executed / f"{site.chapters()[0]}.ipynb").write_text('{"cells": [], "metadata": {}}')
    with pytest.raises(site.SiteError, match="old one stays:\nbook/intro"):
        site.build(executed, out)
    assert (out / "index.html").read_text() == "old"
    press.clear()
    site.build(executed, out)
    assert (out / "index.html").read_text() == GOOD
    assert [path.name for path in out.parent.iterdir()] == ["html"]


def test_an_unchanged_site_is_not_built_again(tmp_path, executed, press):
    out = tmp_path / "html"
    assert not site.is_current(executed, out)
    site.build(executed, out)
    (out / "index.html").write_text("kept")
    site.build(executed, out)
    assert (out / "index.html").read_text() == "kept"
    (executed / f"{site.chapters()[0]}.ipynb").write_text('{"cells": [], "metadata": {}}')
    assert not site.is_current(executed, out)


def test_a_missing_chapter_is_named(tmp_path, executed, press):
    (executed / f"{site.chapters()[0]}.ipynb").unlink()
    with pytest.raises(site.SiteError, match=f"not executed yet: {site.chapters()[0]}"):
        site.build(executed, tmp_path / "html")


def test_swap_puts_the_old_folder_back_when_the_new_one_is_not_there(tmp_path):
    old = tmp_path / "html"
    old.mkdir()
    (old / "page").touch()
    with pytest.raises(FileNotFoundError):
        site._swap(tmp_path / "none", old)
    assert [path.name for path in tmp_path.rglob("*")] == ["html", "page"]


def test_glued_figures_become_files(tmp_path):
    def glued(name, mime, text):
        return {"data": {mime: text, "text/plain": "x"}, "metadata": {"scrapbook": {"name": name, "mime_prefix": ""}}}

    outputs = [
        glued("fig-lines", "image/svg+xml", ["<svg>\n", "</svg>"]),
        glued("fig-map", "image/png", "AAEC"),
        glued("number", "application/papermill.record/text/plain", "'3'"),
        {"data": {"image/png": "AAEC"}, "metadata": {}},
    ]
    (tmp_path / "07.ipynb").write_text(json.dumps({"cells": [{"outputs": outputs}, {}], "metadata": {}}))
    site._figures(tmp_path / "07.ipynb", tmp_path / "07")
    assert {path.name: path.read_bytes() for path in (tmp_path / "07").iterdir()} == {
        "fig-lines.svg": b"<svg>\n</svg>",
        "fig-map.png": bytes([0, 1, 2]),
    }


def test_runtimes_has_a_row_for_each_chapter(executed):
    name = site.chapters()[0]
    *_, row = site.runtimes(executed).splitlines()
    assert f"[](_executed/{site.chapters()[-1]})" in row and name
    assert row.endswith("| smoke | CPU, 2 cores | 12 | 2020-01-02 | complete |")


def test_verdict_counts_is_a_sentence():
    assert (
        site.verdict_counts({"reproduced": 3, "partly": 0, "not run": 4})
        == "Of 7 claims: **3** reproduced, **4** not run."
    )


def test_api_lists_every_module_once():
    text = site.api()
    assert text.count(".. automodule:: nbkit.site\n") == 1
    assert text.count("| [nbkit.ledger](#nbkit-ledger) | The claims ledger") == 1
    assert "__main__" not in text


def test_plain_docstrings_are_never_read_as_markup():
    path = ROOT / "book" / "_ext" / "plain_docstrings.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    docstring = (
        "The |k| of x_ and *args, `code`s and a [1]_ note.\n\nx: first\n    indented:: more\n- an `item`\n  goes on\n"
        "1. the next\n`name`  a subject\n\n    kept = as_it[*is]\n\n=====\nA. Title\n====="
    )
    tree = docutils.core.publish_doctree(
        "\n".join(module.to_rst(docstring)), settings_overrides={"report_level": 1, "halt_level": 1}
    )
    assert "The |k| of x_ and *args, codes and a [1]_ note." in tree.astext()
    assert [item.astext() for item in tree.findall(docutils.nodes.list_item)] == [
        "an item goes on",
        "the next",
        "name  a subject",
    ]
    assert [block.astext() for block in tree.findall(docutils.nodes.literal_block)] == ["kept = as_it[*is]"]


def test_without_vendor_only_what_points_there_is_dropped():
    config = {
        "a": "vendor/x.js",
        "b": {"vendor/y.js": {}},
        "c": ["vendor/z.css", "book.css"],
        "d": "kept",
        "e": None,
        "f": [],
    }
    assert site._without_vendor(config) == {"c": ["book.css"], "d": "kept", "e": None, "f": []}


def test_without_npm_the_build_says_where_scripts_come_from(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(site, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert site.vendor() is False
    assert capsys.readouterr().out == "npm was not found: the site will load formulas and widgets from public CDNs\n"


def test_the_lock_file_names_no_registry():
    packages = json.loads((ROOT / "book" / "web" / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package and "resolved" not in package for place, package in packages.items() if place)


def test_every_chapter_in_the_table_of_contents_has_a_source_and_every_cited_source_an_entry():
    assert all((ROOT / "chapters" / f"{name}.py").exists() for name in site.chapters())
    cited = set(re.findall(r"^ *source: (\w+)", (ROOT / "book" / "claims.yml").read_text(), re.MULTILINE))
    for page in [*(ROOT / "book").glob("*.md"), *(ROOT / "chapters").glob("*.py")]:
        for keys in re.findall(r"\{cite:?\w*\}`([^`]+)`", page.read_text()):
            cited |= {key.strip() for key in keys.split(",")}
    known = re.findall(r"^@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text(), re.MULTILINE)
    assert cited <= set(known)
    assert len(known) == len(set(known))


def test_verdict_colours_can_be_read_in_both_themes():
    css = (ROOT / "book" / "_static" / "book.css").read_text()
    for theme, ground in {"light": "#ffffff", "dark": "#121212"}.items():
        block = re.search(rf'html\[data-theme="{theme}"\] {{(.*?)}}', css, re.DOTALL)[1]
        colours = dict(re.findall(r"--book-([\w-]+): (#\w{6})", block))
        for name in ("accent", "reproduced", "partly", "not-reproduced", "open"):
            for behind in (ground, colours["faint"]):
                assert _contrast(colours[name], behind) >= 4.5, (theme, name, behind)


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours by the rule of the Web Content Accessibility Guidelines."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# The built site, in a browser


@pytest.fixture(scope="module")
def built():
    folder = ROOT / os.environ.get("NBKIT_SITE", "_build/html")
    assert (folder / "index.html").exists(), f"there is no site in {folder}: run 'make book' first"
    return folder


@pytest.fixture(scope="module")
def address(built):
    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "the browser test needs Chromium: install the package 'chromium'"
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", *quiet])
        yield instance
        instance.close()


@pytest.fixture
def visit(browser, address):
    """visit(page, theme, width): the page, opened and at rest; whatever went wrong on any of them fails the test."""
    contexts, faults = [], []

    def watch(tab):
        tab.on("pageerror", lambda error: faults.append(f"{tab.url}: {error}"))
        tab.on("console", lambda said: faults.append(f"{tab.url}: {said.text}") if said.type == "error" else None)
        tab.on("requestfailed", lambda request: faults.append(f"{tab.url}: {request.url} failed"))
        tab.on(
            "request", lambda request: faults.append(f"{tab.url} asks {request.url}") if foreign(request.url) else None
        )
        tab.on(
            "response", lambda got: faults.append(f"{tab.url}: {got.url} is {got.status}") if got.status > 399 else None
        )

    def foreign(url):
        return not url.startswith((address, "data:", "blob:"))

    def open_page(page, theme="light", width=1280):
        if not contexts:
            contexts.append(browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}))
            watch(contexts[0].new_page())
        tab = contexts[0].pages[0]
        tab.goto(address + page, wait_until="networkidle")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def pages(built):
    return sorted(str(path.relative_to(built)) for path in built.rglob("book/**/*.html"))


@pytest.mark.book
def test_scan_of_the_built_site_finds_nothing(built):
    assert scan(built) == []


@pytest.mark.book
def test_every_chapter_can_be_downloaded_as_an_executed_notebook(built):
    for name in site.chapters():
        page = (built / "book" / "_executed" / f"{name}.html").read_text()
        assert f'href="../../_sources/book/_executed/{name}.ipynb"' in page
        notebook = json.loads((built / "_sources" / "book" / "_executed" / f"{name}.ipynb").read_text())
        assert any(cell.get("outputs") for cell in notebook["cells"])


@pytest.mark.book
@pytest.mark.parametrize("theme, width", [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_pages_open_without_fault_in_both_themes_and_on_a_phone(visit, pages, theme, width):
    assert len(pages) >= 8
    for page in pages:
        tab = visit(page, theme, width)
        assert tab.evaluate("document.documentElement.dataset.theme") == theme
        overhang = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overhang <= 0, f"{page} is {overhang} pixels too wide for a screen of {width}"
        painted = tab.evaluate(
            "[...document.querySelectorAll('.bd-article img')].filter(image => { const style = getComputedStyle(image);"
            " return style.filter !== 'none' || style.backgroundColor !== 'rgba(0, 0, 0, 0)' }).map(image => image.alt)"
        )
        assert painted == [], f"{page}: pictures are painted over in the {theme} theme"
        empty = tab.evaluate(
            "[...document.querySelectorAll('img')].filter(i => i.complete && !i.naturalWidth).map(i => i.alt)"
        )
        assert empty == [], f"{page}: pictures do not show"


SHOWN = "[...document.querySelectorAll('.scrubber img')].find(image => image.offsetParent)?.src"


@pytest.mark.book
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scrubbers_move_by_key_and_by_play(built, visit, pages, theme):
    from playwright.sync_api import expect

    with_widgets = [page for page in pages if "application/vnd.jupyter.widget-view+json" in (built / page).read_text()]
    assert with_widgets, "no page has a widget"
    for page in with_widgets:
        tab = visit(page, theme)
        handle = tab.locator(".scrubber .noUi-handle").first
        handle.wait_for()
        first = tab.evaluate(SHOWN)
        assert first
        handle.focus()
        tab.keyboard.press("ArrowRight")
        tab.wait_for_function(f"before => {SHOWN} !== before", arg=first)
        # Play moves the slider, and the slider moves the picture; neighbours may look the same at the smallest size.
        place = handle.get_attribute("aria-valuenow")
        tab.get_by_role("button", name="Play or pause").first.click()
        expect(handle).not_to_have_attribute("aria-valuenow", place)


@pytest.mark.book
def test_formulas_are_typeset_in_the_text_and_searching_finds_a_page(visit, pages):
    tab = visit("book/notation.html")
    tab.wait_for_selector("mjx-container")
    tab = visit("search.html?q=ablation")
    tab.wait_for_selector("#search-results li")
