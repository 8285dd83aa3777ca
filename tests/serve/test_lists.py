"""The lists of cases, groups and reports: each once, by IRI, with the title of its report, page by page."""

from __future__ import annotations

import json
import re
from itertools import count

import pyoxigraph as ox
import pytest
from answering import answer_of

from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.serve.errors import NotThereError
from casegraph.serve.jobs.listed import ListResources
from casegraph.serve.jobs.resource import ResourceData
from casegraph.serve.telling.listed import LISTS
from casegraph.serve.telling.service import Service
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore

SERVICE = Service(base="http://localhost:7878/")
TYPE, TITLE = f"<{PREFIXES['rdf']}type>", f"<{PREFIXES['dcterms']}title>"
MANY = 5


def _quads(number: int) -> str:
    report, case = f"{BASE}report/10.1000/{number}", f"{BASE}case/10.1000/{number}/1"
    title = "" if number == 1 else f'<{report}> {TITLE} "<Report> {number}" <{report}> .\n'
    return (
        f"<{report}> {TYPE} <{CG}CaseReport> <{report}> .\n{title}"
        f"<{case}> {TYPE} <{CG}Case> <{case}/asserted> .\n<{case}> {TYPE} <{CG}Case> <{case}/inferred> .\n"
        f"<{case}> <{CG}reportedIn> <{report}> <{case}/asserted> .\n"
    )


@pytest.fixture(scope="module")
def store() -> Store:
    group, odd = f"{BASE}group/10.1000/2/1", "urn:odd"
    quads = "".join(map(_quads, range(MANY))) + (
        f"<{group}> {TYPE} <{CG}Group> <{group}/asserted> .\n_:b {TYPE} <{CG}Case> <{odd}> .\n"
        f"<{BASE}report/10.1000/cited> {TYPE} <{CG}CaseReport> <{odd}> .\n"
    )
    return EmbeddedStore.of_quads(ox.parse(quads, format=ox.RdfFormat.N_QUADS), "a store")


def _list(store: Store, kind: str, media_type: str = "application/json", **page: int) -> tuple[str, str]:
    """Return a page of a list, and its header Link."""
    name = {"application/json": "json", "text/html": "html"}.get(media_type, "rdf")
    limits = {"limit": 100, **page}
    job = ListResources(kind=kind, format_=name, media_type=media_type, service=SERVICE, **limits)
    head, content = answer_of(job, store)
    assert head.status == 200
    return content.decode(), head.headers["link"]


def test_each_is_listed_once_with_the_title_of_its_report(store: Store) -> None:
    entries = json.loads(_list(store, "cases")[0])["cases"]
    assert entries == [
        {
            "iri": f"{BASE}case/10.1000/{number}/1",
            "label": "" if number == 1 else f"<Report> {number}",
            "link": f"http://localhost:7878/cases/10.1000/{number}/1",
        }
        for number in range(MANY)
    ]
    reports = json.loads(_list(store, "reports")[0])["reports"]
    assert [each["label"] for each in reports] == [each["label"] for each in entries]
    assert [each["link"] for each in json.loads(_list(store, "groups")[0])["groups"]] == [
        "http://localhost:7878/groups/10.1000/2/1"
    ]


def test_pages_lead_to_all_of_them(store: Store) -> None:
    found, address = [], "limit=2&offset=0"
    for number in count():
        limit, offset = map(int, re.findall(r"\d+", address))
        content, links = _list(store, "cases", limit=limit, offset=offset)
        found += [each["iri"] for each in json.loads(content)["cases"]]
        assert ('rel="prev"' in links) is (number > 0)
        following = re.search(r'<http://localhost:7878/cases\?([^>]*)>; rel="next"', links)
        if following is None:
            break
        address = following[1]
    assert number == 2
    assert found == [f"{BASE}case/10.1000/{number}/1" for number in range(MANY)]
    assert 'rel="next"' not in _list(store, "cases", limit=MANY)[1]
    assert json.loads(_list(store, "cases", offset=MANY)[0]) == {"cases": []}


def test_the_same_as_rdf_and_as_a_page(store: Store) -> None:
    triples = set(ox.parse(_list(store, "reports", "text/turtle")[0], format=ox.RdfFormat.TURTLE))
    assert len(triples) == 3 * MANY - 1
    assert {str(each.subject)[1:-1] for each in triples} == {
        f"{BASE}report/10.1000/{number}" for number in range(MANY)
    }
    page = _list(store, "cases", "text/html", limit=2, offset=2)[0]
    assert page.count('<li><a href="http://localhost:7878/cases/10.1000/') == 2
    assert "&lt;Report&gt; 2" in page
    assert page.count('href="http://localhost:7878/cases?limit=2&amp;offset=') == 3
    assert "There are none here." in _list(store, "groups", "text/html", offset=9)[0]


@pytest.mark.parametrize("kind", LISTS)
def test_who_asks_for_what_is_not_there_is_told_of_the_list(kind: str, store: Store) -> None:
    job = ResourceData(kind=kind[:-1], path="10.1000/none", media_type="text/turtle")
    with pytest.raises(NotThereError, match=f"/{kind} lists"):
        answer_of(job, store)
