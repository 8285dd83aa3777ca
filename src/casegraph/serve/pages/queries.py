"""The pages of the stored queries: the list of all, and for each what it asks, with a form to ask it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from casegraph.serve.pages.frame import described, module, page
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.telling.catalogue import AboutParameter, AboutQuery, QueryEntry
from casegraph.serve.telling.service import Service

__all__ = ["parameter_field", "parameter_form", "queries_page", "query_page"]

_TEXT = "_text"
_KINDS = {
    "concept": "a concept: label, synonym, CURIE or IRI",
    "concept-and-below": "a concept and all below it, or the drugs of a group: label, synonym, CURIE or IRI",
    "case": "a case: DOI, key of its report, or IRI",
    "term": "a term: CURIE, IRI or name",
    "value": "one of a list",
    "text": "text",
    "integer": "a whole number",
    "decimal": "a number",
    "boolean": "true or false",
}
#: What a field of a kind offers to who types in it, where there are scripts.
_OFFERS = {"concept": "terms", "concept-and-below": "terms", "term": "terms", "case": "cases"}


def queries_page(service: Service, queries: Iterable[QueryEntry]) -> bytes:
    """Return the list of all stored queries."""
    head = element("tr", (element("th", name, scope="col") for name in ("name", "what it gives", "tags")))
    rows = (
        element(
            "tr",
            element("th", link(each.links["self"], each.name), scope="row"),
            element("td", each.summary),
            element("td", ", ".join(each.tags)),
        )
        for each in queries
    )
    table = element("table", element("thead", head), element("tbody", rows))
    content = [element("h1", "Stored queries"), table]
    return page(service, "Stored queries", content, address=f"{service.base}queries")


def query_page(service: Service, query: AboutQuery) -> bytes:
    """Return the page of a stored query, with a form for its parameters."""
    content: list[Content] = [
        element("h1", query.summary),
        element("p", query.question),
        element("p", query.description),
        described(
            [
                ("name", [query.name]),
                ("tags", [", ".join(query.tags)]),
                (
                    "pictures",
                    [link(query.links["cohort"], "of its cases")] if "cohort" in query.links else [],
                ),
            ]
        ),
        element("p", link(f"{service.base}workbench#stored={query.name}", "Open in the workbench")),
        _form(query),
        _columns(query),
        element(
            "section",
            element("h2", "SPARQL", id="_text"),
            element("pre", query.text, tabindex="0"),
            aria_labelledby="_text",
        ),
        module(service, "fields.js"),
    ]
    return page(service, query.summary, content, forms=("text/turtle",), address=query.links["self"])


def _form(query: AboutQuery) -> Element:
    form = parameter_form(query, query.links["results"], "Ask")
    return element("section", element("h2", "Ask it", id="_ask"), form, aria_labelledby="_ask")


def parameter_form(query: AboutQuery, to: str, word: str, said: Mapping[str, str] | None = None) -> Element:
    """Return a form with a field for each parameter of a query; it needs the script ``fields.js``.

    :param to: the address that answers.
    :param word: what stands on its button.
    :param said: parameter -> what was said for it.
    """
    given = said or {}
    fields = [
        part
        for name, each in query.parameters.items()
        for part in parameter_field(name, each, given.get(name, ""))
    ]
    return element("form", fields, element("button", word), action=to, method="get", data_fields=True)


def parameter_field(name: str, parameter: AboutParameter, said: str = "") -> Iterator[Content]:
    """Yield a field of a form for a parameter, with its label.

    :param said: what was said for it; empty for its example.
    """
    me, hint = f"_field-{name}", f"_hint-{name}"
    yield element("label", f"{name}: {parameter.label}", for_=me)
    terms = parameter.example.split() if parameter.type != "text" else [parameter.example]
    if parameter.values:
        chosen = _chosen(parameter.values, said or terms[0])
        options = (
            element("option", label, value=value, selected=value == chosen)
            for value, label in parameter.values.items()
        )
        yield element("select", options, id=me, name=name)
        return
    example = terms[0].strip('<>"') if len(terms) == 1 else ""
    yield element(
        "input",
        id=me,
        name=name,
        value=said or example,
        aria_describedby=hint,
        data_offers=_OFFERS.get(parameter.type),
        data_within=" ".join(parameter.within),
    )
    yield element("p", f"{_KINDS[parameter.type]}; left empty, the example of the query stands", id=hint)


def _chosen(values: Mapping[str, str], said: str) -> str:
    """Return what is meant of a closed list, by local name or label; what is not in it stays as it is."""
    local = re.split("[#:]", said.strip("<>"))[-1]
    named = (key for key, label in values.items() if label.casefold() == local.casefold())
    return local if local in values else next(named, said)


def _columns(query: AboutQuery) -> Element:
    head = element("tr", element("th", "column", scope="col"), element("th", "meaning", scope="col"))
    rows = (
        element("tr", element("th", name, scope="row"), element("td", meaning))
        for name, meaning in query.returns.items()
    )
    table = element("table", element("thead", head), element("tbody", rows))
    return element("section", element("h2", "Columns", id="_columns"), table, aria_labelledby="_columns")
