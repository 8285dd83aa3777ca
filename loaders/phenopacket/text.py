"""JSON and YAML as plain values; what could be read in two ways is refused."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any, NoReturn

from casegraph.errors import DocumentError, Problem
from casegraph.loaders.inputs import Input
from casegraph.loaders.json_text import parse_json
from casegraph.loaders.yaml_text import parse_yaml

__all__ = ["plain_data", "reject"]


def plain_data(content: bytes, source: Input) -> Any:
    """Return the values of a JSON or YAML text.

    :raises DocumentError: if it is neither, or could be read in two ways; it tells line and column.
    """
    begins = content.removeprefix(BOM_UTF8).lstrip()[:1]
    read = parse_json if begins in (b"{", b"[") else parse_yaml
    return read(content, source.name)


def reject(
    source: Input, code: str, message: str, todo: str = "", place: tuple[int, int] = (0, 0)
) -> NoReturn:
    """Refuse a file of which nothing can be read.

    :raises DocumentError: always.
    """
    raise DocumentError((Problem(source.name, *place, code, message, todo),))
