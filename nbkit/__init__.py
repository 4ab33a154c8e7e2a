"""nbkit: train many networks at once and measure what they prefer to learn.

The modules are subjects; import the one you need (`from nbkit import fleet`). Importing `nbkit` itself loads nothing
heavy.
"""

from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent
"""Folder of the book: it holds `chapters/`, `book/` and `_toc.yml`."""
