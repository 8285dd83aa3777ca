"""The Python interface: a store of cases that can be loaded, asked and handed over as a graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from casegraph.compare import compare
from casegraph.errors import DocumentError, InputError, Problem
from casegraph.facts import read_case
from casegraph.ingest import Loaded, LoadedRecord, Rejected, RejectedRecord, known_of, load_paths
from casegraph.loaders.records import Options
from casegraph.notices import told_twice
from casegraph.query import StoredQuery, get_query, refuse_without_derived, run, stored_queries
from casegraph.rows import Rows
from casegraph.store import Store, open_store
from casegraph.subjects import find_case

if TYPE_CHECKING:
    from rdflib import Dataset

    from casegraph.parameters import ParameterValue
    from casegraph.plot.picture import Picture
    from casegraph.story.shown import CaseStory

__all__ = ["CaseStore"]


class CaseStore:
    """A store of cases.

    It is opened for each call, so that several programs can read one directory; an in-memory store is kept.

    >>> import casegraph
    >>> from casegraph.resources import shipped
    >>> with casegraph.open(":memory:") as cases:
    ...     loaded = cases.load(*shipped("cases", "miao-2020.yaml"))
    ...     rows = cases.query("refractory_cases_responding", drug="IL-2")
    ...     sorted({row["domain"].rpartition("#")[2] for row in rows})
    ['muscle', 'skin']
    """

    def __init__(self, location: str | Path) -> None:
        self.location = str(location)
        self._kept = open_store(location, writable=True) if self.location == ":memory:" else None

    def load(
        self,
        *paths: str | Path,
        dataset: str = "",
        fhir_version: str | None = None,
        mapping: str | Path | None = None,
        keep_identifiers: bool = False,
    ) -> tuple[Loaded | LoadedRecord, ...]:
        """Load cases: files, folders and archives, whatever their format. What is there is replaced.

        The good ones are in the store also where others are not.

        :param dataset: the name of the data set; by default the last folder or the file of each path.
        :param fhir_version: R4, R4B or R5, where a FHIR file does not show it.
        :param mapping: the file that tells what the columns of a table mean.
        :param keep_identifiers: carry in names and exact birth dates.
        :return: what was loaded; a record of a data set carries its losses.
        :raises DocumentError: if something was rejected; it carries the problems of all that was.
        :raises InputError: if a path does not exist, names nothing that can be a case, or an option is wrong.
        :raises StoreLockedError: if another process has the store open for writing.
        """
        from casegraph.merge.keeping import keep_merges

        options = Options(dataset, fhir_version, keep_identifiers, Path(mapping) if mapping else None)
        with self._store(writable=True) as store:
            outcomes = tuple(load_paths(store, [Path(path) for path in paths], options))
            keep_merges(store, {unit for arrived in outcomes for unit in known_of(arrived)})
        loaded = tuple(each for each in outcomes if isinstance(each, Loaded | LoadedRecord))
        problems: list[Problem] = []
        for each in outcomes:
            if isinstance(each, Rejected | RejectedRecord):
                problems += each.problems
        if problems:
            raise DocumentError(tuple(problems))
        return loaded

    def query(self, name: str, *, asserted: bool = False, **values: ParameterValue) -> Rows:
        """Ask a stored query by its name; parameters that are not named keep their example.

        :param asserted: leave out what was derived; a query that needs it then gives no rows, and
            one that counts it is refused.
        :raises InputError: if the query or a parameter is unknown, or a value means nothing.
        """
        asked = self._asked(name, asserted=asserted)
        with self._store(asserted=asserted) as store:
            return run(store, asked, values)

    def compare(self, name: str, parameter: str, *, asserted: bool = False, **values: ParameterValue) -> Rows:
        """Ask a stored query once for each value of a closed list, and lay the answers side by side.

        One column a value; a cell is empty where that value gives no such row.

        :param parameter: a parameter of the type ``value``, such as the definition of refractory.
        :param asserted: leave out what was derived.
        :raises InputError: if the query or a parameter is unknown, or has no closed list.
        """
        asked = self._asked(name, asserted=asserted)
        with self._store(asserted=asserted) as store:
            return compare(store, asked, parameter, values)

    def told_twice(self, rows: Rows) -> tuple[tuple[str, ...], ...]:
        """Return those cases of an answer that were decided to be one patient: to be counted once.

        :return: for each patient of whom the answer lists several cases, their IRIs.
        """
        with self._store() as store:
            return told_twice(store, rows)[1]

    def case(self, case: str) -> CaseStory:
        """Return a case in plain words, as ``casegraph show`` tells it; notebooks show it by itself.

        :param case: its IRI; or the DOI, ``pmid:NUMBER`` or key of a report, perhaps with ``/NUMBER``.
        :raises InputError: if the text names no case of the store.
        """
        from casegraph.story.shown import story_of

        with self._store() as store:
            return story_of(store, find_case(store, case))

    def plot(self, what: str, /, *, picture: str = "", **values: str) -> Picture:
        """Return the timeline of a case, or a picture of a cohort; notebooks show it by itself.

        :param what: as for :meth:`case`; or the name of a stored query that is tagged ``cohort``.
        :param picture: of a cohort ``swimmer``, if nothing is said, ``responses`` or ``antibodies``.
        :param values: of the parameters of the query; those not named keep their example.
        :raises InputError: if the text names no case of the store and no cohort, or there is no such picture,
            parameter or value.
        """
        if (query := stored_queries().get(what)) is not None:
            return self._cohort(query, picture or "swimmer", values)
        if picture or values:
            raise InputError(
                f"{what!r} is no stored query", todo="name a picture and values for a query only"
            )
        from casegraph.plot.timeline.timeline import timeline
        from casegraph.story.words import Words
        from casegraph.told import with_told

        with self._store() as store:
            return timeline(Words(read_case(store, find_case(store, what)), with_told(store)))

    def _cohort(self, query: StoredQuery, picture: str, values: dict[str, str]) -> Picture:
        from casegraph.plot.cohort.cohort import cohort_of
        from casegraph.plot.cohort.pictures import QUESTIONS, picture_of

        with self._store() as store:
            found = picture_of(cohort_of(store, query, values), picture)
        if found is None:
            raise InputError(f"no picture {picture!r}", expected=", ".join(QUESTIONS))
        return found

    @staticmethod
    def _asked(name: str, *, asserted: bool) -> StoredQuery:
        query = get_query(name)
        if asserted:
            refuse_without_derived(query)
        return query

    def sparql(self, query: str, *, asserted: bool = False) -> Rows:
        """Ask a SPARQL SELECT; patterns outside ``GRAPH`` see all graphs.

        :param asserted: leave out the graphs of what was derived.
        :raises InputError: if it is not a SPARQL SELECT; the error says where.
        """
        with self._store(asserted=asserted) as store:
            return Rows.read(store.query(query))

    def graph(self, *, asserted: bool = False) -> Dataset:
        """Return everything in the store as an rdflib Dataset, a copy in memory, one graph a named graph.

        :param asserted: leave out the graphs of what was derived.
        """
        from rdflib import Dataset

        dataset = Dataset(default_union=True)
        with self._store(asserted=asserted) as store:
            dataset.parse(data="\n".join(store.dump()) + "\n", format="nquads")
        return dataset

    def close(self) -> None:
        """Let go of an in-memory store."""
        if self._kept is not None:
            self._kept.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _store(self, *, writable: bool = False, asserted: bool = False) -> Iterator[Store]:
        if self._kept is not None:
            yield self._kept.without_derived() if asserted else self._kept
        else:
            with open_store(self.location, writable=writable) as store:
                yield store.without_derived() if asserted else store
