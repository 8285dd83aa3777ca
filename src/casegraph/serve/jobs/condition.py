"""What a client says has to hold of a store before it is changed, looked at by the one who changes it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from casegraph.serve.errors import PreconditionError
from casegraph.serve.workers.stamp import state_of
from casegraph.store.directory import HEAD
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.syntax import named

__all__ = ["Condition"]

_AGAIN = "fetch it, look, and try again with its new ETag"
_NOT_NEW, _NOT_OLD = "leave If-None-Match out to change what is there", "leave If-Match out to make it"


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What has to hold (RFC 9110, section 13.1).

    Changes take turns in one process, so that none slips in between this and the change.

    :param graph: the IRI of the graph that is changed; None for what is always there.
    :param present: whether it has to be there.
    :param absent: whether it must not be there.
    :param states: names of states of the store, one of which has to be that of now; None for any.
    :param others: names of states that it must not have, where the graph is there.
    """

    graph: str | None = None
    present: bool = False
    absent: bool = False
    states: tuple[str, ...] | None = None
    others: tuple[str, ...] = ()

    def check(self, store: EmbeddedStore) -> None:
        """Look whether it holds.

        :raises PreconditionError: if it does not.
        """
        is_there = self.graph is None or store.data.contains_named_graph(named(self.graph))
        if self.absent and is_there:
            raise PreconditionError("it is there already", todo=_NOT_NEW)
        if self.present and not is_there:
            raise PreconditionError("it is not there", todo=_NOT_OLD)
        if self.states is None and not self.others:
            return
        state = state_of(Path(store.location, HEAD))
        if self.states is not None and state not in self.states:
            what = "the store was changed since, or the ETag is that of another answer"
            raise PreconditionError(what, todo=_AGAIN)
        if is_there and state in self.others:
            raise PreconditionError("it is as it was", todo=_NOT_NEW)
