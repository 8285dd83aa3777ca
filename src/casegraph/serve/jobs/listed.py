"""The job that lists cases, groups or reports, a page at a time."""

from __future__ import annotations

import msgspec

from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.telling.listed import entries_of, entry_triples
from casegraph.serve.telling.resources import form_of
from casegraph.serve.telling.service import Service
from casegraph.serve.telling.statements import written
from casegraph.store.embedded import EmbeddedStore

__all__ = ["ListResources"]


class ListResources(Job, frozen=True, kw_only=True):
    """A page of the list of cases, groups or reports.

    :param kind: one of :data:`casegraph.serve.telling.listed.LISTS`.
    :param format_: the name of the format: ``json``, ``html``, or one of RDF.
    :param service: the server as the client sees it.
    :param limit: how many a page has.
    :param offset: how many come before.
    """

    kind: str
    format_: str
    media_type: str
    service: Service
    limit: int
    offset: int = 0

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write it; the header ``Link`` leads to the pages before and after.

        :raises StoreError: if the store fails.
        """
        found = entries_of(store, self.service, self.kind, self.limit + 1, self.offset)
        page, links = found[: self.limit], self._links(is_last=len(found) <= self.limit)
        if self.format_ == "html":
            from casegraph.serve.pages.listed import list_page

            content = list_page(self.service, self.kind, page, links)
        elif self.format_ == "json":
            content = msgspec.json.encode({self.kind: page})
        else:
            content = written(entry_triples(self.kind, page), form_of(self.media_type))
        told = ", ".join(f'<{address}>; rel="{name}"' for name, address in links.items())
        out.begin(content_type(self.media_type), headers={"link": told})
        out.write(content)

    def _links(self, *, is_last: bool) -> dict[str, str]:
        """Return what other pages are to this one -> their addresses."""
        starts = {"first": 0}
        if self.offset:
            starts["prev"] = max(self.offset - self.limit, 0)
        if not is_last:
            starts["next"] = self.offset + self.limit
        address = f"{self.service.base}{self.kind}"
        form = "&format=html" if self.format_ == "html" else ""
        return {name: f"{address}?limit={self.limit}&offset={start}{form}" for name, start in starts.items()}
