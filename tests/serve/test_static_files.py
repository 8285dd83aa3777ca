"""What pages load: files of other projects are as they were fetched, and a picture has all its parts."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from vendor import PACKAGES

from casegraph.plot.look import framed
from casegraph.plot.picture import Cell, Picture
from casegraph.serve.pages.markup import rendered
from casegraph.serve.pages.picture import figure
from casegraph.serve.static import FILES

STATIC = Path(__file__).parents[2] / "src" / "casegraph" / "serve" / "static"
TABLE = (STATIC / "VENDORED.md").read_text(encoding="utf-8")
FETCHED = re.findall(r"^    ([0-9a-f]{64})  (\S+)$", TABLE, flags=re.MULTILINE)
HOSTILE = "</script><script>alert(1)</script>\u202e"


def test_the_table_names_each_package_with_its_version_and_licence() -> None:
    assert len(PACKAGES) == 7
    for package in PACKAGES:
        assert f"{package.name} {package.version} from npm, {package.licence}:" in TABLE
        assert package.integrity in TABLE


@pytest.mark.parametrize(("digest", "name"), FETCHED, ids=[name for _, name in FETCHED])
def test_a_file_of_another_project_is_as_it_was_fetched(digest: str, name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_each_file_of_another_project_is_in_the_table() -> None:
    there = {str(path.relative_to(STATIC)) for path in STATIC.glob("*/*") if path.suffix != ".pyc"}
    assert there == {name for _, name in FETCHED}
    assert {file.name for file in FILES.values() if "/" in file.name} <= there


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_there(name: str) -> None:
    assert FILES[name].content()


class _Blocks(HTMLParser):
    """Collects the scripts of a page, and the texts outside them."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[str | None, str]] = []
        self.texts: list[str] = []
        self._type: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside, self._type = tag == "script", dict(attrs).get("type")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append((self._type, data))
        else:
            self.texts.append(data)


def test_a_hostile_label_stays_data_in_a_figure() -> None:
    spec = framed({"mark": "bar", "data": {"values": [{"drug": HOSTILE}]}}, title=HOSTILE, summary="")
    row = (Cell(HOSTILE, "javascript:alert(1)"),)
    made = figure(Picture("timeline", HOSTILE, HOSTILE, spec, (HOSTILE,), {HOSTILE: HOSTILE}, (row,)), str)
    page = _Blocks()
    page.feed(rendered(made))
    ((kind, text),) = page.scripts
    assert kind == "application/json"
    shown = HOSTILE.replace("\u202e", "\ufffd")
    assert json.loads(text)["data"] == {"values": [{"drug": shown}]}
    assert page.texts.count(shown) == 5  # title, summary, note, head of the table, its cell
    assert "javascript:" not in rendered(made)


def test_a_figure_without_a_drawing_says_why() -> None:
    made = rendered(figure(Picture("swimmer", "Treatments", "No treatment is told of.", {}, (), {}, ()), str))
    assert "No treatment is told of." in made
    assert "<script" not in made
    assert "<details" not in made
