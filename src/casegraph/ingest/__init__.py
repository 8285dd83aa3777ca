"""Brings cases into a store: documents one by one, records of data sets in batches; each all or nothing."""

from casegraph.ingest.documents import (
    Loaded,
    Prepared,
    Rejected,
    load,
    prepare,
    shipped_shapes,
    validate_document,
)
from casegraph.ingest.paths import Arrived, load_paths
from casegraph.ingest.records import LoadedRecord, RejectedRecord, load_records
from casegraph.ingest.removing import remove
from casegraph.ingest.settling import LoadedDocument

__all__ = [
    "Arrived",
    "Loaded",
    "LoadedDocument",
    "LoadedRecord",
    "Prepared",
    "Rejected",
    "RejectedRecord",
    "load",
    "load_paths",
    "load_records",
    "prepare",
    "remove",
    "shipped_shapes",
    "validate_document",
]
