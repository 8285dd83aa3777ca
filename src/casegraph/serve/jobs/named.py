"""The jobs behind forms: terms that a text may become, what IRIs are called, the text of a query."""

from __future__ import annotations

import msgspec

from casegraph.bound import text_for
from casegraph.namespaces import compact
from casegraph.query import get_query
from casegraph.serve.jobs import Job, Out
from casegraph.serve.telling.labels import names_of
from casegraph.serve.telling.service import Service
from casegraph.store.embedded import EmbeddedStore
from casegraph.terms import all_terms
from casegraph.terms.branches import kind_of
from casegraph.terms.completing import completions
from casegraph.told import told_names, with_told

__all__ = ["BoundText", "FindTerms", "NameTerms", "OfferedTerm"]

_JSON = "application/json"


class OfferedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term that a text may become.

    :param matched: how it matched: ``identifier``, ``label``, ``synonym``, ``spelling`` ...
    :param name: the name that matched.
    :param kind: ``drug``, ``disease`` ...; ``other`` where no branch tells.
    """

    term: str
    iri: str
    label: str
    matched: str
    name: str
    kind: str


class FindTerms(Job, frozen=True, kw_only=True):
    """Find the terms that a text may become.

    :param within: CURIEs of what they are to be, or be below.
    :param limit: how many at most.
    """

    text: str
    within: tuple[str, ...]
    limit: int

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises InputError: if a vocabulary that was added is damaged.
        :raises StoreError: if the store fails.
        """
        terms, told = all_terms(), told_names(store)
        found = [
            OfferedTerm(
                term=compact(hit.iri),
                iri=hit.iri,
                label=terms.plain(hit.iri) or next(iter(told.get(hit.iri, ())), ""),
                matched=hit.matched,
                name=hit.name,
                kind=kind_of(hit.iri, terms),
            )
            for hit in completions(terms, self.text, self.within, self.limit, told)
        ]
        out.begin(_JSON)
        out.write(msgspec.json.encode({"terms": found}))


class NameTerms(Job, frozen=True, kw_only=True):
    """Tell what IRIs are called.

    :param service: the server as the client sees it.
    """

    service: Service
    iris: tuple[str, ...]

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises InputError: if one of them is no IRI.
        :raises StoreError: if the store fails.
        """
        made = names_of(store, self.service, with_told(store), self.iris)
        out.begin(_JSON)
        out.write(msgspec.json.encode({"names": made}))


class BoundText(Job, frozen=True, kw_only=True):
    """Give the SPARQL of a stored query, with values for its parameters.

    :param values: parameter -> what was said for it; the others keep their example.
    """

    name: str
    values: dict[str, str]

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """See :meth:`casegraph.serve.jobs.Job.run`.

        :raises InputError: if a parameter is unknown or a value is not of its type.
        :raises StoreError: if the store fails.
        """
        text = text_for(store, get_query(self.name), self.values)
        out.begin("application/sparql-query")
        out.write(text.encode())
