"""The site: prose, executed chapters and generated tables become `_build/html`, and only if nothing is wrong with them.

All sources are copied to a temporary folder, jupyter-book builds there with warnings as errors, the pages are scanned,
and the finished folder is swapped in. What browsers load (formulas, widgets, the text face) comes from npm by lock file
and is served by the site itself; without npm the pages load it from public CDNs.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from nbkit import ROOT, ledger
from nbkit.scan import scan

BOOK = ROOT / "book"
VENDOR = BOOK / "_static" / "vendor"
GENERATED = {"_executed", "_generated", "vendor", "node_modules", "__pycache__", ".ipynb_checkpoints"}
KEY = ".sources"  # in the finished site: hash of what it was made from
VENDORED = {  # npm package → what to copy from it, licence first
    "@fontsource-variable/source-serif-4": ["LICENSE", "wght*.css", "files/*-wght-*.woff2"],
    "@jupyter-widgets/html-manager": ["package.json", "dist/embed.js.LICENSE.txt", "dist/embed.js", "dist/*.woff2"],
    "@jupyter-widgets/schema": ["LICENSE"],  # the widgets' licence, which html-manager itself leaves out
    "mathjax": [
        "LICENSE",
        "es5/tex-chtml.js",
        *(f"es5/{part}/**/*" for part in ("input", "output", "a11y", "sre", "ui")),
    ],
}


class SiteError(RuntimeError):
    """The site could not be built; the message holds the reasons, and the old site is untouched."""


def build(executed: Path, out: Path, *, vendored: bool | None = None, strict: bool = True) -> Path:
    """Build the site from the executed notebooks in the folder `executed`, put it in the place of `out`, return `out`.

    Does nothing when `out` is current. vendored: what `vendor` returned, where it was called before. strict: warnings
    and faults found by `scan` end the build (SiteError); otherwise they are printed.
    """
    out = Path(out).absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    vendored = vendor() if vendored is None else vendored
    sources = key(executed)
    if is_current(executed, out):
        return out
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as folder:
        stage = Path(folder)
        _stage(Path(executed), stage, vendored)
        problems = _jupyter_book(stage, strict)
        site = stage / "_build" / "html"
        problems = problems or scan(site, online=not vendored)
        if problems and (strict or not site.exists()):
            raise SiteError("\n".join(["the site was not built, the old one stays:", *problems]))
        print(*problems, sep="\n", end="\n" if problems else "")
        if not problems:
            (site / KEY).write_text(sources)
        _swap(site, out)
    return out


def is_current(executed: Path, out: Path) -> bool:
    """Whether the site in `out` was built from what is there now."""
    stamp = Path(out) / KEY
    return stamp.is_file() and stamp.read_text() == key(executed)


def key(executed: Path) -> str:
    """Hash of all the site is made from: configuration, prose, claims, recorded results, code, executed notebooks."""
    files = [ROOT / name for name in ("_config.yml", "_toc.yml", "requirements.txt")]
    files += [path for folder in (BOOK, ROOT / "nbkit") for path in sorted(folder.rglob("*")) if path.is_file()]
    digest = hashlib.sha256(str(_vendored()).encode())
    for path in files:
        place = path.relative_to(ROOT)
        if not any(part in GENERATED or part.startswith(".") for part in place.parts):
            digest.update(str(place).encode() + path.read_bytes())
    for name in chapters():
        notebook = Path(executed) / f"{name}.ipynb"
        digest.update(name.encode() + (notebook.read_bytes() if notebook.exists() else b""))
    return digest.hexdigest()


def chapters() -> list[str]:
    """Names of the chapters in the table of contents, in its order."""
    return re.findall(r"^\s*- file: book/_executed/(\S+)", (ROOT / "_toc.yml").read_text(encoding="utf8"), re.MULTILINE)


# What the browser loads


def vendor() -> bool:
    """Bring what the pages load to book/_static/vendor, once per lock file.

    Returns False, with one printed line, when it cannot be had; the pages then load it from public CDNs.
    """
    if _vendored():
        return True
    npm = shutil.which("npm")
    if npm is None:
        print("npm was not found: the site will load formulas and widgets from public CDNs")
        return False
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VENDOR.parent, prefix=".vendor-") as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(BOOK / "web" / name, folder)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            reason = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "no reason given")
            print(f"npm could not fetch the site's scripts ({reason}): the site will load them from public CDNs")
            return False
        new = Path(folder) / "vendor"
        for package, patterns in VENDORED.items():
            _pick(Path(folder) / "node_modules" / package, patterns, new / package.rpartition("/")[2])
        (new / ".lock").write_text(_lock())
        _swap(new, VENDOR)
    return True


def _pick(package: Path, patterns: list[str], place: Path) -> None:
    """Copy the files that match, without the folder (dist, es5) in which a package keeps what it built."""
    for pattern in patterns:
        for path in filter(Path.is_file, package.glob(pattern)):
            parts = path.relative_to(package).parts
            target = place.joinpath(*parts[1:] if parts[0] in ("dist", "es5") else parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _lock() -> str:
    return hashlib.sha256((BOOK / "web" / "package-lock.json").read_bytes() + repr(VENDORED).encode()).hexdigest()


def _vendored() -> bool:
    stamp = VENDOR / ".lock"
    return stamp.is_file() and stamp.read_text() == _lock()


# The build


def _stage(executed: Path, stage: Path, vendored: bool) -> None:
    """Copy all sources to `stage` and write the generated pieces there."""
    missing = [name for name in chapters() if not (executed / f"{name}.ipynb").exists()]
    if missing:
        raise SiteError(f"not executed yet: {', '.join(missing)}; run 'make book' or 'nbkit build'")
    ignored = GENERATED - {"vendor"} if vendored else GENERATED
    shutil.copytree(BOOK, stage / "book", ignore=shutil.ignore_patterns(*ignored, "web", "results", ".*"))
    notebooks, pieces = stage / "book" / "_executed", stage / "book" / "_generated"
    notebooks.mkdir()
    pieces.mkdir()
    for name in chapters():
        shutil.copyfile(executed / f"{name}.ipynb", notebooks / f"{name}.ipynb")
        _figures(notebooks / f"{name}.ipynb", pieces / name[:2])
    shutil.copyfile(ROOT / "_toc.yml", stage / "_toc.yml")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf8"))
    if not vendored:
        config["sphinx"]["config"] = _without_vendor(config["sphinx"]["config"])
    (stage / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf8")
    records = ledger.collect(notebooks)
    generated = {
        "claims": ledger.table_markdown(records),
        "verdict_counts": verdict_counts(ledger.counts(records)),
        "runtimes": runtimes(notebooks),
        "looks": looks(),
        "api": api(),
    }
    for name, text in generated.items():
        (pieces / f"{name}.md").write_text(text + "\n", encoding="utf8")


def _figures(notebook: Path, folder: Path) -> None:
    """Write a notebook's glued figures to `folder` as NAME.svg or NAME.png, for pages that are no notebooks."""
    folder.mkdir(exist_ok=True)
    for cell in json.loads(notebook.read_text(encoding="utf8"))["cells"]:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            data = {mime: "".join(text) for mime, text in output.get("data", {}).items() if mime.startswith("image/")}
            if name and "image/svg+xml" in data:
                (folder / f"{name}.svg").write_text(data["image/svg+xml"], encoding="utf8")
            elif name and "image/png" in data:
                (folder / f"{name}.png").write_bytes(base64.b64decode(data["image/png"]))


