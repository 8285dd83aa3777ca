"""Changes the store by a SPARQL Update."""

from __future__ import annotations

from casegraph.serve.guard.datasets import with_using
from casegraph.serve.guard.text import refuse
from casegraph.serve.jobs import Job, Out
from casegraph.serve.jobs.condition import Condition
from casegraph.serve.limits import Limits
from casegraph.store.editing import update
from casegraph.store.embedded import EmbeddedStore

__all__ = ["Update"]


class Update(Job, frozen=True, kw_only=True):
    """A SPARQL Update.

    :param base: what its relative IRIs are resolved against.
    :param limits: those of the server.
    :param default: the graphs of the default graph that the request names (``using-graph-uri``).
    :param named: the named graphs that the request names (``using-named-graph-uri``).
    """

    text: str
    base: str
    limits: Limits
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    condition: Condition = Condition()

    def run(self, store: EmbeddedStore, out: Out) -> None:
        """Carry it out, all of it or nothing: status 204.

        :raises InputError: if it is no SPARQL Update, or asks for what no update may do.
        :raises LimitError: if it is nested too deep.
        :raises PreconditionError: if the condition does not hold.
        """
        refuse(self.text, limits=self.limits, update=True)
        self.condition.check(store)
        text = with_using(self.text, self.default, self.named) if self.default or self.named else self.text
        update(store, text, base=self.base)
        out.begin("", 204)
