"""What several tests share: the folder of test material that is too large to ship."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def material() -> Path:
    """Return the folder of test material: ``CASEGRAPH_MATERIAL``, else ``shared`` beside the project."""
    folder = Path(os.environ.get("CASEGRAPH_MATERIAL") or PROJECT.parent / "shared")
    if folder.is_dir():
        return folder
    reason = f"no test material at {folder}; set CASEGRAPH_MATERIAL to its folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
