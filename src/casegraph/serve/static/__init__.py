"""The files that pages need, by their names; no path of a request leads to any other."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["FILES", "StaticFile"]

_HERE: Final = Path(__file__).parent


class StaticFile(NamedTuple):
    """A file that is sent as it is.

    :param name: within this folder.
    """

    name: str
    media_type: str

    @cache  # noqa: B019  # there are a handful, and they do not change
    def content(self) -> bytes:
        """Return its bytes."""
        return (_HERE / self.name).read_bytes()


#: The last part of the address -> the file.
FILES: Final = {
    "docs.html": StaticFile("docs.html", "text/html; charset=utf-8"),
    "casegraph.css": StaticFile("casegraph.css", "text/css; charset=utf-8"),
    "docs.js": StaticFile("docs.js", "text/javascript; charset=utf-8"),
    "swagger-ui.css": StaticFile("swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": StaticFile("swagger-ui/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
}
