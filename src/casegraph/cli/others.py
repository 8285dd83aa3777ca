"""Says which other patients a report tells of, where it was named and one of them is taken."""

from __future__ import annotations

from casegraph.cli.form import say
from casegraph.namespaces import BASE
from casegraph.store import Store
from casegraph.subjects import subjects_meant

__all__ = ["say_others"]

_NAMED = 12


def say_others(store: Store, what: str, done: str) -> None:
    """Say of a text that names a report of several patients or groups that only the first is taken.

    :param what: what was named, as :func:`casegraph.subjects.find_case` takes it.
    :param done: what is done with the first, as "shown".
    :raises InputError: if the text names no case of the store.
    :raises StoreError: if the store fails.
    """
    mine, *others = (each.removeprefix(BASE).partition("/")[2] for each in subjects_meant(store, what))
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        told = f"the report tells of {1 + len(others)} patients or groups, and only {mine} is {done}"
        say(f"{told}; the others: {', '.join(others[:_NAMED])}{more}")
