"""What the system and Oxigraph say of a failure becomes an error of ours."""

from __future__ import annotations

import errno
import os

import pytest

from casegraph.errors import NoSpaceError, StoreError
from casegraph.store.failures import failure

OF_OXIGRAPH = "IO error: No space left on device: While appending to file: store/data-1/000034.log"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "store/reader-1/CURRENT"),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        OSError(errno.ENOSPC, "kein Platz"),
        OSError(OF_OXIGRAPH),
        RuntimeError(OF_OXIGRAPH),
        OSError("IO error: Disk quota exceeded: While appending to file"),
    ],
)
def test_a_full_disk_is_told_as_one(error: Exception) -> None:
    told = failure(error, "store")
    assert isinstance(told, NoSpaceError)
    assert str(error) in told.what
    assert told.todo.startswith("make space")


def test_another_failure_is_none() -> None:
    told = failure(OSError(errno.EIO, os.strerror(errno.EIO)), "store")
    assert type(told) is StoreError
