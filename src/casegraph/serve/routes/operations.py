"""What the interface apart from SPARQL can do: an operation for each address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from casegraph.parameters import closed_list
from casegraph.plot.cohort.cohort import is_cohort
from casegraph.query import Parameter, StoredQuery, example_of, stored_queries
from casegraph.serve.http.formats import FORMAT
from casegraph.serve.http.negotiation import GRAPHS, HTML, JSON, Format
from casegraph.serve.http.request import Request
from casegraph.serve.routes.cohorts import (
    PICTURES,
    answer_cohort,
    answer_cohort_data,
    answer_cohorts,
)
from casegraph.serve.routes.data import (
    answer_examples,
    answer_file,
    answer_index,
    answer_ontology,
    answer_resource,
    answer_void,
    answer_workbench,
)
from casegraph.serve.routes.health import answer_health
from casegraph.serve.routes.lists import MOST_LISTED, answer_list
from casegraph.serve.routes.named import (
    MOST_NAMED,
    MOST_TERMS,
    MOST_WITHIN,
    SPARQL,
    answer_labels,
    answer_terms,
    answer_text,
)
from casegraph.serve.routes.queries import (
    MOST_LIMIT,
    MOST_OFFSET,
    answer_queries,
    answer_query_head,
    answer_results,
)
from casegraph.serve.state import State
from casegraph.serve.static import FILES
from casegraph.serve.telling.listed import LISTS
from casegraph.serve.telling.rowformats import ROWS

__all__ = ["Operation", "operations"]

Route = Callable[[Request, State], Awaitable[None]]
_JSON_TYPES: Final = {"integer": "integer", "decimal": "number", "boolean": "boolean"}
_KINDS: Final = {"cases": "a case", "groups": "a group", "reports": "a report", "datasets": "a data set"}
_DESCRIBED: Final = (JSON, *GRAPHS, HTML)


@dataclass(frozen=True)
class Operation:
    """What GET does at an address.

    :param path: as FastAPI writes it.
    :param formats: of the answer.
    :param json: the name of the schema of its JSON, in :mod:`casegraph.serve.routes.schemas`.
    :param failed: the same of an answer in JSON that tells of a failure, if it is no problem like others.
    :param parameters: as OpenAPI writes them.
    :param is_told: whether OpenAPI tells of it.
    """

    name: str
    path: str
    route: Route
    summary: str
    tag: str
    formats: Sequence[Format] = ()
    json: str = ""
    failed: str = ""
    description: str = ""
    parameters: Sequence[Mapping[str, Any]] = ()
    is_told: bool = True


def operations() -> Iterator[Operation]:
    """Yield all operations."""
    yield Operation(
        "queries", "/queries", answer_queries, "All stored queries", "queries", _DESCRIBED, "Queries"
    )
    for query in stored_queries().values():
        yield from _of_query(query)
    yield from _of_cohorts()
    yield from _of_data()
    yield from _of_names()
    yield Operation("index", "/", answer_index, "", "server", is_told=False)
    yield Operation("workbench", "/workbench", answer_workbench, "", "server", is_told=False)
    about = "Whether the data can be read"
    yield Operation("health", "/health", answer_health, about, "server", (JSON,), "Health", "Failed")
    for name, file in FILES.items():
        path = "/docs" if name == "docs.html" else f"/static/{name}"
        yield Operation(name, path, partial(answer_file, file), "", "server", is_told=False)


def _of_query(query: StoredQuery) -> Iterator[Operation]:
    head, paging = query.head, _paging(MOST_LIMIT, "how many rows")
    told: dict[str, Any] = {
        "tag": "queries",
        "description": f"{head.question}\n\n{' '.join(head.description.split())}",
    }
    yield Operation(
        query.name,
        f"/queries/{query.name}",
        partial(answer_query_head, query),
        head.summary,
        formats=_DESCRIBED,
        json="AboutQuery",
        **told,
    )
    yield Operation(
        f"{query.name}_results",
        f"/queries/{query.name}/results",
        partial(answer_results, query),
        f"{head.summary}: the rows",
        formats=ROWS,
        json="Results",
        parameters=[
            *(_of_parameter(query, *each) for each in head.parameters.items()),
            *paging,
            _format(ROWS),
        ],
        **told,
    )
    text, route = f"/queries/{query.name}/text", partial(answer_text, query)
    yield Operation(f"{query.name}_text", text, route, "", "queries", (SPARQL,), is_told=False)


def _of_names() -> Iterator[Operation]:
    """Yield what the fields of forms and the tables of rows ask."""
    limit = _paging(MOST_TERMS, "how many terms")[:1]
    within = _parameter("within", "CURIEs of what the terms are to be, or be below", _several(MOST_WITHIN))
    yield Operation(
        "terms",
        "/terms",
        answer_terms,
        "Terms by the beginning of a name",
        "names",
        (JSON,),
        "Terms",
        parameters=[_required("text", "what is typed", {"type": "string"}), within, *limit],
    )
    yield Operation(
        "labels",
        "/labels",
        answer_labels,
        "What IRIs are called",
        "names",
        (JSON,),
        "Names",
        parameters=[_required("iri", "of a term, a case, a claim ...", _several(MOST_NAMED))],
    )


def _of_cohorts() -> Iterator[Operation]:
    yield Operation("cohorts", "/cohorts", answer_cohorts, "The cohorts", "cohorts", (HTML,))
    # what they take is what the queries take, and is told there
    for query in filter(is_cohort, stored_queries().values()):
        path = f"/cohorts/{query.name}"
        yield Operation(
            f"{query.name}_cohort", path, partial(answer_cohort, query), "", "cohorts", is_told=False
        )
        for picture in PICTURES:
            route = partial(answer_cohort_data, query, picture)
            yield Operation(
                f"{query.name}_{picture}", f"{path}/{picture}", route, "", "cohorts", is_told=False
            )


def _of_data() -> Iterator[Operation]:
    of: dict[str, Any] = {"tag": "data", "formats": (*GRAPHS, HTML), "description": "As RDF or as a page."}
    for kind in LISTS:
        yield Operation(
            f"all_{kind}",
            f"/{kind}",
            partial(answer_list, kind),
            f"The list of {kind}",
            "data",
            _DESCRIBED,
            "Listed",
            parameters=[*_paging(MOST_LISTED, f"how many {kind}"), _format(_DESCRIBED)],
        )
    for kind, what in _KINDS.items():
        path = _parameter("path", f"the IRI of {what} behind /{kind[:-1]}/", place="path")
        route = partial(answer_resource, kind)
        yield Operation(
            kind,
            f"/{kind}/{{path:lines}}",
            route,
            what[0].upper() + what[1:],
            parameters=[path, _format(of["formats"])],
            **of,
        )
    yield Operation(
        "ontology", "/ontology", answer_ontology, "The ontology", parameters=[_format(of["formats"])], **of
    )
    yield from _of_descriptions(of)


def _of_descriptions(of: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield what tells of the data and of the queries.

    :param of: what they have in common with all data.
    """
    format_ = _format(of["formats"])
    about = (
        "no: without which properties the things of each class have, which takes long to count; "
        "where nothing is said a page is without it, and data are not"
    )
    parts = _parameter("parts", about, {"type": "string", "enum": ["yes", "no"]})
    what = "What the data are (VoID)"
    yield Operation("void", "/.well-known/void", answer_void, what, parameters=[parts, format_], **of)
    yield Operation(
        "examples",
        "/.well-known/sparql-examples",
        answer_examples,
        "The stored queries as RDF",
        parameters=[format_],
        **of,
    )


