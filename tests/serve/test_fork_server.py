"""A worker is forked with all that it needs: the first reader of a page does not wait for imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Does a job of each kind that makes pages, and prints what was imported on the way.
_FIRST_PAGES = """
import sys
from casegraph.serve.workers.forkserver import import_late
from casegraph.serve.jobs import Out
from casegraph.serve.jobs.cohort import CohortPage
from casegraph.serve.jobs.resource import ResourcePage
from casegraph.serve.telling.service import Service
from casegraph.store import open_store
import_late()
before, service, sent = set(sys.modules), Service(base="http://localhost/"), bytearray()
seed = "10.1007/s13555-020-00421-8"
with open_store(sys.argv[1]) as store:
    for job in (
        ResourcePage(service=service, kind="case", path=f"{seed}/1"),
        ResourcePage(service=service, kind="report", path=seed),
        CohortPage(service=service, name="refractory_cases_responding", values={}),
    ):
        out = Out(sent.extend, 1)
        job.run(store, out)
        out.end()
assert sent.count(b"</html>") == 3
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.slow
def test_nothing_is_imported_for_the_first_pages(loaded: Path) -> None:
    command = (sys.executable, "-c", _FIRST_PAGES, str(loaded))
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
