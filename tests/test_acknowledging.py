"""The file that a load appends to has whole lines only, whatever happens to its disk."""

from __future__ import annotations

import errno
import os
from io import FileIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from casegraph.cli import acks, commands
from casegraph.cli.acks import acknowledging
from casegraph.errors import InputError, StoreError
from casegraph.resources import shipped

IRIS = ["https://example.org/case/1", "https://example.org/case/2"]


def test_lines_are_appended_and_one_that_was_cut_off_stays_apart(tmp_path: Path) -> None:
    path = tmp_path / "acks"
    path.write_text("https://example.org/ca", encoding="utf-8")
    for at_once in (True, False):
        with acknowledging(path, at_once=at_once) as acknowledge:
            acknowledge(IRIS)
    assert path.read_text(encoding="utf-8").splitlines() == ["https://example.org/ca", *IRIS, *IRIS]


def test_at_the_end_means_not_before_and_not_after_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "acks"
    with pytest.raises(StoreError), acknowledging(path, at_once=False) as acknowledge:
        acknowledge(IRIS)
        assert path.read_bytes() == b""
        raise StoreError("the disk is full")
    assert path.read_bytes() == b""


def test_a_write_that_fails_half_way_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(FileIO):
        def write(self, b: bytes, /) -> int:  # type: ignore[override]
            if path.stat().st_size > 40:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(b[:10])

    monkeypatch.setattr(acks, "FileIO", Full)
    path = tmp_path / "acks"
    refused = pytest.raises(StoreError, match="acks: cannot be written: No space left on device; make space")
    with refused, acknowledging(path, at_once=True) as acknowledge:
        acknowledge(IRIS[:1])
        acknowledge(IRIS[1:])
    assert path.read_text(encoding="utf-8").splitlines() == IRIS[:1]


@pytest.mark.slow
def test_a_full_disk_ends_the_load_with_what_is_stored(tmp_path: Path) -> None:
    words = ("load", str(shipped("cases", "miao-2020.yaml")[0]), "--store", str(tmp_path / "store"))
    done = CliRunner().invoke(commands, [*words, "--ack-file", "/dev/full"])
    assert done.exit_code == 3
    assert "stopped: 1 of the records and documents are in the store" in done.stderr
    assert "/dev/full: cannot be written: No space left on device" in done.stderr


def test_a_file_that_cannot_be_opened_is_a_wrong_call(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot be written: Is a directory"),
        acknowledging(tmp_path, at_once=True),
    ):
        pass
