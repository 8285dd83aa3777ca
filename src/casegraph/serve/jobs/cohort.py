"""The jobs that make the page of a cohort, and give the data of its pictures."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from casegraph.query import get_query
from casegraph.rows import Rows, Term
from casegraph.serve.errors import NotThereError
from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.beside import elsewhere
from casegraph.serve.jobs.noticed import notice_header
from casegraph.serve.telling.service import Service
from casegraph.store.embedded import EmbeddedStore
from casegraph.story.examples import kept_examples
from casegraph.story.noticed import noticed
from casegraph.told import with_told

if TYPE_CHECKING:
    from casegraph.plot.picture import Cell

__all__ = ["CohortData", "CohortPage"]


class CohortPage(Job, frozen=True, kw_only=True):
    """The page of the cases that answer a stored query, with their pictures.

    :param values: parameter -> what was said for it; the others keep their example.
    :param service: the server as the client sees it.
    """

    name: str
    values: dict[str, str]
    service: Service

    def smaller(self) -> str:
        """See :meth:`casegraph.serve.jobs.Job.smaller`."""
        return elsewhere("plot {} -o cohort.html", self.name, self.values)

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write it.

        :raises InputError: if a parameter is unknown or a value is not of its type.
        :raises StoreError: if the store fails.
        """
        from casegraph.plot.cohort.besides import besides
        from casegraph.plot.cohort.cohort import cohort_of
        from casegraph.plot.cohort.pictures import pictures_of
        from casegraph.plot.cohort.worded import said_by_word
        from casegraph.serve.pages.cohort import cohort_page

        query = get_query(self.name)
        cohort = cohort_of(store, query, self.values)
        kept = kept_examples(query, self.values, partial(with_told, store))
        notices = [*noticed(store, query, cohort.rows), *([kept] if kept else [])]
        told = [*notices, *said_by_word(cohort)]
        made = cohort_page(self.service, cohort, pictures_of(cohort), told, besides(cohort))
        out.begin("text/html; charset=utf-8", headers=notice_header(notices))
        out.write(made)


class CohortData(Job, frozen=True, kw_only=True):
    """The data of one picture of a cohort, as rows; beside what leads to a claim or a term, its IRI.

    Counts are integers. Of several things, names and IRIs have "; " between them, as in stored queries.
    Headers tell what stands on the page at the top, such as the groups that are left out.

    :param values: parameter -> what was said for it; the others keep their example.
    :param picture: its name.
    :param format_: the name of a format of rows.
    """

    name: str
    values: dict[str, str]
    picture: str
    format_: str
    media_type: str

    def smaller(self) -> str:
        """See :meth:`casegraph.serve.jobs.Job.smaller`."""
        return elsewhere(f"plot {{}} --picture {self.picture} -o cohort.html", self.name, self.values)

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write them.

        :raises NotThereError: if there is no such picture.
        :raises InputError: if a parameter is unknown or a value is not of its type.
        :raises StoreError: if the store fails.
        """
        from casegraph.plot.cohort.besides import besides
        from casegraph.plot.cohort.cohort import cohort_of
        from casegraph.plot.cohort.harms import told_to_have_died
        from casegraph.plot.cohort.pictures import picture_of
        from casegraph.plot.cohort.worded import said_by_word
        from casegraph.serve.telling.rowformats import written

        query = get_query(self.name)
        cohort = cohort_of(store, query, self.values)
        picture = picture_of(cohort, self.picture)
        if picture is None:
            raise NotThereError("no such picture", where=self.picture)
        columns, rows = list(picture.columns), []
        for row in picture.rows:
            rows.append((*map(_value, row), *map(_leading, row)))
        names = [re.sub(r"\W+", "_", each).strip("_") for each in columns]
        found = Rows((*names, *(f"{each}_iri" for each in names)), tuple(rows))
        kept = kept_examples(query, self.values, partial(with_told, store))
        notices = [*noticed(store, query, cohort.rows), *([kept] if kept else [])]
        died = told_to_have_died(cohort)
        told = [*notices, *([died] if died else []), *said_by_word(cohort), *besides(cohort).lines()]
        out.begin(content_type(self.media_type), headers=notice_header(told))
        out.write(written(found, self.format_, partial(with_told, store)))


def _value(cell: Cell) -> Term | None:
    if cell.number is not None:
        return Literal(cell.number)
    return Literal(cell.text) if cell.text else None


def _leading(cell: Cell) -> Term | None:
    """Return what a cell leads to: an IRI, or the text of several."""
    iris = cell.iris
    return Literal("; ".join(iris)) if len(iris) > 1 else NamedNode(iris[0]) if iris else None
