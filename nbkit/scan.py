"""The scan: faults of built pages that jupyter-book does not see."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_FROM_CSS = re.compile(r"(?:@import|url\()\s*[\"'(]*((?:https?:)?//[^\"')\s;]+)")


def scan(site: Path, *, online: bool = False) -> list[str]:
    """Faults of the pages in a folder, one sentence each; empty when there are none.

    Looked for: loads from other sites (unless `online`), missing files, dangling anchors, pictures without a meaningful
    alternative text, papermill's mark of a failed cell, and errors that Sphinx left in the page.
    """
    site, problems = Path(site), []
    paths = (path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts)
    pages = {path.resolve(): _Page(path) for path in paths}
    for path, page in pages.items():
        found = [*page.faults]
        for target in page.loads:
            if re.match(r"(https?:)?//", target):
                found += [] if online else [f"loads {target} from another site"]
            elif not target.startswith("data:") and not (path.parent / unquote(urlsplit(target).path)).exists():
                found.append(f"loads {target}, which does not exist")
        for link in page.links:
            place, anchor = (path.parent / unquote(urlsplit(link).path)).resolve(), unquote(urlsplit(link).fragment)
            there = page if not urlsplit(link).path else pages.get(place)
            if there is None and not place.exists():
                found.append(f"links to {link}, which does not exist")
            elif there and anchor and anchor not in there.anchors:
                found.append(f"links to {link}, but there is no such anchor")
        problems += [f"{path.relative_to(site.resolve())}: {fault}" for fault in dict.fromkeys(found)]
    for path in site.rglob("*.css"):
        addresses = [] if online else dict.fromkeys(_FROM_CSS.findall(path.read_text(encoding="utf8")))
        problems += [f"{path.relative_to(site)}: loads {address} from another site" for address in addresses]
    return problems


class _Page(HTMLParser):
    """What one page loads, where it links to, its anchors, and the faults that show in it alone."""

    def __init__(self, path: Path):
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.faults: list[str] = []
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        has = {name: value or "" for name, value in attributes}
        self.anchors |= {has[name] for name in ("id", "name") if name in has}
        address = has.get({"link": "href", "object": "data"}.get(tag, "src"))
        if address and has.get("rel") not in ("canonical", "next", "prev", "author"):
            self.loads.append(address)
        self.loads += [part.split()[0] for part in has.get("srcset", "").split(",") if part.strip()]
        self.loads += _FROM_CSS.findall(has.get("style", ""))
        link = has.get("href", "#")
        if tag == "a" and link != "#" and not re.match(r"[a-z]+:|//", link):
            self.links.append(link)
        alt = has.get("alt", "").strip()
        if tag == "img" and (" " not in alt or re.search(r"\.(png|svg|jpe?g|gif)$", alt)):
            self.faults.append(f"picture {has.get('src', '')[:80]} has no meaningful alternative text ({alt!r})")
        if "papermill-error-cell" in (has.get("id"), has.get("href", "")[1:]):
            self.faults.append("holds papermill's mark of a failed cell")
        if {"system-message", "problematic"} & set(has.get("class", "").split()):
            self.faults.append("holds an error that Sphinx left in the page")

    def handle_data(self, data):
        if self.lasttag == "style":
            self.loads += _FROM_CSS.findall(data)
