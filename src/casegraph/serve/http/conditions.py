"""Reads the headers by which a client says what has to hold before something is changed."""

from __future__ import annotations

import re
from collections.abc import Container
from http import HTTPStatus
from typing import Final, NamedTuple

from casegraph.serve.http.problems import RefusedError
from casegraph.serve.http.request import Request
from casegraph.serve.jobs.condition import Condition

__all__ = ["Tag", "condition_of", "tags_of"]

_TAG: Final = re.compile(r'[ \t,]*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|\Z)')


class Tag(NamedTuple):
    """The tag of an answer.

    :param is_weak: whether its bytes may be others.
    :param state: of the store that the answer was of.
    :param mark: what tells the answer from others of that state.
    """

    is_weak: bool
    state: str
    mark: str


def tags_of(header: str, name: str) -> list[Tag] | None:
    """Return the tags that a header lists; None where it is ``*``.

    :raises RefusedError: 400 if it lists none, or not only tags: what is not understood is not left out.

    >>> tags_of('"1-a", W/"2-b"', "If-Match")
    [Tag(is_weak=False, state='1', mark='a'), Tag(is_weak=True, state='2', mark='b')]
    """
    if header.strip() == "*":
        return None
    found, end = [], 0
    while matched := _TAG.match(header, end):
        state, _, mark = matched[2].partition("-")
        found.append(Tag(bool(matched[1]), state, mark))
        end = matched.end()
    if not found or header[end:].strip(" \t,"):
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, f"{name} is no list of tags", expected='* or tags such as "1-a"'
        )
    return found


def condition_of(
    request: Request, graph: str | None = None, marks: Container[str] | None = None
) -> Condition:
    """Return what has to hold before a change by a request; what always does if it says nothing of that.

    ``If-Match`` is compared strongly: a weak tag, such as those of queries, is never that of what is there.

    :param graph: that is changed; None for what is always there.
    :param marks: of all answers that what is changed has; None where the tag of any answer will do.
    :raises RefusedError: 400 if a header is malformed.
    """
    must, must_not = request.header(b"if-match"), request.header(b"if-none-match")
    same = None if must is None else tags_of(must, "If-Match")
    others = [] if must_not is None else tags_of(must_not, "If-None-Match")

    def states(tags: list[Tag]) -> tuple[str, ...]:
        return tuple(each.state for each in tags if marks is None or each.mark in marks)

    return Condition(
        graph=graph,
        present=must is not None,
        absent=others is None,
        states=None if same is None else states([each for each in same if not each.is_weak]),
        others=states(others or []),
    )
