"""The table of all jobs, by which a worker reads what it is sent."""

from __future__ import annotations

from casegraph.serve.jobs.graph import AddToGraph, DropGraph, GetGraph, PutGraph
from casegraph.serve.jobs.query import Query
from casegraph.serve.jobs.update import Update

__all__ = ["JOBS"]

JOBS = Query | Update | GetGraph | PutGraph | AddToGraph | DropGraph
