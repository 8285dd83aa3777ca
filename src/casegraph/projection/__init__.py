"""Columns beside a store: Parquet files by which DuckDB answers the questions that count over all cases."""

from casegraph.projection.asking import answer, has_sql
from casegraph.projection.building import build, write
from casegraph.projection.place import Projection, find, generation_of

__all__ = ["Projection", "answer", "build", "find", "generation_of", "has_sql", "write"]
