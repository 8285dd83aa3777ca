"""A change that a client ties to a condition is made if that holds, and by nobody else in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from serving import Server, filled, serving, token_file

from casegraph.serve.errors import PreconditionError
from casegraph.serve.http.conditions import Tag, tags_of
from casegraph.serve.http.problems import RefusedError
from casegraph.serve.jobs import Out
from casegraph.serve.jobs.change import ChangeGraphs
from casegraph.serve.jobs.condition import Condition
from casegraph.serve.jobs.document import Document
from casegraph.serve.jobs.graph import AddToGraph, DropGraph, PutGraph
from casegraph.serve.jobs.update import Update
from casegraph.serve.limits import Limits
from casegraph.serve.workers.stamp import state_of
from casegraph.store.change import CHANGE, change_of
from casegraph.store.directory import HEAD
from casegraph.store.editing import put_graph
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.ledger import generation

G, NONE = "urn:g", "urn:none"
ONTOLOGY = "https://w3id.org/casegraph/ontology"
NEW = "<urn:s> <urn:p> <urn:new> ."
TURTLE = {"Content-Type": "text/turtle"}
THREADS, COUNTS, SECONDS = 3, 6, 60


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("*", None),
        (' "1-a"', [Tag(False, "1", "a")]),
        (',"1-a" ,, W/"2,b-c",', [Tag(False, "1", "a"), Tag(True, "2,b", "c")]),
        ('""', [Tag(False, "", "")]),
    ],
)
def test_tags_are_read(header: str, tags: list[Tag] | None) -> None:
    assert tags_of(header, "If-Match") == tags


@pytest.mark.parametrize("header", ["", ",", "1-a", '"1-a', '*, "1-a"', '"1-a" "2-b"', 'w/"1-a"', '"1-a";'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(RefusedError, match="If-Match is no list of tags") as caught:
        tags_of(header, "If-Match")
    assert caught.value.status == 400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(str(tmp_path / "store"), writable=True) as opened:
        put_graph(opened, G, [])
        yield opened


def _holds(store: EmbeddedStore, **said: object) -> bool:
    try:
        Condition(**said).check(store)  # type: ignore[arg-type]
    except PreconditionError:
        return False
    return True


def test_a_condition_is_of_the_graph_and_of_the_state(store: EmbeddedStore) -> None:
    now = state_of(Path(store.location, HEAD))
    assert _holds(store)
    assert [_holds(store, graph=each, present=True) for each in (G, NONE, None)] == [True, False, True]
    assert [_holds(store, graph=each, absent=True) for each in (G, NONE, None)] == [False, True, False]
    assert [_holds(store, graph=G, states=each) for each in ((), ("x",), ("x", now))] == [False, False, True]
    assert [_holds(store, graph=each, others=(now,)) for each in (G, NONE)] == [False, True]
    assert _holds(store, graph=G, others=("x",))
    put_graph(store, NONE, [])
    assert not _holds(store, graph=G, states=(now,))


def test_each_change_looks_at_its_condition_first(store: EmbeddedStore) -> None:
    never = Condition(states=())
    documents = (Document(content=NEW.encode(), media_type="text/turtle", base=G),)
    before = generation(store)
    for job in (
        PutGraph(graph=G, documents=documents, condition=never),
        AddToGraph(graph=G, documents=documents, condition=never),
        DropGraph(graph=G, condition=never),
        Update(text=f"DROP GRAPH <{G}>", base=G, limits=Limits(), condition=never),
        ChangeGraphs(content=change_of([G], ""), condition=never),
    ):
        with pytest.raises(PreconditionError):
            job.run(store, Out(lambda _: None, 0))
    assert generation(store) == before


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("conditions")
    file, token = token_file(folder)
    place = filled(folder, (G, "<urn:s> <urn:p> <urn:old> .\n"))
    with serving(place, folder, "--writable", "--token-file", str(file), token=token) as server:
        yield server


def _asked(
    server: Server, method: str, path: str, said: Mapping[str, str] | None = None, content: str = ""
) -> int:
    headers = {**server.allowed, **TURTLE, **(said or {})}
    body = content.encode() if method in ("PUT", "POST") else None
    url = f"{server.address}{path}"
    return httpx.request(method, url, headers=headers, content=body, timeout=SECONDS).status_code


def _tag(server: Server, path: str, accept: str = "text/turtle") -> str:
    headers = {"Accept": accept}
    return httpx.head(f"{server.address}{path}", headers=headers, timeout=SECONDS).headers["etag"]


def _read(server: Server, path: str) -> httpx.Response:
    headers = {"Accept": "application/n-triples"}
    return httpx.get(f"{server.address}{path}", headers=headers, timeout=SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_graph_is_changed_if_it_is_what_was_fetched(method: str, served: Server) -> None:
    path, other = "/graphs?graph=urn:changed", f"/graphs?graph=urn:other-{method}"
    assert _asked(served, "PUT", other, content=NEW) == 201
    assert _asked(served, "PUT", path, content=NEW) in (201, 204)
    tag, before = _tag(served, path), _read(served, "/graphs?graph=urn:changed")
    weak, others = f"W/{tag}", f"{_tag(served, other)}, {_tag(served, '/graphs', 'application/trig')}"
    for wrong in ('"nope"', weak, others):
        assert _asked(served, method, path, {"If-Match": wrong}, "<urn:s> <urn:p> 1 .") == 412
    for wrong in ("*", tag, weak, f'"x", {tag}'):
        assert _asked(served, method, path, {"If-None-Match": wrong}, "<urn:s> <urn:p> 1 .") == 412
    assert _asked(served, method, path, {"If-Match": "nope"}) == 400
    assert _read(served, "/graphs?graph=urn:changed").content == before.content
    assert _asked(served, "PUT", other, content="<urn:s> <urn:p> 2 .") == 204
    assert _asked(served, method, path, {"If-Match": tag}, "<urn:s> <urn:p> 1 .") == 412
    tag = _tag(served, path, "application/ld+json")
    assert _asked(served, method, path, {"If-Match": f'"x", {tag}'}, "<urn:s> <urn:p> 1 .") == 204


@pytest.mark.slow
def test_a_graph_is_made_if_there_is_none(served: Server) -> None:
    for method in ("PUT", "POST"):
        path = f"/graphs?graph=urn:made-by-{method}"
        assert _asked(served, method, path, {"If-Match": "*"}, NEW) == 412
        assert _asked(served, method, path, {"If-None-Match": "*"}, NEW) == 201
        assert _asked(served, method, path, {"If-None-Match": "*"}, NEW) == 412
        assert _asked(served, method, path, {"If-Match": "*"}, NEW) == 204
    assert _asked(served, "DELETE", f"/graphs?graph={NONE}", {"If-Match": "*"}) == 404
    assert _asked(served, "PUT", "/graphs?default", {"If-None-Match": "*"}, NEW) == 412


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/update", "/sparql"])
def test_an_update_is_carried_out_in_the_state_that_was_seen(path: str, served: Server) -> None:
    kind = {"Content-Type": "application/sparql-update"}
    text = "INSERT DATA { GRAPH <urn:updated> { <urn:s> <urn:p> <urn:o%s> } }"
    seen = _tag(served, "/graphs?graph=urn:g")
    rows = httpx.get(f"{served.address}/sparql?query=ASK%20%7B%7D", timeout=SECONDS).headers["etag"]
    for said in ({"If-Match": '"nope"'}, {"If-Match": rows}, {"If-None-Match": "*"}, {"If-None-Match": rows}):
        assert _asked(served, "POST", path, {**kind, **said}, text % "") == 412
    assert _asked(served, "POST", path, {**kind, "If-Match": seen}, text % path.strip("/")) == 204
    assert _asked(served, "POST", path, {**kind, "If-Match": seen}, text % "") == 412
    content = change_of(["urn:updated"], "").decode()
    assert _asked(served, "POST", "/update", {"Content-Type": CHANGE, "If-Match": seen}, content) == 412
    assert b"urn:o" in _read(served, "/graphs?graph=urn:updated").content


def _counted_on(server: Server, path: str) -> int:
    """Add one to the number that a graph holds; return the status in the end."""
    while True:
        seen = _read(server, path)
        assert seen.status_code in (200, 503), seen.text
        if seen.status_code == 200:
            number = int(seen.text.split('"')[1])
            said = {"If-Match": seen.headers["etag"]}
            status = _asked(server, "PUT", path, said, f"<urn:s> <urn:p> {number + 1} .")
            if status not in (412, 503):
                return status


@pytest.mark.slow
def test_what_is_read_and_written_by_many_at_once_loses_nothing(served: Server) -> None:
    path = "/graphs?graph=urn:counted"
    assert _asked(served, "PUT", path, content="<urn:s> <urn:p> 0 .") == 201
    with ThreadPoolExecutor(THREADS) as threads:
        took = list(threads.map(lambda _: _counted_on(served, path), range(COUNTS)))
    assert took == [204] * COUNTS
    assert f'"{COUNTS}"' in _read(served, path).text


@pytest.mark.slow
def test_who_has_any_answer_is_sent_none(served: Server) -> None:
    for path in (
        "/graphs?graph=urn:g",
        "/graphs",
        "/sparql?query=ASK%20%7B%7D",
        "/ontology",
        "/",
        "/queries",
    ):
        for method in ("GET", "HEAD"):
            told = httpx.request(
                method, f"{served.address}{path}", headers={"If-None-Match": "*"}, timeout=SECONDS
            )
            assert (told.status_code, told.content) == (304, b""), path
            assert not {"content-type", "content-length", "transfer-encoding"} & set(told.headers), path
    assert _asked(served, "GET", f"/graphs?graph={NONE}", {"If-None-Match": "*"}) == 404
    query = {"Content-Type": "application/sparql-query", "If-None-Match": "*"}
    assert _asked(served, "POST", "/sparql", query, "ASK {}") == 200


@pytest.mark.slow
def test_the_same_tag_is_the_same_bytes(served: Server) -> None:
    for media_type in ("text/turtle", "application/rdf+xml", "application/ld+json", "application/trig"):
        headers = {"Accept": media_type}
        given = [
            httpx.get(f"{served.address}/graphs?graph={ONTOLOGY}", headers=headers, timeout=SECONDS)
            for _ in range(4)
        ]
        answers = {(each.headers["etag"], each.content) for each in given}
        ((tag, _),) = answers
        assert not tag.startswith("W/")
