"""Tells what can be done about a stored query that takes a server too long: those who ask write no SPARQL."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from casegraph.query import get_query

__all__ = ["elsewhere"]


def elsewhere(command: str, name: str, values: Mapping[str, str]) -> str:
    """Return how to ask a stored query for less, or where no limit cuts it off.

    :param command: of ``casegraph``, which asks the same; what is to be written is ``{}`` in it.
    :param values: parameter -> what was said for it.

    >>> told = elsewhere("query {} -f csv", "adverse_events", {"drug": "low-dose IL-2"})
    >>> told.partition(": ")[2].partition(";")[0]
    "casegraph query adverse_events -p 'drug=low-dose IL-2' -f csv --store STORE"
    """
    said = (f"-p {shlex.quote(f'{each}={value}')}" for each, value in values.items())
    asked = command.format(" ".join((name, *said)))
    parameters = ", ".join(get_query(name).head.parameters)
    less = f"ask for less by its parameters ({parameters}), or on" if parameters else "ask on"
    return (
        f"{less} the machine of the store, where no limit is: casegraph {asked} --store STORE; "
        "who runs the server can give it more by --time-limit and --memory-limit"
    )
