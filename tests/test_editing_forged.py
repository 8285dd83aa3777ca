"""Updates that try to deceive the rehearsal: nothing that it calls by name can be known, nor its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from casegraph.errors import ForbiddenError, InputError
from casegraph.namespaces import CG
from casegraph.store import DEFAULT_GRAPH, LEDGER, rehearsing
from casegraph.store.editing import update
from casegraph.store.editing_graphs import write
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.engine import carry_out
from casegraph.store.rehearsing import Seen
from casegraph.store.verifying import verify
from edited_stores import BEFORE, content, plain

NAME = re.compile(r"<(urn:uuid:[^>]+)>")
#: An update that has the rehearsal call all that it can call.
WATCHED = "INSERT { GRAPH ?g { <urn:s> <urn:p> 5 } } WHERE { VALUES ?g { <urn:g> } }"
FORGED = f"(<{LEDGER}> <urn:forged> <{CG}generation> 999999)"


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    with EmbeddedStore(":memory:", writable=True) as opened:
        update(opened, BEFORE)
        yield opened


@pytest.fixture
def names(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return all names that a rehearsal has called something by."""
    found: set[str] = set()

    def noting(*said: object) -> None:
        found.update(NAME.findall(" ".join(map(str, said))))
        carry_out(*said)  # type: ignore[arg-type]

    with monkeypatch.context() as watched:
        watched.setattr(rehearsing, "carry_out", noting)
        update(store, WATCHED)
    return sorted(found)


def assert_true_and_whole(store: EmbeddedStore) -> None:
    assert content(store) == plain(BEFORE, WATCHED)
    assert not any("forged" in line or "999999" in line for line in store.dump(LEDGER))
    assert list(verify(store)) == []


@pytest.mark.parametrize(
    "where",
    [
        "VALUES (?g ?s ?p ?o) {{ {} }} FILTER(COALESCE(<{}>(?g, ?s, ?p, ?o), true))",
        "VALUES (?g ?s ?p ?o) {{ {} }} BIND(<{}>(?g, ?s, ?p, ?o) AS ?z) FILTER(!BOUND(?z))",
        "VALUES (?g ?s ?p ?o) {{ {} }} FILTER(COALESCE(<{}>(?g), true))",
    ],
)
def test_no_update_can_show_a_rehearsal_what_is_not_there(
    where: str, names: list[str], store: EmbeddedStore
) -> None:
    assert len(names) >= 5  # a graph that no store has, and four functions
    for name in names:
        text = f"INSERT {{ GRAPH <urn:n> {{ <urn:a> <urn:b> 1 }} }} WHERE {{ {where.format(FORGED, name)} }}"
        with pytest.raises(InputError, match=r"custom function .* is not supported"):
            update(store, text)
        assert_true_and_whole(store)


def test_an_update_that_fails_is_not_taken_for_one_that_emptied_its_graphs(
    names: list[str], store: EmbeddedStore
) -> None:
    for name in names:
        text = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:s> <urn:p> 4 }} }} ; DROP GRAPH <{name}>"
        with pytest.raises(InputError, match="does not exist"):
            update(store, text)
        assert_true_and_whole(store)


@pytest.mark.parametrize("graph", [LEDGER, f"{LEDGER}/asserted", f"{DEFAULT_GRAPH}/inferred"])
def test_what_is_protected_is_not_written_whatever_was_seen(graph: str, store: EmbeddedStore) -> None:
    before, seen = list(store.dump()), Seen({graph: {f"<urn:s> <urn:p> <urn:o> <{graph}> ."}}, {graph})
    with pytest.raises(ForbiddenError):
        write(store, Seen(), seen)
    assert list(store.dump()) == before
