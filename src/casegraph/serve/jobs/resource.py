"""The jobs that give a case, a group, a report or the ontology, as RDF or as a page."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from casegraph.errors import InputError
from casegraph.facts import read_case, read_report
from casegraph.namespaces import BASE
from casegraph.notices import flags_of
from casegraph.serve.errors import NotThereError
from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.noticed import notice_header
from casegraph.serve.telling.resources import (
    find_report,
    find_subject,
    form_of,
    quads_of,
    write_graphs,
)
from casegraph.serve.telling.service import Service
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import unit_of
from casegraph.subjects import subjects_of

if TYPE_CHECKING:
    from casegraph.plot.picture import Picture
    from casegraph.story.words import Words

__all__ = ["OntologyData", "ResourceData", "ResourcePage"]

_PAGE = "text/html; charset=utf-8"
#: what comes of data that no load lets in, as a number that is none, or a claim that is its own cause.
_UNTOLD = (InputError, ArithmeticError, LookupError, ValueError, RecursionError)
_REPORTS = ("report", "dataset")


class ResourceData(Job, frozen=True, kw_only=True):
    """Give the graphs of a case or group with that of its report, or of a report or data set, as RDF.

    :param kind: one of the values of :data:`casegraph.serve.telling.resources.KINDS`.
    :param path: what stands behind ``/cases/`` and the like, as it was sent.
    :param media_type: of a form of RDF.
    """

    kind: str
    path: str
    media_type: str

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises NotThereError: if it is not there.
        :raises InputError: if there is no such form.
        :raises StoreError: if the store fails.
        """
        form_of(self.media_type)
        iri = _found(store, self.kind, self.path)
        _write(store, out, self.media_type, quads_of(store, iri))


class ResourcePage(Job, frozen=True, kw_only=True):
    """Give the page of a case, a group, a report or a data set.

    :param service: the server as the client sees it.
    :param kind: one of the values of :data:`casegraph.serve.telling.resources.KINDS`.
    :param path: what stands behind ``/cases/`` and the like, as it was sent.
    :param questions: name and summary of the stored queries that can be asked of a case.
    """

    service: Service
    kind: str
    path: str
    questions: tuple[tuple[str, str], ...] = ()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises NotThereError: if it is not there, or was changed by hand so that it has no words.
        :raises StoreError: if the store fails.
        """
        iri = _found(store, self.kind, self.path)
        try:
            made = (
                _report_page(self.service, store, iri)
                if self.kind in _REPORTS
                else self._case_page(store, iri)
            )
        except _UNTOLD as error:
            what = f"what the store has cannot be told in words: {error}"
            raise NotThereError(what, where=iri, todo="ask for it as text/turtle") from error
        out.begin(_PAGE)
        out.write(made)

    def _case_page(self, store: Store, case: str) -> bytes:
        from casegraph.serve.pages.case import Around, case_page
        from casegraph.story.around import contradictions, notices_of_case, perhaps_same, same_patient
        from casegraph.story.grouped import beside_in_report
        from casegraph.story.words import Words
        from casegraph.told import with_told

        words = Words(read_case(store, case), with_told(store))
        others = same_patient(store, case)
        pictures, undrawn = _pictures(words)
        around = Around(
            notices=[*notices_of_case(store, words.facts), *undrawn],
            pictures=pictures,
            others=others,
            perhaps=perhaps_same(store, case),
            in_report=beside_in_report(store, words.facts),
            contradictions=contradictions(store, case, words.terms) if others else (),
            questions=self.questions,
        )
        return case_page(self.service, words, around)


class OntologyData(Job, frozen=True, kw_only=True):
    """Give the ontology as RDF, with the terms of others that it uses: as the store has it.

    :param media_type: of a form of RDF.
    """

    media_type: str

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises InputError: if there is no such form.
        :raises StoreError: if the store fails.
        """
        form_of(self.media_type)
        _write(store, out, self.media_type, quads_of(store, f"{BASE}ontology"))


def _found(store: Store, kind: str, path: str) -> str:
    return find_report(store, kind, path) if kind in _REPORTS else find_subject(store, kind, path)


def _write(store: Store, out: Out, media_type: str, graphs: Mapping[str, str]) -> None:
    """Write graphs; the answer begins when it is whole, so that an error on the way has its own status."""
    from casegraph.story.around import edits_of

    whole = io.BytesIO()
    write_graphs(iter(graphs.values()), whole, media_type)
    notes = list(edits_of(store, set(map(unit_of, graphs))))
    out.begin(content_type(media_type), headers=notice_header(notes))
    out.write(whole.getvalue())


def _pictures(words: Words) -> tuple[list[Picture], list[str]]:
    """Return the pictures of a case, and a line for each that its data do not let be drawn."""
    from casegraph.plot.timeline.timeline import timeline

    try:
        return [timeline(words)], []
    except _UNTOLD as error:
        return [], [f"the timeline of the case cannot be drawn from what the store has: {error}"]


def _report_page(service: Service, store: Store, report: str) -> bytes:
    from casegraph.serve.pages.report import report_page
    from casegraph.story.around import edits_of
    from casegraph.story.words import Words
    from casegraph.told import with_told

    words = Words(read_report(store, report), with_told(store))
    flags = (str(flag) for flag in flags_of(store) if flag.report == report)
    notices = [*edits_of(store, (report,)), *flags]
    return report_page(service, words, subjects_of(store, report), notices)
