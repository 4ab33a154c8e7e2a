"""The command `nbkit`. Every import is made by the command that needs it, so that `nbkit --help` answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Build, run and check the book What Networks Prefer.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
data_app = typer.Typer(help="Fetch and verify the image sets.", no_args_is_help=True)
app.add_typer(data_app, name="data")

NO_VALUE = "-p {0} has no value; write -p {0} VALUE"
Preset = Annotated[str, typer.Option(help="smoke, book or paper")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME VALUE", help="set one parameter; repeat for more"),
]


@app.command()
def build(
    preset: Preset = "book",
    only: Annotated[list[str] | None, typer.Option(help="execute only this chapter (07); repeat for more")] = None,
    force: Annotated[bool, typer.Option(help="execute chapters that have not changed, too")] = False,
    site: Annotated[Path | None, typer.Option(help="folder for the site (default _build/html)")] = None,
) -> None:
    """Execute the chapters that changed and build the site; prints its path last."""
    from concurrent.futures import ThreadPoolExecutor

    from nbkit import press
    from nbkit import site as web

    _check_preset(preset)
    with press.lock(), ThreadPoolExecutor(1) as meanwhile:
        vendored = meanwhile.submit(web.vendor)
        outcomes = press.build(preset, only, force, say=_say)
        failed = [outcome.name for outcome in outcomes if outcome.error]
        if failed:
            _fail(
                f"the site was not built, because {len(failed)} of {len(outcomes)} chapters failed: {', '.join(failed)}"
            )
        out = web.build(press.PUBLISHED, site or press.BUILD / "html", vendored=vendored.result())
    _say(str(out / "index.html"))


@app.command()
def run(
    chapter: str,
    p: Parameters = None,
    preset: Preset = "book",
    output: Annotated[Path | None, typer.Option("-o", "--output")] = None,
) -> None:
    """Execute one chapter with the given parameters into a notebook (default: NN_name.ipynb here)."""
    from nbkit import press

    name, given = press.find(chapter), {"preset": preset, **_parse(p)}
    _say(str(press.execute(press.source(name), given, output or Path(f"{name}.ipynb"), progress=True)))


@app.command()
def sweep(
    chapter: str,
    grid: Annotated[Path, typer.Option(help="YAML file: a list of values for each parameter")],
    output: Annotated[Path, typer.Option("-o", "--output", help="folder for the notebooks and table.csv")],
    p: Parameters = None,
    preset: Preset = "book",
    backend: Annotated[str, typer.Option(help="loky (processes here), dask or ray")] = "loky",
    scheduler: Annotated[str | None, typer.Option(help="address of a Dask scheduler, tcp://…")] = None,
    jobs: Annotated[int | None, typer.Option(help="points at a time (default: one a core; on a GPU one)")] = None,
) -> None:
    """Execute one chapter at every point of a grid of parameters; finished points are not run again."""
    from nbkit import sweep as sweeper

    table, failures = sweeper.sweep(
        chapter,
        _grid(grid),
        output,
        given={"preset": preset, **_parse(p)},
        backend=backend,
        scheduler=scheduler,
        jobs=jobs,
    )
    for sentence in failures:
        _say(sentence)
    _say(str(table))
    if failures:
        _fail(f"{len(failures)} points failed; the same command runs them again")


@app.command(name="params")
def show_params(chapter: str) -> None:
    """Show a chapter's parameters: type, allowed values, meaning, and the value at each preset."""
    from nbkit import params

    for row in params.describe(params.model(chapter)):
        kind = row["type"] + (f": {row['range']}" if row["range"] else "")
        presets = ", ".join(f"{preset} {row[preset]}" for preset in params.PRESETS)
        _say(f"{row['name']}  ({kind})\n    {row['meaning']}\n    {presets}")


@app.command()
def claims(
    json: Annotated[bool, typer.Option("--json", help="print all claims as JSON")] = False,
    check: Annotated[bool, typer.Option("--check", help="fail when a verdict is not the committed one")] = False,
) -> None:
    """Show every claim of the book with its verdict, as the last build measured it."""
    import json as encoder

    from nbkit import ledger, press

    records = ledger.collect(press.PUBLISHED)
    if json:
        _say(encoder.dumps(records, indent=1, ensure_ascii=False))
    elif not check:
        for record in records:
            value = "" if record["value"] is None else f"{record['value']:.4g} [{record['low']}, {record['high']}]"
            _say(f"{record['id']:<7} {record['verdict']:<26} {value:<28} {record['statement']}")
    if check:
        if all(record["verdict"] == "not run" for record in records):
            _fail("no chapter has been executed, so there is nothing to check; make book executes them")
        if changed := ledger.check(records):
            _fail("\n".join(changed))
        _say(_as_committed(records))


