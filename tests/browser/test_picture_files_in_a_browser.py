"""Pictures as files, of hostile data, opened from the disk: they run nothing, ask for nothing and fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import NARROW, Browser
from click.testing import CliRunner
from hostile_stores import CASES, PACKETS
from serving import Server

from casegraph.cli import commands
from casegraph.namespaces import BASE

pytestmark = pytest.mark.slow
CASE, EDITED, IMPORTED = (f"{BASE}case/{each.removeprefix('/cases/')}" for each in (*CASES, PACKETS[0]))


def drawn(server: Server, what: str, file: Path) -> str:
    """Draw something into a file, and return its address."""
    store = ["--store", str(server.store)]
    result = CliRunner().invoke(commands, ["plot", what, "-o", str(file), *store])
    assert result.exit_code == 0, result.output
    return file.as_uri()


@pytest.mark.parametrize(
    "what", [EDITED, IMPORTED, "cases_by_diagnosis"], ids=["edited", "imported", "cohort"]
)
def test_a_page_of_pictures(what: str, browser: Browser, hostile: Server, tmp_path: Path, axe: None) -> None:
    assert browser.visit(drawn(hostile, what, tmp_path / "x.html"), width=NARROW) == []
    browser.hover()
    assert browser.faults() == browser.sideways() == browser.accessibility() == browser.keyboard(20) == []
    assert browser.requests == [(tmp_path / "x.html").as_uri()]
    assert browser.run("return document.querySelectorAll('svg').length") >= 1


def test_a_drawing_alone(browser: Browser, hostile: Server, tmp_path: Path) -> None:
    assert browser.visit(drawn(hostile, CASE, tmp_path / "x.svg")) == []
    assert browser.requests == [(tmp_path / "x.svg").as_uri()]
    assert browser.run("return document.documentElement.tagName") == "svg"
