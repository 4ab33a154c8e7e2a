"""Sphinx extension: shows nbkit's plain-text docstrings as they were meant.

The docstrings are written for `help()`, not for reStructuredText: `|k|`, `x_` or an indented second line would be
markup there, and one of them would fail the whole site. So paragraphs and lists are kept, and everything else is text.
"""

import re
import textwrap

_ITEM = re.compile(r"([-*•]|\d+[.)])\s+|(?=`\w+`  )")
_CODE = re.compile(r"``.+?``|`[^`]+`")


def setup(app):
    def plain(app, what, name, obj, options, lines):
        lines[:] = to_rst("\n".join(lines))

    app.connect("autodoc-process-docstring", plain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def to_rst(docstring: str) -> list[str]:
    """reStructuredText lines for a plain docstring: paragraphs, list items, `code`, indented blocks verbatim."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", docstring.strip("\n")):
        rows = block.split("\n")
        if lines and all(row.startswith("    ") for row in rows):
            lines += ["::", "", *textwrap.indent(textwrap.dedent(block), "    ").split("\n")]
            rows = []
        for row in map(str.strip, rows):
            item = _ITEM.match(row)
            if item:
                lines += ["", "- " + _text(row[item.end() :])]
            elif lines and lines[-1].startswith("- "):
                lines[-1] += " " + _text(row)
            else:
                lines.append(_text(row))
        lines.append("")
    return lines


def _text(row: str) -> str:
    """The row as plain text with `code` as literals; backslash-space is reStructuredText's empty separator."""
    parts = [r"\ "]
    for text, code in zip(_CODE.split(row), [*_CODE.findall(row), ""]):
        parts.append(re.sub(r"([\\*`|_])", r"\\\1", text))
        parts.append(rf"\ ``{code.strip('`')}``\ " if code else "")
    return "".join(parts)
