"""Fetches the scripts and styles of pages from npm and writes them, as they are, beside the server.

Usage: python tools/vendor.py

Each package is taken by version and checked against the hash that npm had for it when it was chosen; the
table of versions, licences and hashes is written to src/casegraph/serve/static/VENDORED.md.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from casegraph.errors import InputError

__all__ = ["PACKAGES", "Package", "main"]

_STATIC = Path(__file__).parents[1] / "src" / "casegraph" / "serve" / "static"


class Package(NamedTuple):
    """A package of npm.

    :param integrity: of its archive, as npm writes it.
    :param files: those that are taken.
    :param folder: where they go, within the static files.
    """

    name: str
    version: str
    licence: str
    integrity: str
    files: tuple[str, ...]
    folder: str
    what: str


PACKAGES = (
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        (
            "LICENSE",
            "NOTICE",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui.css",
        ),
        "swagger-ui",
        "the page of the interface",
    ),
    Package(
        "@zazuko/yasgui",
        "4.6.2",
        "MIT",
        "sha512-Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw==",
        ("build/yasgui.min.js", "build/yasgui.min.css"),
        "yasgui",
        "the editor and the tables of the workbench",
    ),
    Package(
        "@triply/yasgui",
        "4.2.28",
        "MIT",
        "sha512-HN1neZqERSGoDyk/Fg40nI+F0tHnaBxjqizhN0mur2Kj0oJsklBsFMRk/M+wW+ohy8dSEn7AgX3H0pPrV/wmVg==",
        ("LICENSE.txt",),
        "yasgui",
        "the licence of yasgui, which the archive of its successor above leaves out",
    ),
    Package(
        "vega",
        "6.4.0",
        "BSD-3-Clause",
        "sha512-rHXCq2LpEWCLMjXBEj7hocY9G0/i5TGYRayGGSj06VTF4+l2IG2Z7oeZKCjWbUh/7hTE/mVhbaOPB72wCElh6g==",
        ("LICENSE", "build/vega.min.js"),
        "vega",
        "pictures",
    ),
    Package(
        "vega-lite",
        "6.5.0",
        "BSD-3-Clause",
        "sha512-fMXF6s0MrIg0UTWnLIfeFtgSLzVhyzSKobzGrh5rhS+mL6FOYFG3m7ouJ4U23gj65EK+gl9FIIT5w7wLNaAzkA==",
        ("LICENSE", "build/vega-lite.min.js"),
        "vega-lite",
        "pictures, from their specifications",
    ),
    Package(
        "vega-embed",
        "7.3.0",
        "BSD-3-Clause",
        "sha512-wQ8s5GaSzqoKgmRfbRolgBrjE2CP7ZKHXqH7NijxMqPjpdWxSs4Dn8tvp9g0giQvh2cK+3p56sxjWWM0wNngGw==",
        ("LICENSE", "build/vega-embed.min.js"),
        "vega-embed",
        "pictures, put on a page without unsafe-eval",
    ),
    Package(
        "cytoscape",
        "3.35.0",
        "MIT",
        "sha512-sMvBIXiGMnhkCaWz2R06FwF/27MNlS+Tqvi17foO9UhnUg3XGZccKjxsvEqQFAQYMSSZmN5SxYzUYlQ0DOJJ3g==",
        ("LICENSE", "dist/cytoscape.min.js"),
        "cytoscape",
        "the graph of a CONSTRUCT",
    ),
)


def main() -> None:
    """Fetch all packages, and write their files and the table.

    :raises InputError: if an archive cannot be had, or is not the one that was chosen.
    """
    for package in PACKAGES:
        for name, content in _fetched(package).items():
            place = _STATIC / package.folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
    (_STATIC / "VENDORED.md").write_text(_table(), encoding="utf-8")


def _fetched(package: Package) -> dict[str, bytes]:
    chosen = f"{package.name}@{package.version}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", chosen, "--pack-destination", folder], check=True)
        (archive,) = Path(folder).iterdir()
        found = "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != package.integrity:
            raise InputError("not the archive that was chosen", where=chosen, expected=package.integrity)
        with tarfile.open(archive) as members:
            return {Path(name).name: _member(members, name) for name in package.files}


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    if file is None:
        raise InputError("no file", where=name)
    return file.read()


def _table() -> str:
    lines = ["Files of other projects, as they are; written by `python tools/vendor.py`.", ""]
    for package in PACKAGES:
        lines += [
            f"{package.name} {package.version} from npm, {package.licence}: {package.what}",
            f"archive {package.integrity}; files with their SHA-256:",
            "",
        ]
        for name in (Path(file).name for file in package.files):
            content = (_STATIC / package.folder / name).read_bytes()
            lines.append(f"    {hashlib.sha256(content).hexdigest()}  {package.folder}/{name}")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
