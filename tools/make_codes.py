"""Writes docs/codes.md: what each code of `casegraph check` means, out of src/casegraph/check/codes.yaml."""

from __future__ import annotations

from pathlib import Path

from casegraph.check.codes import Code, codes

__all__ = ["page"]

_PAGE = Path(__file__).parents[1] / "docs" / "codes.md"
_HEAD = """# What `casegraph check` finds

Each problem has a code, and `casegraph explain CODE` tells what this page tells. The failing examples are
parts of one made-up case document, `src/casegraph/check/example.yaml`; the tests run each, failing and
mended. A code without an example is about a whole file, or needs a vocabulary or a text that does not ship.

This page is made by `python tools/make_codes.py`.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *map(_section, codes().values())])


def _section(code: Code) -> str:
    parts = [f"## {code.name}\n\n{code.means}\n"]
    if code.failing is not None and code.mended is not None:
        for title, part in (("Fails", code.failing), ("Mended", code.mended)):
            parts.append(f"{title}:\n\n```yaml\n{part}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    _PAGE.write_text(page(), encoding="utf-8", newline="\n")
