"""Chapter parameters: one strict model per chapter, with presets.

A chapter's first cell names its parameters; those left at None take the value of the preset. `nbkit run`, `nbkit
record` and the chapter itself (under plain papermill) all validate through here, so nothing starts with a wrong name
or value.
"""

from __future__ import annotations

import ast
import difflib
import html
from importlib import import_module
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PRESETS = ("smoke", "book", "paper")
PARTS = ("gradient_descent", "nads", "regimes", "ablation")
"""Modules of this package, each with the models of one part's chapters in `CHAPTERS`."""


class ParameterError(ValueError):
    """A parameter that does not exist, or a value that is out of its range; the message is one sentence for each
    fault."""


def sized(smoke: Any, book: Any, paper: Any, meaning: str, **bounds: Any) -> Any:
    """A field whose value follows the preset."""
    return Field(description=meaning, json_schema_extra={"presets": [smoke, book, paper]}, **bounds)


class Chapter(BaseModel):
    """What every chapter has. A subclass declares a `Field` with its default, or a `sized` one with a value for each
    preset."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
    chapter: ClassVar[str]

    preset: Literal["smoke", "book", "paper"] = Field(
        "book", description="size of everything that is not set by itself"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="seed of the first repetition; the others follow")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="where to compute; auto takes CUDA when it is there"
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, given: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in given.items() if value is not None}
        preset = given.get("preset")
        return {**cls.at(preset if preset in PRESETS else "book"), **given}

    @classmethod
    def at(cls, preset: str) -> dict[str, Any]:
        """The fields that follow the preset, with their values."""
        sized = {name: field.json_schema_extra for name, field in cls.model_fields.items() if field.json_schema_extra}
        return {name: extra["presets"][PRESETS.index(preset)] for name, extra in sized.items()}


def models() -> dict[str, type[Chapter]]:
    """Chapter number ("07") → its model."""
    parts = [import_module(f"nbkit.params.{part}") for part in PARTS]
    return {model.chapter: model for part in parts for model in part.CHAPTERS}


def model(chapter: str) -> type[Chapter]:
    """The model of a chapter named "07", "7" or "07_directional_bias"; raises ParameterError naming those that
    exist."""
    number = str(chapter).split("_")[0].removesuffix(".py").zfill(2)
    known = models()
    if number not in known:
        raise ParameterError(f"there is no chapter {chapter!r}; the chapters are {', '.join(sorted(known))}")
    return known[number]


def validate(chapter: str, given: dict[str, Any]) -> Chapter:
    """The chapter's parameters from what was given by name; raises ParameterError with one sentence for each fault."""
    cls = model(chapter)
    faults = [_unknown(cls, name) for name in given if name not in cls.model_fields]
    try:
        checked = cls(**{k: v for k, v in given.items() if k in cls.model_fields})
    except ValidationError as error:
        faults += [_sentence(cls, fault) for fault in error.errors()]
    if faults:
        raise ParameterError("\n".join(faults))
    return checked


def load(chapter: str, namespace: dict[str, Any]) -> Chapter:
    """The parameters of the running chapter; call as `params.load("07", globals())` after the parameters cell.

    Takes the chapter's own names from the namespace, and refuses names that papermill injected and the chapter does
    not know.
    """
    fields = model(chapter).model_fields
    given = {name: namespace[name] for name in [*fields, *injected(namespace.get("In", []))] if name in namespace}
    return validate(chapter, given)


def injected(cells: list[str]) -> list[str]:
    """Names assigned in papermill's injected cell (it begins with "# Parameters"), given the sources of the cells run
    so far."""
    trees = [ast.parse(source) for source in cells if source.startswith("# Parameters\n")]
    targets = [node.targets for tree in trees for node in tree.body if isinstance(node, ast.Assign)]
    return [target.id for group in targets for target in group if isinstance(target, ast.Name)]


def describe(cls: type[Chapter]) -> list[dict[str, str]]:
    """One row per parameter: name, type, range, meaning, and its value at each preset."""
    schema = cls.model_json_schema()["properties"]
    rows = []
    for name, field in cls.model_fields.items():
        values = {p: p if name == "preset" else str(cls.at(p).get(name, field.default)) for p in PRESETS}
        meaning = field.description or ""
        rows.append(
            {"name": name, "type": _type(schema[name]), "range": allowed(schema[name]), "meaning": meaning, **values}
        )
    return rows


def allowed(schema: dict[str, Any]) -> str:
    """A field's JSON schema as the range a person reads."""
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of: {allowed(schema['items'])}"
    if "anyOf" in schema:
        return " or ".join(filter(None, map(allowed, schema["anyOf"])))
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    return ", ".join(f"{sign} {schema[key]}" for key, sign in signs.items() if key in schema)


class table:
    """The chapter's parameter table, generated from its model, with the values of this run; shows itself in a
    notebook."""

    def __init__(self, parameters: Chapter):
        self.rows = [{**row, "here": str(getattr(parameters, row["name"]))} for row in describe(type(parameters))]

    def __repr__(self) -> str:
        return "\n".join(f"{row['name']:<12} = {row['here']:<24} {row['meaning']}" for row in self.rows)

    def _repr_html_(self) -> str:
        columns = {"name": "parameter", "here": "this run", "range": "allowed", "meaning": "meaning"}
        columns |= {preset: preset for preset in PRESETS}
        cell = lambda row, key: f"<code>{html.escape(row[key])}</code>" if key == "name" else html.escape(row[key])
        head = "".join(f'<th scope="col">{title}</th>' for title in columns.values())
        body = "".join("<tr>" + "".join(f"<td>{cell(row, key)}</td>" for key in columns) + "</tr>" for row in self.rows)
        return f'<table class="params-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _type(schema: dict[str, Any]) -> str:
    return schema.get("type", "one of" if "enum" in schema else "any")


def _unknown(cls: type[Chapter], name: str) -> str:
    near = difflib.get_close_matches(name, cls.model_fields, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"nbkit params {cls.chapter} shows those it has"
    return f"chapter {cls.chapter} has no parameter {name!r}; {hint}"


def _sentence(cls: type[Chapter], fault) -> str:
    name = ".".join(map(str, fault["loc"])) or "parameters"
    schema = cls.model_json_schema()["properties"].get(str(fault["loc"][0]) if fault["loc"] else "", {})
    wanted = " ".join(filter(None, (_type(schema) if "enum" not in schema else "one of", allowed(schema))))
    reason = f"must be {wanted}" if schema else fault["msg"]
    if fault["type"] == "value_error":
        reason = str(fault["ctx"]["error"])
    return f"{name} = {fault['input']!r} is refused: {reason}" if schema else f"parameters are refused: {reason}"
