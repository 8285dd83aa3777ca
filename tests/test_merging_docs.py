"""The page on merging works to the letter: files, commands, and what they print."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).parent
BLOCK = re.compile(r"(?:<!-- file: (?P<name>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "merging.md").read_text(encoding="utf-8")
SECTION = PAGE[: PAGE.index("## What comes in")]


def tutorial() -> ModuleType:
    """Return the test of the tutorial, which runs commands and compares what they print."""
    spec = importlib.util.spec_from_file_location("tutorial_of_merging", TESTS / "test_tutorial.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_worked_example_works_to_the_letter(material: Path, tmp_path: Path) -> None:
    how, ran = tutorial(), 0
    for name in ("example_synthetic.tsv", "example_synthetic.jsonld"):
        shutil.copy(material / "data" / "neurobagel" / name, tmp_path)
    for block in BLOCK.finditer(SECTION):
        if block["name"]:
            (tmp_path / block["name"]).write_text(block["body"], encoding="utf-8")
        elif block["kind"] == "console":
            for command, expected in how.commands_of(block["body"]):
                printed = how.run(command, tmp_path)
                assert how.told(expected, printed), f"$ {command}\n{printed}"
                ran += 1
    assert ran == 11
    (link,) = re.findall(r"```yaml\n(- between:\n.*?)```", SECTION, re.DOTALL)
    assert "bids-graph/sub-05" in link


@pytest.mark.slow
def test_the_link_that_is_shown_is_the_one_of_the_plan(material: Path, tmp_path: Path) -> None:
    how = tutorial()
    (mapping,) = re.findall(r"<!-- file: bids.yaml -->\n```yaml\n(.*?)```", SECTION, re.DOTALL)
    (tmp_path / "bids.yaml").write_text(mapping, encoding="utf-8")
    for name in ("example_synthetic.tsv", "example_synthetic.jsonld"):
        shutil.copy(material / "data" / "neurobagel" / name, tmp_path)
    how.run("casegraph load example_synthetic.tsv --mapping bids.yaml --dataset bids-table", tmp_path)
    how.run("casegraph merge plan example_synthetic.jsonld --dataset bids-graph -o plan.yaml", tmp_path)
    (link,) = re.findall(r"```yaml\n(- between:\n.*?)```", SECTION, re.DOTALL)
    assert link in (tmp_path / "plan.yaml").read_text(encoding="utf-8")
