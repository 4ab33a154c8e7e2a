"""The press: a chapter's source becomes an executed notebook, and only a successful one is published.

chapters/NN_name.py → jupytext → papermill, into a temporary file → checks → _build/executed/<preset>/NN_name.ipynb →
book/_executed/ → `nbkit.site`. A chapter is executed again only when its key changes (see `key`).
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from nbkit import ROOT, data, device, ledger, params, results
from nbkit.site import chapters

CHAPTERS = ROOT / "chapters"
PUBLISHED = ROOT / "book" / "_executed"
BUILD = ROOT / "_build"
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**33), "MALLOC_TRIM_THRESHOLD_": str(2**33)}
"""For glibc: freed memory stays with the process. Asking the system anew for each tensor cost up to a tenth."""


class PressError(RuntimeError):
    """A chapter that did not execute, or another build in the way; the message is what the user reads."""


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter: its executed notebook, or the sentence that says why there is none."""

    name: str
    notebook: Path
    seconds: float
    error: str = ""


def find(chapter: str) -> str:
    """Full name of a chapter given as "07", "7" or "07_directional_bias"; raises ParameterError naming those that
    exist."""
    number = params.model(chapter).chapter
    return next(path.stem for path in CHAPTERS.glob(f"{number}_*.py"))


def source(name: str) -> Path:
    """The percent notebook of a chapter."""
    return CHAPTERS / f"{name}.py"


def key(source: Path, parameters: params.Chapter) -> str:
    """Hash of all an executed chapter depends on: source, parameters, nbkit, requirements, data, claims, device class,
    and the recordings and released directions that it may read."""
    digest, text = hashlib.sha256(), source.read_text(encoding="utf8")
    sources = [source, ROOT / "requirements.txt"]  # a name such as "map-lenet" is often put together: f"map-{net}"
    sources += [path for path in sorted(results.RECORDED.glob("*.nc")) if f'"{path.stem.split("-")[0]}' in text]
    package = Path(__file__).parent
    sources += sorted(p for p in package.rglob("*") if p.suffix in (".py", ".mplstyle"))
    for path in sources:
        digest.update(path.name.encode() + path.read_bytes())
    kind = device.resolve(parameters.device).type
    released = "released(" in text and bool(os.environ.get("NBKIT_REFERENCE"))
    rest = [parameters.model_dump_json(), data.fingerprint(), kind, released, ledger.fingerprint(parameters.chapter)]
    digest.update(json.dumps(rest).encode())
    return digest.hexdigest()[:16]


def execute(source: Path, given: dict, output: Path, *, progress: bool = False) -> Path:
    """Execute a chapter's source with the given parameters (validated first) into `output`, whole or not at all.

    progress: count the cells in the terminal, which papermill does.
    A failed run leaves the partial notebook beside it as `<output>.failed.ipynb` and raises PressError.
    """
    parameters = params.validate(source.stem, given)
    output = Path(output)
    failed = output.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.stem}.{os.getpid()}.ipynb")
    start, made_from = time.perf_counter(), key(source, parameters)  # before: sources may be edited meanwhile
    try:
        problem = _papermill(source, given, temporary, progress=progress)
        if problem:
            if temporary.exists():
                temporary.replace(failed)
                problem += f"\n  The notebook up to there: {failed}"
            raise PressError(problem)
        _stamp(temporary, source.stem, parameters, made_from, time.perf_counter() - start)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    return output


def _papermill(source: Path, given: dict, output: Path, *, progress: bool) -> str:
    """Run the chapter into `output`; returns "" or what failed in one sentence, with the failing cell's last line."""
    import jupytext
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError

    name, notebook = source.stem, output.with_name(f"{output.stem}.source.ipynb")
    os.environ |= KEEP_MEMORY  # read by the kernel when it starts
    nbformat.write(jupytext.read(source), notebook)
    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters=given,
            kernel_name="python3",
            language="python",
            extra_arguments=["--IPKernelApp.log_level=40"],  # its warnings would end up between the progress lines
            cwd=str(ROOT),
            progress_bar=progress,
            request_save_on_cell_execute=False,
        )
    except papermill.PapermillExecutionError as error:
        last = (error.source or "").strip().splitlines()[-1:] or [""]
        return f"{name}: cell {error.exec_count} failed with {error.ename}: {error.evalue}\n  at: {last[0].strip()}"
    except DeadKernelError:
        return f"{name}: the kernel was killed, most often for want of memory; try a smaller preset or NBKIT_CORES=1"
    except OSError as error:
        return f"{name}: {error.strerror or error}" + (f" ({error.filename})" if error.filename else "")
    finally:
        notebook.unlink(missing_ok=True)
    return ""