@app.command()
def record(
    experiment: Annotated[str, typer.Argument(help="which one; without it, all that can be recorded are listed")] = "",
    p: Parameters = None,
    preset: Preset = "paper",
) -> None:
    """Run one experiment without Jupyter and store its result in book/results/ with full provenance."""
    from nbkit import record as recorder

    if experiment:
        _say(str(recorder.record(experiment, {"preset": preset, **_parse(p)})))
        return
    for name, recipe in recorder.recipes().items():
        _say(f"{name:<24} chapter {recipe.chapter}: {recipe.about}")


@data_app.command()
def fetch(name: str) -> None:
    """Download mnist or cifar10 and check its hashes."""
    from nbkit import data

    for path in data.fetch(name, progress=True):
        _say(str(path))


@data_app.command()
def verify(name: str) -> None:
    """Check the hashes of the files of mnist or cifar10."""
    from nbkit import data

    rows = data.verify(name)
    for file, status in rows:
        _say(f"{status:<10} {file}")
    if any(status != "ok" for _, status in rows):
        _fail(f"{name} is not complete or not intact")


@app.command()
def doctor() -> None:
    """Show what the book finds on this machine: versions, device, data, browser, npm."""
    import shutil

    from nbkit import data, device, results

    rows = dict(results.versions())
    rows["device"] = device.describe()
    rows |= {f"data {name}": where for name, where in data.available().items()}
    for tool, purpose in {"npm": "scripts inside the site", "chromium": "browser test", "git": "provenance"}.items():
        rows[tool] = shutil.which(tool) or f"missing ({purpose})"
    for name, value in rows.items():
        _say(f"{name:<16} {value}")


def main() -> None:
    """Entry point: every error a user can cause ends in one clear sentence and a non-zero exit status."""
    try:
        status = app(args=_join_parameters(sys.argv[1:]), standalone_mode=False) or 0
        if status == 130:  # what typer makes of Ctrl-C
            print("nbkit: stopped; what was complete is kept", file=sys.stderr)
        sys.exit(status)
    except Exception as error:
        if hasattr(error, "show"):  # typer's own: an unknown command or option
            error.show()
            sys.exit(error.exit_code)
        if not isinstance(error, ValueError | RuntimeError | OSError) or _is_internal(error):
            raise
        print(f"nbkit: {error}", file=sys.stderr)
        sys.exit(1)


def _is_internal(error: Exception) -> bool:
    """Whether an error comes from a library and not from a check of ours: then its traceback is wanted."""
    return type(error).__module__.split(".")[0] not in ("nbkit", "builtins")


def _join_parameters(arguments: list[str]) -> list[str]:
    """`-p NAME VALUE` as the one word typer can take, `-p NAME=VALUE` (which is accepted, too)."""
    joined, rest = [], iter(arguments)
    for word in rest:
        if word in ("-p", "--parameter"):
            name = next(rest, "")
            value = "" if "=" in name else next(rest, "")
            if value in ("-p", "-o") or value.startswith("--"):
                raise ValueError(NO_VALUE.format(name))
            joined += [word, name if "=" in name else f"{name}={value}"]
        else:
            joined.append(word)
    return joined


def _parse(pairs: list[str] | None) -> dict:
    given = {}
    for name, _, text in (pair.partition("=") for pair in pairs or []):
        if name in given:
            raise ValueError(f"-p {name} is given twice; give it once")
        given[name] = _yaml(text, name)
        if given[name] is None:
            raise ValueError(NO_VALUE.format(name))
    return given


def _grid(path: Path):
    try:
        return _yaml(path.read_text(encoding="utf8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"the grid {path} cannot be read: {getattr(error, 'strerror', None) or 'not a text'}"
        ) from None


def _as_committed(records: list[dict]) -> str:
    """What `claims --check` says when nothing has changed."""
    from nbkit import ledger

    said = []
    for kind, recorded in (("live", False), ("recorded", True)):
        results = [result for record in records if (result := record["recorded"] if recorded else record)]
        presets = sorted({result["preset"] for result in results if result["preset"]})
        counts = [f"{n} {name}" for name, n in ledger.counts(records, recorded=recorded).items() if n]
        said.append(f"{kind} ({', '.join(presets)}): {', '.join(counts)}")
    return f"all verdicts are as committed; {'; '.join(said)}"


def _yaml(text: str, name: str):
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError(f"{name}: {text.strip()!r} cannot be read; lists are written [0, 4]") from None


def _check_preset(preset: str) -> None:
    if preset not in ("smoke", "book", "paper"):
        _fail(f"preset must be smoke, book or paper, not {preset!r}")


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(sentence: str) -> None:
    print(f"nbkit: {sentence}", file=sys.stderr)
    raise typer.Exit(1)
