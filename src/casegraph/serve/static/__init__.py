"""The files that pages need, by their names; no path of a request leads to any other."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from casegraph.serve.http.headers import PAGE_POLICY

__all__ = ["FILES", "StaticFile"]

_HERE: Final = Path(__file__).parent


class StaticFile(NamedTuple):
    """A file that is sent as it is.

    :param name: within this folder.
    :param policy: the content security policy of a page that needs another one than all pages have.
    """

    name: str
    media_type: str
    policy: str = ""

    @cache  # noqa: B019  # there are a handful, and they do not change
    def content(self) -> bytes:
        """Return its bytes."""
        return (_HERE / self.name).read_bytes()

    @cache  # noqa: B019
    def tag(self) -> str:
        """Return what names its bytes, so that no browser mixes files of two versions (RFC 9110, 8.8.3)."""
        return f'"{hashlib.sha256(self.content()).hexdigest()[:32]}"'


_SCRIPT: Final = "text/javascript; charset=utf-8"
_STYLE: Final = "text/css; charset=utf-8"
_NAMES: Final = (
    "casegraph.css",
    "docs.js",
    "fields.js",
    "pictures.js",
    "workbench-asking.js",
    "workbench-chart.js",
    "workbench-dom.js",
    "workbench-editor.js",
    "workbench-graph.js",
    "workbench-result.js",
    "workbench-snippets.js",
    "workbench-stored.js",
    "workbench-table.js",
    "workbench-terms.js",
    "workbench.css",
    "workbench.js",
    "cytoscape/cytoscape.min.js",
    "swagger-ui/swagger-ui.css",
    "swagger-ui/swagger-ui-bundle.js",
    "vega-embed/vega-embed.min.js",
    "vega-lite/vega-lite.min.js",
    "vega/vega.min.js",
    "yasgui/yasgui.min.css",
    "yasgui/yasgui.min.js",
)
#: The interface that Swagger UI draws has its icons in its script, as addresses that are the data themselves.
_WITH_ICONS: Final = f"{PAGE_POLICY.decode()}; img-src 'self' data:"

#: The last part of the address -> the file.
FILES: Final = {
    "icon.svg": StaticFile("icon.svg", "image/svg+xml"),
    "docs.html": StaticFile("docs.html", "text/html; charset=utf-8", _WITH_ICONS),
    **{Path(name).name: StaticFile(name, _STYLE if name.endswith(".css") else _SCRIPT) for name in _NAMES},
}
