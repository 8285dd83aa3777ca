"""The table of all jobs, by which a worker reads what it is sent."""

from __future__ import annotations

from casegraph.serve.jobs.change import ChangeGraphs
from casegraph.serve.jobs.cohort import CohortData, CohortPage
from casegraph.serve.jobs.described import CountAll
from casegraph.serve.jobs.graph import AddToGraph, DropGraph, GetGraph, PutGraph
from casegraph.serve.jobs.health import Health
from casegraph.serve.jobs.listed import ListResources
from casegraph.serve.jobs.named import BoundText, FindTerms, NameTerms
from casegraph.serve.jobs.query import Query
from casegraph.serve.jobs.resource import OntologyData, ResourceData, ResourcePage
from casegraph.serve.jobs.stored import StoredAnswer
from casegraph.serve.jobs.update import Update

__all__ = ["JOBS"]

JOBS = (
    Query
    | StoredAnswer
    | CohortPage
    | CohortData
    | GetGraph
    | ResourceData
    | ResourcePage
    | OntologyData
    | ListResources
    | FindTerms
    | NameTerms
    | BoundText
    | CountAll
    | Health
    | Update
    | PutGraph
    | AddToGraph
    | DropGraph
    | ChangeGraphs
)
