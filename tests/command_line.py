"""Runs the command line in this process, as the tests of merging do."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from casegraph.cli import commands

__all__ = ["run_cli"]


def run_cli(*args: str | Path, code: int = 0) -> Result:
    """Run a command and require an exit code."""
    result = CliRunner().invoke(commands, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result
