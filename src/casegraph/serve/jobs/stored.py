"""Answers a stored query with values for its parameters, in any format that rows have."""

from __future__ import annotations

from functools import partial

from casegraph.query import StoredQuery, get_query, run
from casegraph.rows import Rows
from casegraph.serve.errors import LimitError
from casegraph.serve.http.negotiation import content_type
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.beside import elsewhere
from casegraph.serve.jobs.noticed import notice_header
from casegraph.serve.jobs.out import as_its_format_can
from casegraph.serve.telling.rowformats import written
from casegraph.serve.telling.service import Service
from casegraph.store.embedded import EmbeddedStore
from casegraph.story.examples import kept_examples
from casegraph.story.noticed import noticed
from casegraph.told import with_told

__all__ = ["StoredAnswer"]


class StoredAnswer(Job, frozen=True, kw_only=True):
    """The rows that answer a stored query.

    :param values: parameter -> what was said for it; the others keep their example.
    :param address: of the answer, with the values and without what pages it.
    :param format_: the name of the format.
    :param service: the server as the client sees it.
    :param limit: how many rows a page has; None for all on one.
    :param offset: how many rows come before.
    :param most: how many rows there may be on one page.
    """

    name: str
    values: dict[str, str]
    address: str
    format_: str
    media_type: str
    service: Service
    limit: int | None = None
    offset: int = 0
    most: int | None = None

    def smaller(self) -> str:
        """See :meth:`casegraph.serve.jobs.Job.smaller`."""
        return elsewhere("query {}", self.name, self.values)

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Write the rows.

        Headers tell what a person would be told beside them: how many rows there are in all, which pages come
        before and after, and notices, such as that a row is of a report that was retracted.

        :raises InputError: if a parameter is unknown or a value is not of its type.
        :raises LimitError: if a page has too many rows.
        """
        query = get_query(self.name)
        found = run(store, query, self.values)
        page = self._page(found)
        terms = partial(with_told, store)
        kept = kept_examples(query, self.values, terms)
        notes = [*noticed(store, query, found), *([kept] if kept else [])]
        headers = {"x-total-count": str(len(found)), "link": self._links(len(found))}
        out.begin(content_type(self.media_type), headers=headers | notice_header(notes))
        if self.format_ == "html":
            out.write(self._html(query, page, notes, store))
        else:
            with as_its_format_can():
                out.write(written(page, self.format_, terms))

    def _html(self, query: StoredQuery, page: Rows, notes: list[str], store: EmbeddedStore) -> bytes:
        from casegraph.serve.pages.rows import rows_page

        return rows_page(self.service, query, page, with_told(store), notes)

    def _page(self, found: Rows) -> Rows:
        last = None if self.limit is None else self.offset + self.limit
        page = found.rows[self.offset : last]
        if self.most is not None and len(page) > self.most:
            what = f"the answer has {len(page):,} rows, and a page at most {self.most:,}"
            raise LimitError(what, where=self.name, todo="ask for pages by limit and offset")
        return Rows(found.columns, page)

    def _links(self, total: int) -> str:
        """Return the links to the query and to the other pages (RFC 8288)."""
        links = [f'<{self.address.partition("/results")[0]}>; rel="describedby"']
        if self.limit:
            starts = {"first": 0, "last": max(total - 1, 0) // self.limit * self.limit}
            if self.offset + self.limit < total:
                starts["next"] = self.offset + self.limit
            if self.offset:
                starts["prev"] = max(self.offset - self.limit, 0)
            links += [self._link(name, start) for name, start in starts.items()]
        return ", ".join(links)

    def _link(self, name: str, start: int) -> str:
        joint = "&" if "?" in self.address else "?"
        return f'<{self.address}{joint}limit={self.limit}&offset={start}>; rel="{name}"'
