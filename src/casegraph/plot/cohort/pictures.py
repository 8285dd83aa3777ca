"""The pictures of a cohort, each of what a store has of its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from casegraph.plot.cohort import antibodies as of_antibodies
from casegraph.plot.cohort import verdicts as of_verdicts
from casegraph.plot.cohort.antibodies import antibodies
from casegraph.plot.cohort.cohort import GIVEN, Cohort, cohort_of
from casegraph.plot.cohort.responses import responses
from casegraph.plot.cohort.swimmer import POSSIBLY_SAME, swimmer
from casegraph.plot.picture import Picture
from casegraph.query import StoredQuery
from casegraph.store import Store

__all__ = ["QUESTIONS", "cohort_pictures", "picture_of", "pictures_of"]

#: picture -> what it asks for -> the question.
QUESTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "swimmer": {"given": GIVEN, "possibly the same patient": POSSIBLY_SAME},
    "responses": of_verdicts.QUESTIONS,
    "antibodies": of_antibodies.QUESTIONS,
}


def cohort_pictures(
    store: Store, query: StoredQuery, values: Mapping[str, str] | None = None
) -> tuple[Picture, ...]:
    """Return the pictures of the cohort of a stored query.

    :param values: parameter -> value; those not named keep their example.
    :raises InputError: if the query gives no cases, a parameter is unknown or a value not of its type.
    :raises StoreError: if the store fails.
    """
    return pictures_of(cohort_of(store, query, values))


def pictures_of(cohort: Cohort) -> tuple[Picture, ...]:
    """Return the pictures of a cohort; one without anything to draw says so in its summary.

    :raises StoreError: if the store fails.
    """
    return tuple(draw(cohort) for draw in _DRAWN.values())


def picture_of(cohort: Cohort, name: str) -> Picture | None:
    """Return one picture of a cohort; None if there is none of that name.

    :raises StoreError: if the store fails.
    """
    return _DRAWN[name](cohort) if name in _DRAWN else None


_DRAWN: Final[Mapping[str, Callable[[Cohort], Picture]]] = {
    "swimmer": swimmer,
    "responses": responses,
    "antibodies": antibodies,
}
