"""Brings cases into a store: documents and records of data sets, each all or nothing."""

from casegraph.ingest.in_place import load, load_records
from casegraph.ingest.outcomes import (
    Arrived,
    Loaded,
    LoadedRecord,
    Rejected,
    RejectedRecord,
    cases_of,
    known_of,
)
from casegraph.ingest.paths import load_paths
from casegraph.ingest.preparing import Prepared, prepare, validate_document
from casegraph.ingest.removing import remove

__all__ = [
    "Arrived",
    "Loaded",
    "LoadedRecord",
    "Prepared",
    "Rejected",
    "RejectedRecord",
    "cases_of",
    "known_of",
    "load",
    "load_paths",
    "load_records",
    "prepare",
    "remove",
    "validate_document",
]
