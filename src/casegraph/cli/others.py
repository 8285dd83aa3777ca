"""Says which other patients a report tells of, where it was named and one of them is taken."""

from __future__ import annotations

from collections.abc import Collection

from casegraph.cli.form import say
from casegraph.namespaces import BASE
from casegraph.store import Store
from casegraph.subjects import subjects_meant

__all__ = ["say_others"]

_NAMED = 12


def say_others(store: Store, what: str, done: str, *, besides: Collection[str] = ()) -> None:
    """Say of a text that names a report of several patients or groups that only the first is taken.

    :param what: what was named, as :func:`casegraph.subjects.find_case` takes it.
    :param done: what is done with the first, as "shown".
    :param besides: the IRIs of those with which it is done besides.
    :raises InputError: if the text names no case of the store.
    :raises StoreError: if the store fails.
    """
    meant = subjects_meant(store, what)
    done_with = [_short(each) for each in meant if each == meant[0] or each in besides]
    others = [_short(each) for each in meant if _short(each) not in done_with]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        only = f"only {', '.join(done_with)} {'is' if len(done_with) == 1 else 'are'} {done}"
        told = f"the report tells of {len(meant)} patients or groups, and {only}"
        say(f"{told}; the others: {', '.join(others[:_NAMED])}{more}")


def _short(subject: str) -> str:
    return subject.removeprefix(BASE).partition("/")[2]
