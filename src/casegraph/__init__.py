"""casegraph: published case reports as a knowledge graph.

What is listed in ``__all__`` is stable; everything else may move between minor versions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casegraph.errors import CasegraphError

if TYPE_CHECKING:
    from casegraph.api import CaseStore

__all__ = ["CasegraphError", "open"]
__version__ = "0.1.0"


def open(location: str | Path = "casegraph-store") -> CaseStore:  # noqa: A001
    """Open a store of cases for reading and loading; a directory is made when the first case is loaded.

    :param location: a directory, the address of a SPARQL 1.1 endpoint, or ``:memory:``.
    """
    from casegraph.api import CaseStore

    return CaseStore(location)
