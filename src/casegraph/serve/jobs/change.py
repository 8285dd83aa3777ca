"""Makes a change that another casegraph sends: whole units, entered in the ledger as a load enters them."""

from __future__ import annotations

from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.condition import Condition
from casegraph.store.change import apply_change
from casegraph.store.embedded import EmbeddedStore

__all__ = ["ChangeGraphs"]


class ChangeGraphs(Job, frozen=True, kw_only=True):
    """A change.

    :param content: as :func:`casegraph.store.change.change_of` writes it.
    """

    content: bytes
    condition: Condition = Condition()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Make it, all of it or nothing: status 204.

        :raises InputError: if it is none, or writes what is the ledger's own to tell.
        :raises PreconditionError: if the condition does not hold.
        """
        self.condition.check(store)
        apply_change(store, self.content)
        out.begin("", 204)
