"""The tutorial works to the letter: every file, every change, every command, and what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "curating.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|from cases|replace in): (?P<name>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```",
    re.S,
)


@dataclass(frozen=True)
class Step:
    what: str
    name: str
    body: str
    with_: str = ""


def steps() -> Iterator[Step]:
    blocks = BLOCK.finditer(PAGE)
    for block in blocks:
        what = block["what"] or block["kind"]
        body = block["body"]
        if what == "replace in":
            yield Step(what, block["name"], body.rstrip("\n"), next(blocks)["body"].rstrip("\n"))
        else:
            yield Step(what, block["name"] or "", body)


def told(expected: str, printed: str) -> bool:
    """Say whether a text is printed; ``...`` stands for any lines, or for the rest of one."""
    lines = [re.escape(line).replace(re.escape("..."), ".*") for line in expected.splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == ".*" else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, printed) is not None


def run(command: str, folder: Path) -> str:
    """Run a command as a reader would, with this environment's program first."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": paths, "CASEGRAPH_VOCABULARY": str(folder / "vocabulary")}
    env.pop("CASEGRAPH_STORE", None)
    done = subprocess.run(  # noqa: S602
        command,
        shell=True,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stdout
    return done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"


def commands_of(console: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


@pytest.mark.slow
def test_the_tutorial_works_to_the_letter(tmp_path: Path) -> None:
    ran = changed = 0
    for step in steps():
        path = tmp_path / step.name
        if step.what == "file":
            path.write_text(step.body, encoding="utf-8")
        elif step.what == "from cases":
            text = path.read_text(encoding="utf-8")
            path.write_text(text[: text.index("cases:\n")] + step.body, encoding="utf-8")
        elif step.what == "replace in":
            text = path.read_text(encoding="utf-8")
            assert text.count(step.body) == 1, step.body
            path.write_text(text.replace(step.body, step.with_), encoding="utf-8")
            changed += 1
        elif step.what == "console":
            for command, expected in commands_of(step.body):
                printed = run(command, tmp_path)
                assert told(expected, printed), f"$ {command}\n{printed}"
                ran += 1
    assert ran >= 15
    assert changed >= 6


@pytest.mark.parametrize(
    ("expected", "printed", "fits"),
    [
        ("a\n...\nc\n", "a\nb\nb\nc\n", True),
        ("a\n...\nc\n", "a\nc\n", True),
        ("a\n...\nc\n", "a\nb\nd\n", False),
        ("a ...\n", "a b\n", True),
        ("", "a\n", False),
    ],
)
def test_what_dots_stand_for(expected: str, printed: str, fits: bool) -> None:
    assert told(expected, printed) is fits
