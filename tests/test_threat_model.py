"""Each test that the threat model names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`((?:(?:serve|browser)/)?test_\w+\.py)?(?:::(test_\w+))?`")


def test_each_promise_names_tests_that_are_there() -> None:
    text = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
    found = 0
    for line in text.splitlines():
        file = ""
        for named, function in NAMED.findall(line):
            file = named or file
            assert file, line
            tests = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert not function or re.search(rf"^def {function}\(", tests, re.MULTILINE), (file, function)
            found += 1
    assert found >= 45
