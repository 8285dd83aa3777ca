"""Answers SPARQL from the data of Oxigraph, on the dataset that query or request name."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyoxigraph as ox

from casegraph.errors import InputError
from casegraph.store import Answer
from casegraph.store.refused import refused_query
from casegraph.store.syntax import brings_dataset, named

__all__ = ["Dataset", "ask"]


class Dataset(NamedTuple):
    """The graphs that a request names, which take the place of those that the query names.

    Source: SPARQL 1.1 Protocol, section 2.1.4.

    :param default: graphs whose merge is the default graph.
    :param named: graphs that ``GRAPH`` sees.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def ask(
    data: ox.Store,
    sparql: str,
    *,
    union: bool = True,
    dataset: Dataset | None = None,
    base: str | None = None,
) -> Answer:
    """Answer a SPARQL query.

    :param union: whether patterns outside ``GRAPH`` see all graphs, if neither query nor request names some.
    :param dataset: the graphs that the request names.
    :param base: what relative IRIs of the query are resolved against.
    :raises InputError: if the query is not SPARQL, or cannot be answered; *where* is ``query:line:column``.
    :raises OSError: if the data cannot be read; RuntimeError if they are damaged.

    >>> bool(ask(ox.Store(), "ASK {}", dataset=Dataset(default=("http://e.org/g",))))
    True
    """
    graphs: dict[str, Any] = {}
    if dataset is not None:
        graphs["default_graph"] = [named(graph) for graph in dataset.default]
        graphs["named_graphs"] = [named(graph) for graph in dataset.named]
    union = union and dataset is None and not brings_dataset(sparql)
    try:
        return data.query(sparql, base_iri=base, use_default_graph_as_union=union, **graphs)
    except (SyntaxError, UnicodeEncodeError) as error:
        raise refused_query(str(error), sparql) from error
    except RuntimeError as error:
        if str(error).startswith("Corruption"):
            raise
        raise InputError(f"the query cannot be answered: {error}", where="query") from error