def _stamp(notebook: Path, name: str, parameters: params.Chapter, made_from: str, seconds: float) -> None:
    """Write into the executed notebook how it was made, after a last check that it holds no error."""
    content = json.loads(notebook.read_text())
    for output in (output for cell in content["cells"] for output in cell.get("outputs", [])):
        if output["output_type"] == "error":
            raise PressError(f"{name}: a cell raised an error that papermill did not report")
        if output.get("name") == "stderr":
            raise PressError(f"{name}: a cell wrote a warning that would stand on the page: {''.join(output['text'])}")
    for place in ("input_path", "output_path"):  # of this machine, and the notebook is published
        content["metadata"]["papermill"].pop(place, None)
    content["metadata"]["nbkit"] = {
        "key": made_from,
        "chapter": name,
        "preset": parameters.preset,
        "device": device.describe(parameters.device),
        "cores": device.cores(),
        "seconds": round(seconds, 1),
        "data": data.fingerprint(),
        "commit": results.commit(),
        "date": datetime.date.today().isoformat(),
        "parameters": parameters.model_dump(mode="json"),
    }
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def is_current(name: str, preset: str) -> bool:
    """Whether the executed notebook of this chapter and preset was made from what is there now."""
    return is_made_from(executed(name, preset), source(name), params.validate(name, {"preset": preset}))


def is_made_from(notebook: Path, source: Path, parameters: params.Chapter) -> bool:
    """Whether an executed notebook is there and was made from this source and what it depends on now."""
    return _metadata(notebook).get("key") == key(source, parameters)


def executed(name: str, preset: str) -> Path:
    """Where the executed notebook of a chapter at a preset is kept."""
    return BUILD / "executed" / preset / f"{name}.ipynb"


def build(preset: str = "book", only: list[str] | None = None, force: bool = False, say=print) -> list[Outcome]:
    """Execute all chapters that are not current, side by side on this machine's cores, and put them where the site
    finds them.

    Prints one line per chapter. Returns the outcomes; nothing is published from a chapter that failed.
    """
    names = [find(chapter) for chapter in only] if only else chapters()
    stale = [name for name in names if force or not is_current(name, preset)]
    outcomes = [Outcome(name, executed(name, preset), 0.0) for name in names if name not in stale]
    for outcome in outcomes:
        say(f"{outcome.name:<28} unchanged            {_verdicts(outcome)}")
    left = {name: _metadata(executed(name, preset)).get("seconds", 60.0) for name in stale}
    workers = max(1, min(device.side_by_side(), len(stale)))
    order = sorted(stale, key=left.get)[::-1]  # the longest first, and where that is not known the first chapters last
    for outcome in _side_by_side(order, preset, workers):
        left.pop(outcome.name)
        remaining = f"about {sum(left.values()) / workers / 60:.1f} min left" if left else "last one"
        result = outcome.error or _verdicts(outcome)
        say(f"{outcome.name:<28} {outcome.seconds:6.1f} s, {remaining}   {result}")
        outcomes.append(outcome)
    for outcome in outcomes:
        if not outcome.error:
            PUBLISHED.mkdir(parents=True, exist_ok=True)
            _copy(outcome.notebook, PUBLISHED / outcome.notebook.name)
    return outcomes


def _side_by_side(names: list[str], preset: str, workers: int) -> Iterator[Outcome]:
    """Outcomes as they come, from processes that each execute one chapter after the other; Ctrl-C ends all."""
    share = str(max(1, device.cores() // workers))
    threads = dict.fromkeys(("NBKIT_CORES", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), share)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_prepare, initargs=(threads,))
    try:
        futures = {pool.submit(_one, source(name), preset, executed(name, preset)): name for name in names}
        for future in as_completed(futures):
            failure = future.exception()  # of a process that was killed
            name = futures[future]
            yield Outcome(name, executed(name, preset), 0.0, f"{name}: {failure}") if failure else future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(threads: dict[str, str]) -> None:
    """Of a process of the pool: its kernels' threads; what they write to the terminal would disturb the progress."""
    os.environ |= threads
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _one(source: Path, preset: str, notebook: Path) -> Outcome:
    start, error = time.perf_counter(), ""
    try:
        execute(source, {"preset": preset}, notebook)
    except (RuntimeError, ValueError, OSError) as problem:
        error = str(problem)
    except KeyboardInterrupt:
        os._exit(1)  # without the next chapter, which is in the queue already
    return Outcome(source.stem, notebook, time.perf_counter() - start, error)


def _verdicts(outcome: Outcome) -> str:
    records = [r for r in ledger.collect(outcome.notebook.parent) if r["chapter"] == outcome.name[:2]]
    return ", ".join(f"{count} {verdict}" for verdict, count in ledger.counts(records).items() if count)


def _metadata(notebook: Path) -> dict:
    try:
        return json.loads(notebook.read_text())["metadata"]["nbkit"]
    except (OSError, ValueError, KeyError):
        return {}


def _copy(source: Path, target: Path) -> None:
    """Copy, whole or not at all, and only when it differs (so that the site stays current)."""
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Only one build at a time works on this checkout; a second one ends with PressError."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PressError("another build of this book is running; wait for it, or stop it") from None
        yield
