"""Changes that are sent to another casegraph: entered there as they would have been here, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.namespaces import CG, PREFIXES
from casegraph.resources import shipped
from casegraph.store import DEFAULT_GRAPH, LEDGER, Store, open_store
from casegraph.store.change import Change, apply_change, change_of
from casegraph.store.embedded import EmbeddedStore
from casegraph.store.verifying import verify
from edited_stores import content

NOTE = f"<urn:decision> <{PREFIXES['rdf']}type> <urn:Decision> <{LEDGER}> .\n"


class Sending(EmbeddedStore):
    """A store that does what it is asked by sending the change to itself."""

    def replace(self, old_graphs: Iterable[str], nquads: str) -> None:
        self.sent = change_of(old_graphs, nquads)
        receiver = EmbeddedStore.__new__(EmbeddedStore)
        receiver.__dict__ = self.__dict__
        apply_change(receiver, self.sent)


@pytest.fixture
def sending() -> Iterator[Sending]:
    with Sending(":memory:", writable=True) as store:
        yield store


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    with EmbeddedStore(":memory:", writable=True) as opened:
        yield opened


def ledger(store: Store) -> set[str]:
    """Return what the ledger tells, but for the time."""
    time = f"{PREFIXES['prov']}endedAtTime"
    asked = f"SELECT ?s ?p ?o {{ GRAPH <{LEDGER}> {{ ?s ?p ?o }} FILTER (?p != <{time}>) }}"
    return {" ".join(str(term) for term in row) for row in store.query(asked)}  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_case_that_was_sent_is_entered_as_one_that_was_loaded(sending: Sending) -> None:
    document = shipped("cases", "miao-2020.yaml")
    with open_store(":memory:", writable=True) as loaded:
        for store in (loaded, sending):
            assert [type(each) for each in load(store, document)] == [Loaded]
        assert sending.digest() == loaded.digest()
        assert ledger(sending) == ledger(loaded)
        assert any("sourceDigest" in line for line in ledger(sending))
    before = ledger(sending)
    assert [type(each) for each in load(sending, document)] == [Loaded]
    assert ledger(sending) == before


def test_a_note_is_kept_in_the_ledger(sending: Sending) -> None:
    apply_change(sending, change_of([], f'<urn:s> <urn:p> "x" <urn:g> .\n{NOTE}'))
    assert any("urn:Decision" in line for line in ledger(sending))


def encoded(
    old: tuple[str, ...] = (),
    new: str = "",
    notes: str = "",
    origins: dict[str, tuple[str, str]] | None = None,
) -> bytes:
    return msgspec.json.encode(Change(old=old, new=new, origins=origins or {}, notes=notes))


CASE = """<urn:s> <urn:p> "1" <urn:c/asserted> .
<urn:s> <urn:p> "2" <urn:c/inferred> .
"""


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ((), '<urn:s> <urn:p> "3" <urn:c/asserted> .\n', ['<urn:s> <urn:p> "3" <urn:c/asserted> .']),
        ((), '<urn:s> <urn:p> "3" <urn:c> .\n', ['<urn:s> <urn:p> "3" <urn:c> .']),
        (("urn:c/asserted",), "", []),
        (("urn:c/asserted",), '<urn:s> <urn:p> "3" <urn:g> .\n', ['<urn:s> <urn:p> "3" <urn:g> .']),
    ],
)
def test_a_unit_is_replaced_and_taken_out_whole(
    old: tuple[str, ...], new: str, left: list[str], store: EmbeddedStore
) -> None:
    apply_change(store, encoded(new=CASE))
    apply_change(store, encoded(old, new))
    assert content(store) == left
    assert list(verify(store)) == []


def test_no_origin_writes_lines_of_the_ledger(store: EmbeddedStore) -> None:
    forged = f'x" <{LEDGER}> .\n<urn:forged> <{CG}generation> "9" <{LEDGER}> .\n<urn:s> <urn:p> "'
    origins = {"urn:c": ("a.yaml", forged)}
    apply_change(store, encoded(new=CASE, origins=origins))
    assert not any(line.startswith("<urn:forged>") for line in store.dump(LEDGER))
    assert list(verify(store)) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no change"),
        (b'{"old": []}', "no change"),
        (b"\xff", "no change"),
        (encoded(old=(LEDGER,)), "the ledger, which tells of each change"),
        (encoded(new=NOTE), "the ledger, which tells of each change"),
        (encoded(old=(f"{LEDGER}/asserted",)), "the ledger, which tells of each change"),
        (encoded(new=f"<urn:s> <urn:p> <urn:o> <{LEDGER}/inferred> ."), "the ledger, which tells of each"),
        (encoded(old=(DEFAULT_GRAPH,)), "no graph may have this name"),
        (encoded(new=f"<urn:s> <urn:p> <urn:o> <{DEFAULT_GRAPH}> ."), "no graph may have this name"),
        (encoded(old=("no iri",)), "no graph name"),
        (encoded(new="<urn:s>"), "not N-Quads"),
        (encoded(notes="<urn:s> <urn:p> <urn:o> <urn:g> ."), "no note"),
        (encoded(notes=f"<urn:s> <{CG}entryOf> <urn:o> <{LEDGER}> ."), "no note"),
        (encoded(notes=f"<{LEDGER}#1-a> <urn:p> <urn:o> <{LEDGER}> ."), "no note"),
    ],
)
def test_what_is_no_change_is_refused_and_nothing_is_written(
    content: bytes, said: str, sending: Sending
) -> None:
    with pytest.raises(InputError, match=said):
        apply_change(sending, content)
    assert sending.graphs() == ()
