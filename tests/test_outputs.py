"""The files that commands write: whole or not at all, and never in the place of what is no file."""

import stat
from pathlib import Path

import pytest

from casegraph.cli.outputs import opened_whole
from casegraph.errors import InputError


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_what_was_there_stays_where_the_command_does_not_end(
    stop: type[BaseException], tmp_path: Path
) -> None:
    goal = tmp_path / "a.csv"
    goal.write_text("old", encoding="utf-8")
    with pytest.raises(stop), opened_whole(str(goal)) as out:
        out.write(b"half")
        raise stop
    assert goal.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [goal]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_a_log_is_kept_as_far_as_it_came(stop: type[BaseException], tmp_path: Path) -> None:
    goal = tmp_path / "losses.jsonl"
    with pytest.raises(stop), opened_whole(str(goal), keep=True) as out:
        out.write(b"one\n")
        raise stop
    assert goal.read_bytes() == b"one\n"
    assert list(tmp_path.iterdir()) == [goal]


def test_a_device_stays_a_device() -> None:
    with opened_whole("/dev/null") as out:
        out.write(b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_link_is_followed(tmp_path: Path) -> None:
    goal, link = tmp_path / "goal", tmp_path / "link"
    goal.write_text("old", encoding="utf-8")
    link.symlink_to(goal)
    with opened_whole(str(link)) as out:
        out.write(b"new")
    assert link.is_symlink()
    assert goal.read_bytes() == b"new"


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"), opened_whole(str(tmp_path / "no" / "a")):
        pass


def test_a_log_in_which_nothing_was_written_leaves_the_earlier_one(tmp_path: Path) -> None:
    goal = tmp_path / "losses.jsonl"
    goal.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), opened_whole(str(goal), keep=True):
        raise RuntimeError
    assert goal.read_text(encoding="utf-8") == "old"