def _without_vendor(value):
    """The configuration without the values that point into the vendor folder; the libraries' own defaults are CDNs."""
    local = lambda item: isinstance(item, str) and item.startswith("vendor/")
    if isinstance(value, dict):
        kept = {k: _without_vendor(v) for k, v in value.items() if not local(k) and not local(v)}
        return {k: v for k, v in kept.items() if v or not value[k]}
    return [_without_vendor(item) for item in value if not local(item)] if isinstance(value, list) else value


def _jupyter_book(stage: Path, strict: bool) -> list[str]:
    """Run jupyter-book on the staged sources; returns its last warnings, or what it said when it failed without one."""
    start = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command = [*start, "build", str(stage), "--path-output", str(stage)]
    options = ["-q", "-n", "--keep-going", *(["-W"] if strict else [])]
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([*command, *options], cwd=stage, env=plain, capture_output=True, text=True)
    lines = [line.replace(f"{stage}{os.sep}", "") for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    warnings = [line for line in lines if "WARNING" in line or "ERROR" in line]
    return (warnings or (lines if done.returncode else []))[-20:]


def _swap(new: Path, place: Path) -> None:
    """Put the folder `new` in the place of `place`; when that fails the old one is put back."""
    old = place.with_name(f".old-{place.name}-{os.getpid()}")
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


# The generated pieces


def verdict_counts(counts: dict[str, int]) -> str:
    """A Markdown sentence that counts the verdicts."""
    parts = ", ".join(f"**{count}** {verdict}" for verdict, count in counts.items() if count)
    return f"Of {sum(counts.values())} claims: {parts}."


def runtimes(executed: Path) -> str:
    """Markdown table of the executed notebooks in a folder: chapter, preset, device, seconds, date, status."""
    rows = ["| chapter | preset | device | seconds | date | status |", "|---|---|---|--:|---|---|"]
    for path in sorted(Path(executed).glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf8"))
        made, ran = (notebook["metadata"].get(name, {}) for name in ("nbkit", "papermill"))
        preset, device, date = (made.get(name, "unknown") for name in ("preset", "device", "date"))
        seconds = f"{made.get('seconds') or ran.get('duration') or 0:.0f}"
        status = "failed" if ran.get("exception") else "complete"
        rows.append(f"| [](_executed/{path.stem}) | {preset} | {device} | {seconds} | {date} | {status} |")
    return "\n".join(rows)


def looks() -> str:
    """Markdown table of the colours and markers in the figures: networks, then training regimes."""
    from nbkit.figures.style import ARCHITECTURES, REGIMES

    markers = dict(zip("osD^v<>PX", "●■◆▲▼◀▶✚✖"))
    rows = ["| network or regime | colour and marker |", "|---|---|"]
    for look in (ARCHITECTURES | REGIMES).values():
        rows.append(f'| {look["label"]} | <span style="color: {look["color"]}">{markers[look["marker"]]}</span> |')
    return "\n".join(rows)


def api() -> str:
    """Markdown of the library reference: a table of modules with their first lines, then each module's docstrings."""
    table, sections = ["| module | subject |", "|---|---|"], []
    for path in sorted((ROOT / "nbkit").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if name in ("nbkit", "nbkit.__main__"):
            continue
        subject = (ast.get_docstring(ast.parse(path.read_text(encoding="utf8"))) or "").partition("\n")[0]
        label = name.replace(".", "-")
        table.append(f"| [{name}](#{label}) | {subject.replace('|', chr(92) + '|')} |")
        directive = f"```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```"
        sections.append(f"({label})=\n## {name}\n\n{directive}")
    return "\n\n".join(["\n".join(table), *sections])
