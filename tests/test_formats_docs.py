"""The page on formats works to the letter: files, commands, answers, and its tables of reasons and limits."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from casegraph.cli.export import export
from casegraph.loaders import archives, case_yaml, inputs, json_lines, json_text, yaml_text
from casegraph.loaders.care_sm import MOST_ROWS
from casegraph.loaders.care_sm.rdf import MOST_QUADS
from casegraph.loaders.fhir import bundle
from casegraph.loaders.formats import CASE, RECORD_FORMATS
from casegraph.losses import REASONS

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
RUN = [name for name, part in SECTIONS.items() if "```console" in part]
BLOCK = re.compile(r"(?:<!-- file: (?P<name>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)


def tutorial() -> ModuleType:
    """Return the test of the tutorial, which runs commands and compares what they print."""
    path = ROOT / "tests" / "test_tutorial.py"
    spec = importlib.util.spec_from_file_location("tutorial_of_curating", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def table(head: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called so, below its head."""
    (found,) = re.findall(rf"^\| {head} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, flags=re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("section", RUN)
def test_a_section_works_to_the_letter(section: str, tmp_path: Path) -> None:
    how, ran = tutorial(), 0
    for block in BLOCK.finditer(SECTIONS[section]):
        if block["name"]:
            path = tmp_path / block["name"]
            path.parent.mkdir(exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
        elif block["kind"] == "console":
            for command, expected in how.commands_of(block["body"]):
                printed = how.run(command, tmp_path)
                assert how.told(expected, printed), f"$ {command}\n{printed}"
                ran += 1
    assert ran >= 1


def test_every_format_has_an_example_in_and_out() -> None:
    commands = re.findall(r"^\$ casegraph (.*)", PAGE, flags=re.MULTILINE)
    exported = {command.split()[1] for command in commands if command.startswith("export ")}
    loaded = {format_ for section, format_ in _EXAMPLES.items() if "$ casegraph load " in SECTIONS[section]}
    assert loaded == {CASE, *RECORD_FORMATS}
    assert exported == _exported()
    assert len(RUN) >= 9


_EXAMPLES = {
    "Case documents": "case",
    "Phenopackets": "phenopacket",
    "FHIR": "fhir",
    "CARE-SM": "care-sm",
    "Tables": "table",
    "RDF out and in": "rdf",
}


def _exported() -> set[str]:
    return set(next(each for each in export.params if each.name == "form").type.choices)  # type: ignore[attr-defined]


def test_the_table_of_formats_is_whole() -> None:
    cells = table("format")
    assert {name for row in cells for name in re.findall(r"`(\S+?)`", row[1])} == {CASE, *RECORD_FORMATS}
    assert {name for row in cells for name in re.findall(r"`(\S+?)`", row[2])} == _exported()


def test_the_reasons_are_those_of_a_loss() -> None:
    assert [(name.strip("`"), meaning) for name, meaning in table("reason")] == list(REASONS.items())
    assert "one of thirteen reasons" in " ".join(PAGE.split())
    assert len(REASONS) == 13


def test_the_limits_are_those_of_the_readers() -> None:
    megabyte = 1_000_000
    said = dict(table("limit"))
    assert said["a member of an archive"] == f"{inputs.MOST_BYTES // megabyte} MB"
    assert (said["members of an archive"], archives.MOST_MEMBERS) == ("a million", megabyte)
    always, ratio, most = archives._ALWAYS_ALLOWED, archives._MOST_RATIO, archives._MOST_TOTAL
    at_most = f"{most // 1000 // megabyte} GB at most"
    wanted = f"{always // megabyte} MB or {ratio} times its size, whichever is more; {at_most}"
    assert said["an archive, unpacked"] == wanted
    assert json_lines.MOST_BYTES == inputs.MOST_BYTES
    assert said["a JSON text; of NDJSON, each line"] == f"{inputs.MOST_BYTES // megabyte} MB"
    assert said["resources of FHIR outside bundles, together"] == f"{bundle.MOST_BYTES // 1024**2} MiB"
    deepest = case_yaml._DEEPEST
    assert said["a case document"] == f"{yaml_text.MOST_BYTES // megabyte} MB, {deepest} levels"
    yaml_most = yaml_text.MOST_BYTES // megabyte
    assert said["a phenopacket in YAML"] == f"{yaml_most} MB, {json_text.DEEPEST} levels"
    assert said["rows, quads of CARE-SM at once"] == "a million, two million"
    assert (megabyte, 2 * megabyte) == (MOST_ROWS, MOST_QUADS)
    assert said["a line of a table"] == f"{inputs.MOST_LINE // megabyte} MB"
    assert said["one text in any of them: the value of a key, a cell"] == f"{inputs.MOST_TEXT:,} characters"
