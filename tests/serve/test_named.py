"""What the fields of forms ask: terms by the beginning of a name, what IRIs are called, bound queries."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest
from answering import answer_of
from serving import Server

from casegraph.errors import InputError
from casegraph.namespaces import BASE, CG, PREFIXES, expand
from casegraph.serve.jobs.named import BoundText, FindTerms, NameTerms
from casegraph.serve.telling.service import Service
from casegraph.store import Store
from casegraph.store.embedded import EmbeddedStore
from casegraph.terms import all_terms
from casegraph.terms.completing import TOLD, completions

SERVICE = Service(base="http://localhost:7878/")
CASE = f"{BASE}case/10.1007/s13555-020-00421-8/1"
DRUGS = ("CHEBI:24431", "cg:Drug", "MAXO:0000001")
DISEASES = ("MONDO:0000001",)


def offered(text: str, *within: str, limit: int = 10) -> list[tuple[str, str, str]]:
    terms = all_terms()
    found = completions(terms, text, within, limit)
    return [(str(terms.label(each.iri)), each.matched, each.name) for each in found]


@pytest.mark.parametrize(
    ("text", "within", "expected"),
    [
        ("il-2", DRUGS, ("interleukin-2", "synonym", "IL-2")),
        ("IL", DRUGS, ("interleukin-2", "synonym", "IL-2")),
        ("dermatomyo", DISEASES, ("dermatomyositis", "label", "dermatomyositis")),
        ("MONDO:0016367", DISEASES, ("dermatomyositis", "identifier", "MONDO:0016367")),
        ("IL2", DRUGS, ("interleukin-2", "spelling", "IL-2")),
        ("gotron papule", (), ("Gottron's papules", "spelling", "Gottron papules")),
    ],
)
def test_the_likeliest_term_comes_first(
    text: str, within: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert offered(text, *within)[0] == expected


def test_words_may_stand_in_any_order() -> None:
    found = offered("dermato juv", *DISEASES)
    assert "juvenile dermatomyositis" in [label for label, *_ in found]
    assert all("juv" in name and "dermato" in name for *_, name in found)


@pytest.mark.parametrize("text", ["", " ", "d", "--", "%", "_", "\x00", "'\"", "<script>", "x" * 200])
def test_a_text_that_no_name_is_like_offers_nothing(text: str) -> None:
    assert offered(text, "cg:Autoantibody") == []


def test_only_terms_of_the_kind_that_is_asked_for_are_offered() -> None:
    terms = all_terms()
    found = completions(terms, "in", DRUGS, 50)
    assert len(found) >= 5
    roots = set(map(expand, DRUGS))
    assert all(roots & set(terms.above(each.iri)) for each in found)
    assert not {each.iri for each in found} & {each.iri for each in completions(terms, "in", DISEASES, 50)}


def test_there_are_as_many_as_asked_for_and_each_is_there_once() -> None:
    found = completions(all_terms(), "my", (), 7)
    assert len({each.iri for each in found}) == len(found) == 7


def test_a_term_that_only_records_know_is_offered_within_anything() -> None:
    told = {"urn:x:1": ("odd myositis of the clinic",)}
    (found,) = completions(all_terms(), "odd myos", DRUGS, 5, told)
    assert (found.iri, found.matched, found.name) == ("urn:x:1", TOLD, "odd myositis of the clinic")


def _named(store: Store, *iris: str) -> dict[str, dict[str, str]]:
    _, content = answer_of(NameTerms(service=SERVICE, iris=iris), store)
    return dict(json.loads(content)["names"])


def test_each_iri_has_a_label_a_short_name_and_a_place(seed_store: Store) -> None:
    drug, outside = f"{CG}Interleukin2Drug", expand("MONDO:0016367")
    found = _named(seed_store, CASE, f"{CASE}#il2", drug, outside, "urn:x", "javascript:alert(1)")
    title = "Hypomyopathic Dermatomyositis with Refractory Dermatitis Treated by Low-dose IL-2"
    path = CASE.removeprefix(BASE)
    place = "http://localhost:7878/cases/10.1007/s13555-020-00421-8/1"
    assert found[CASE] == {"label": title, "short": path, "link": place}
    assert found[f"{CASE}#il2"] == {
        "label": "treatment episode",
        "short": f"{path}#il2",
        "link": f"{place}#il2",
    }
    assert found[drug] == {
        "label": "interleukin-2",
        "short": "cg:Interleukin2Drug",
        "link": "http://localhost:7878/ontology#Interleukin2Drug",
    }
    assert found[outside] == {"label": "dermatomyositis", "short": "MONDO:0016367", "link": outside}
    assert found["urn:x"] == {"label": "", "short": "urn:x", "link": ""}
    assert found["javascript:alert(1)"]["link"] == ""


def test_a_label_of_the_store_is_told_whatever_it_says() -> None:
    label, iri = '<img src=x onerror="x">\u202e', "urn:x:__proto__"
    line = ox.Quad(
        ox.NamedNode(iri), ox.NamedNode(f"{PREFIXES['rdfs']}label"), ox.Literal(label), ox.NamedNode("urn:g")
    )
    store = EmbeddedStore.of_quads([line], "a store")
    assert _named(store, iri, "urn:x:none")[iri]["label"] == label


def test_what_has_no_label_is_called_by_the_narrowest_of_its_kinds() -> None:
    me, type_ = ox.NamedNode("urn:x:given"), ox.NamedNode(f"{PREFIXES['rdf']}type")
    kinds = [ox.NamedNode(f"{CG}{each}") for each in ("Drug", "Interleukin2Drug")]
    quads = [ox.Quad(me, type_, each, ox.NamedNode("urn:g")) for each in kinds]
    store = EmbeddedStore.of_quads(quads, "a store")
    assert _named(store, me.value)[me.value]["label"] == "interleukin-2"


def test_what_is_no_iri_is_refused(seed_store: Store) -> None:
    with pytest.raises(InputError):
        _named(seed_store, "a b")


def test_a_query_is_given_with_values_bound(seed_store: Store) -> None:
    values = {"drug": "IL-2"}
    head, text = answer_of(BoundText(name="refractory_cases_responding", values=values), seed_store)
    assert head.media_type == "application/sparql-query"
    assert f"VALUES ?drug {{ <{CG}Interleukin2Drug> }}" in text.decode()
    assert "VALUES ?refractory { cg:authorsDefinition }" in text.decode()
    _, text = answer_of(
        BoundText(name="author_claims", values={"case": "10.1007/s13555-020-00421-8"}), seed_store
    )
    assert f"VALUES ?case {{ <{CASE}> }}" in text.decode()


def test_offers_say_what_a_person_reads(seed_store: Store) -> None:
    _, content = answer_of(FindTerms(text="il-2", within=DRUGS, limit=5), seed_store)
    first, *_ = json.loads(content)["terms"]
    assert first == {
        "term": "cg:Interleukin2Drug",
        "iri": f"{CG}Interleukin2Drug",
        "label": "interleukin-2",
        "matched": "synonym",
        "name": "IL-2",
        "kind": "drug",
    }


@pytest.fixture
def client(served: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.address, timeout=30) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "/terms",
        f"/terms?text={'x' * 201}",
        "/terms?text=il&within=NONE:1",
        f"/terms?text=il{'&within=cg:Drug' * 21}",
        "/terms?text=il&limit=51",
        "/labels",
        "/labels?iri=a%20b",
        f"/labels?iri=urn:{'x' * 4001}",
        "/queries/drug_responses/text?none=1",
        "/queries/drug_responses/text?drug=",
        "/queries/drug_responses/text?drug=nosuchdrugatall",
    ],
)
def test_a_request_that_asks_for_nothing_is_refused(path: str, client: httpx.Client) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.slow
def test_too_many_iris_are_refused(client: httpx.Client) -> None:
    iris = "&".join(f"iri=urn:x:{number}" for number in range(100))
    assert len(client.get(f"/labels?{iris}").json()["names"]) == 100
    assert client.get(f"/labels?{iris}&iri=urn:y").status_code == 413
    told = client.get("/labels?iri=urn:x&iri=a%20b").json()
    assert (told["detail"].partition(":")[0], told["where"]) == ("no IRI", "'a b'")


@pytest.mark.slow
def test_the_workbench_is_a_page_whose_parts_are_of_this_server(client: httpx.Client) -> None:
    answer = client.get("/workbench")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert client.get("/workbench", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert f'src="{str(client.base_url).rstrip("/")}/static/workbench.js"' in answer.text
