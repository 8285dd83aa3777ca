"""Makes cases of what adapters give, the way of the records of any other data set."""

from casegraph.merge.lift.cases import lift

__all__ = ["lift"]