def _of_parameter(query: StoredQuery, name: str, parameter: Parameter) -> dict[str, Any]:
    example = example_of(query, name)
    schema: dict[str, Any] = {"type": _JSON_TYPES.get(parameter.type, "string")}
    if parameter.type == "value":
        members = closed_list(example)
        schema["enum"] = list(members)
        example = example.rpartition(":")[2]
    return {**_parameter(name, parameter.label, schema), "example": _plain(parameter, example)}


def _plain(parameter: Parameter, example: str) -> Any:
    """Return the example of a query as it is said in an address."""
    if parameter.type in (*_JSON_TYPES, "text"):
        return msgspec.json.decode(example)
    return example.split(maxsplit=1)[0].strip("<>")


def _format(formats: Sequence[Format]) -> dict[str, Any]:
    names = sorted({each.name for each in formats})
    return _parameter(FORMAT, "instead of Accept", {"type": "string", "enum": names})


def _parameter(
    name: str, meaning: str, schema: Mapping[str, Any] | None = None, place: str = "query"
) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": meaning,
        "schema": dict(schema or {"type": "string"}),
    }


def _several(most: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": most}


def _required(name: str, meaning: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {**_parameter(name, meaning, schema), "required": True}


def _paging(most: int, what: str) -> tuple[dict[str, Any], ...]:
    limits = {"type": "integer", "minimum": 1, "maximum": most}
    offsets = {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET}
    return (
        _parameter("limit", f"{what} a page has", limits),
        _parameter("offset", f"{what} come before", offsets),
    )
