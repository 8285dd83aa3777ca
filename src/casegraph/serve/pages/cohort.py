"""The pages of the cohorts: the list of them, and for each its question, its pictures and its cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from casegraph.namespaces import BASE
from casegraph.plot.cohort.besides import Besides
from casegraph.plot.cohort.cohort import Cohort, cohort_question
from casegraph.plot.cohort.harms import told_to_have_died
from casegraph.plot.cohort.leftout import LeftOut
from casegraph.plot.cohort.pictures import QUESTIONS
from casegraph.plot.cohort.within import only_possibly
from casegraph.plot.picture import Picture
from casegraph.plot.shown import counted
from casegraph.serve.pages.cohort_groups import groups_left_out
from casegraph.serve.pages.cohort_nothere import not_here_besides
from casegraph.serve.pages.cohort_positive import positive_elsewhere
from casegraph.serve.pages.frame import described, module, page
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.pages.picture import figure, picture_scripts
from casegraph.serve.pages.queries import parameter_form
from casegraph.serve.telling.catalogue import AboutQuery, about
from casegraph.serve.telling.service import Service
from casegraph.story.examples import example_as_said

__all__ = ["cohort_page", "cohorts_page"]

#: So many cases are listed, and named in the text of a query.
_LISTED: Final = 200
_NAMED: Final = 20
_GROUPS = "Groups are left out, since what is told of a group is not told of any one of its patients."


def cohorts_page(service: Service, queries: Iterable[AboutQuery]) -> bytes:
    """Return the list of the stored queries whose cases are a cohort."""
    head = element("tr", (element("th", name, scope="col") for name in ("cohort", "what it asks")))
    rows = (
        element(
            "tr",
            element("th", link(each.links["cohort"], each.summary), scope="row"),
            element("td", each.question),
        )
        for each in queries
    )
    told = (
        "Each is a stored query whose answer is a set of cases, with pictures of what was given to them and "
        "what became of it. Begin with the example of a query, then change what it asks for."
    )
    table = element("table", element("thead", head), element("tbody", rows))
    content = [
        element("h1", "Cohorts"),
        element("p", told),
        element("div", table, class_="wide", tabindex="0"),
    ]
    return page(service, "Cohorts", content, address=f"{service.base}cohorts")


def cohort_page(
    service: Service,
    cohort: Cohort,
    pictures: Sequence[Picture],
    notices: Sequence[str],
    others: Besides | None = None,
) -> bytes:
    """Return the page of a cohort.

    :param notices: lines that a reader must know first, as that a report was retracted.
    :param others: who is not in it.
    """
    query, others = about(service, cohort.query), others or Besides()
    told = [
        *(element("li", each) for each in notices),
        *positive_elsewhere(service, others.positive),
        *not_here_besides(service, others.not_here),
        *groups_left_out(service, others.groups),
    ]
    first = element("h2", "Read this first", id="_notices")
    content: list[Content] = [
        element("h1", query.summary),
        element("p", query.question),
        element("section", first, element("ul", told), class_="notice", aria_labelledby="_notices")
        if told
        else "",
        element("p", _counted(cohort)),
        described(_asked(service, cohort, query)),
        _form(cohort, query),
        element(
            "details",
            element("summary", "What the query counts in, and what not"),
            element("p", query.description),
        ),
        *(_picture(service, cohort, query, each) for each in pictures),
        _cases(service, cohort, query, others.groups),
        *picture_scripts(service),
        module(service, "fields.js"),
    ]
    return page(service, f"{query.summary}: pictures", content, address=query.links["cohort"])


def _counted(cohort: Cohort) -> Element:
    cases, reports = len(cohort.cases), len(set(cohort.reports.values()))
    patients = counted(len(cohort.patients_of(cohort.cases)), "patient")
    treated = len({row["case"] for row in cohort.given})
    untold = f" Of {counted(cases - treated, 'case')} no treatment is told." if treated < cases else ""
    many = element(
        "strong",
        f"{patients}{_sure(cohort)}, told of in {counted(cases, 'case')} of {counted(reports, 'report')}.",
    )
    return element("span", many, f" {told_to_have_died(cohort)}", untold, f" {_GROUPS}", _members(cohort))


def _members(cohort: Cohort) -> str:
    """Return which rows of the answer count, where that is not each, and how many cases have only others."""
    wanted = (f"{name} is {' or '.join(values)}" for name, values in cohort.query.head.members.items())
    said = " and ".join(wanted)
    if not said:
        return ""
    others = f"; {counted(len(cohort.otherwise), 'case')} with other rows alone left out"
    told = f" Only those rows of the answer count whose {said}{others if cohort.otherwise else ''}."
    return f"{told} The pictures show all that is told of these cases, not these rows alone."


def _sure(cohort: Cohort) -> str:
    """Return of how many patients an outcome came certainly within the days, where those are asked."""
    if not (open_ := only_possibly(cohort)):
        return ""
    sure = cohort.patients_of({*cohort.cases} - open_)
    maybe = cohort.patients_of(open_) - sure
    return f" ({len(sure):,} certainly, {len(maybe):,} only possibly)" if maybe else ""


def _asked(service: Service, cohort: Cohort, query: AboutQuery) -> Iterator[tuple[str, list[Content]]]:
    for name in query.parameters:
        yield name, [cohort.values.get(name) or _example(cohort, name)]
    yield "query", [link(query.links["self"], query.name)]
    yield "its rows", [link(_with(cohort, query.links["results"]), "as a table")]


def _example(cohort: Cohort, parameter: str) -> str:
    return f"{example_as_said(cohort.query, parameter, lambda: cohort.terms)}, the example of the query"


def _form(cohort: Cohort, query: AboutQuery) -> Element:
    form = parameter_form(query, query.links["cohort"], "Show", cohort.values)
    return element("details", element("summary", "Ask for other cases"), form)


def _with(cohort: Cohort, address: str, **more: str) -> str:
    fields = urlencode({**cohort.values, **more})
    return f"{address}?{fields}" if fields else address


def _picture(service: Service, cohort: Cohort, query: AboutQuery, picture: Picture) -> Element:
    data = f"{query.links['cohort']}/{picture.name}"
    links = [
        link(_with(cohort, data, format="csv"), "its data as CSV"),
        ", ",
        link(_with(cohort, data, format="json"), "as JSON"),
        "; the cases: ",
        link(query.links["self"], query.name),
    ]
    more: list[Content] = [element("p", links)] if picture.rows else []
    return figure(picture, service.address, [*more, _queries(cohort, picture)])


def _queries(cohort: Cohort, picture: Picture) -> Element:
    """Return the questions that a picture is made of, as they can be asked anywhere."""
    names = cohort.cases if len(cohort.cases) <= _NAMED else None
    said = (
        "They can be sent to any SPARQL endpoint that has the data."
        if names is not None
        else f"Here they ask for all cases; the picture counts the {len(cohort.cases):,} of the cohort."
    )
    texts = (
        element("pre", f"# {name}\n{_text(question, cohort, named=names is not None)}", tabindex="0")
        for name, question in QUESTIONS[picture.name].items()
    )
    return element("details", element("summary", "Its queries (SPARQL)"), element("p", said), texts)


def _text(question: str, cohort: Cohort, *, named: bool) -> str:
    return cohort_question(question, cohort.cases if named else None)


def _cases(service: Service, cohort: Cohort, query: AboutQuery, groups: Sequence[LeftOut]) -> Element:
    open_ = only_possibly(cohort)
    entries = [
        element(
            "li",
            link(service.address(case), case.removeprefix(f"{BASE}case/")),
            " (only possibly)" if case in open_ else "",
        )
        for case in cohort.cases[:_LISTED]
    ]
    rest = len(cohort.cases) - len(entries)
    more = (
        element(
            "p",
            f"{rest:,} more are in ",
            link(_with(cohort, query.links["results"]), "the rows of the query"),
            ".",
        )
        if rest
        else ""
    )
    heading = element("h2", "The cases", id="_cases")
    left = f" {counted(len(groups), 'group')} left out: see the top of the page." if groups else ""
    none = element("p", f"No case of the store answers this.{left}")
    return element(
        "section", heading, element("ul", entries) if entries else none, more, aria_labelledby="_cases"
    )
