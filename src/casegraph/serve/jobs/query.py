"""Answers a SPARQL query in the format that its form has: rows and truth values, or triples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pyoxigraph as ox

from casegraph.errors import InputError, StoreError
from casegraph.serve.errors import LimitError, NotAcceptableError, ServiceError
from casegraph.serve.guard.addresses import hosts_called
from casegraph.serve.guard.text import is_plain, refuse
from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.counting import at_most, write_at_most
from casegraph.serve.jobs.out import as_its_format_can
from casegraph.serve.limits import Limits
from casegraph.serve.telling.resources import form_of
from casegraph.store.asking import Dataset
from casegraph.store.embedded import EmbeddedStore

__all__ = ["Query", "results_format", "write_triples"]


class Query(Job, frozen=True, kw_only=True):
    """A SPARQL query.

    :param base: what its relative IRIs are resolved against.
    :param union: whether the default graph is the union of all graphs, where no dataset is named.
    :param default: the graphs of the default graph that the request names; None for no dataset.
    :param named: the named graphs that the request names.
    :param results: the media type for rows and truth values; empty if none will do.
    :param triples: the media type for triples; empty if none will do.
    :param rows: how many may be answered; None for as many as there are, which are sent as they are found.
    :param limits: those of the server; None if the text was looked at already, since it calls services.
    """

    text: str
    results: str
    triples: str
    base: str | None = None
    union: bool = True
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] = ()
    rows: int | None = None
    limits: Limits | None = None

    def smaller(self) -> str:
        """See :meth:`casegraph.serve.jobs.Job.smaller`."""
        return f"{super().smaller()}, or add a LIMIT"

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Answer it.

        :raises InputError: if it is not SPARQL.
        :raises NotAcceptableError: if its form has no format that was asked for.
        :raises LimitError: if it is nested too deep, or has more rows.
        :raises ServiceError: if a service that it calls does not answer.
        """
        if self.limits is not None and not is_plain(self.text, limits=self.limits):
            refuse(self.text, limits=self.limits)
        with _told_of_services(self.text) if self.limits is None else nullcontext():
            self._answer(store, out)

    def _answer(self, store: EmbeddedStore, out: Out) -> None:
        dataset = None if self.default is None else Dataset(self.default, self.named)
        answer = store.query(self.text, union=self.union, dataset=dataset, base=self.base)
        if isinstance(answer, ox.QueryTriples):
            write_triples(answer, _wanted(self.triples, "RDF"), out, self.rows)
            return
        media_type = _wanted(self.results, "rows")
        format_ = results_format(media_type)
        out.begin(content_type(media_type), held=self.rows is not None)
        if isinstance(answer, ox.QueryBoolean) or self.rows is None:
            answer.serialize(out.file, format_)
        else:
            write_at_most(self.rows, answer, format_, out)


def write_triples(triples: Iterator[ox.Triple], media_type: str, out: Out, limit: int | None = None) -> None:
    """Write triples in an RDF format.

    :param limit: how many may be written; None for as many as there are.
    :raises LimitError: if there are more.
    :raises NotAcceptableError: if the format has no place for one.
    """
    out.begin(content_type(media_type), held=limit is not None)
    format_ = form_of(media_type)
    with as_its_format_can():
        ox.serialize(triples if limit is None else at_most(limit, triples), out.file, format_)


def results_format(media_type: str) -> ox.QueryResultsFormat:
    """Return the format of rows of a media type.

    :raises InputError: if it is none.

    >>> results_format("text/csv").file_extension
    'csv'
    """
    format_ = ox.QueryResultsFormat.from_media_type(media_type)
    if format_ is None:
        raise InputError("no format of rows", where=media_type)
    return format_


def _wanted(media_type: str, what: str) -> str:
    if not media_type:
        raise NotAcceptableError(f"the answer is {what}, and Accept has no format of {what}")
    return media_type


@contextmanager
def _told_of_services(query: str) -> Iterator[None]:
    """Tell of services that failed in words of ours: those of the engine have addresses that are secret.

    :raises ServiceError: if one did.
    """
    try:
        yield
    except (LimitError, NotAcceptableError):
        raise
    except (InputError, StoreError, OSError, RuntimeError) as error:
        said = error.__cause__ or error
        if not _is_of_service(said):
            raise
        hosts = " or ".join(hosts_called(str(said)) or hosts_called(query))
        raise ServiceError(
            f"the service {hosts} did not answer", where="query", todo="try again, or ask without it"
        ) from error


def _is_of_service(error: BaseException) -> bool:
    """Tell whether a failure is that of a service: its answer was an error, or not whole, or none."""
    if isinstance(error, OSError):
        return bool(hosts_called(str(error)))
    return isinstance(error, RuntimeError) and not str(error).startswith("Corruption")
