"""What each format loses of one small input and of one shipped case: held against reviewed lists.

The lists are ``losses/<format>-in.jsonl`` (of the small file beside it) and ``<format>-out.jsonl``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pytest

from casegraph.export.care_sm import write_care_sm
from casegraph.export.fhir import write_fhir
from casegraph.export.phenopacket import write_phenopackets
from casegraph.export.stored import StoredCase
from casegraph.export.table import write_csv
from casegraph.loaders import read_document
from casegraph.loaders.formats import Reading
from casegraph.loaders.inputs import Input
from casegraph.loaders.records import Imported, Options, RecordBuilder
from casegraph.losses import REASONS, Loss, to_json_lines
from casegraph.model import Finding
from casegraph.resources import shipped
from casegraph.triples import subject_iri

LOSSES = Path(__file__).parent / "losses"
INPUTS = {
    "phenopacket": "phenopacket.json",
    "fhir": "fhir.json",
    "care-sm": "care-sm.csv",
    "table": "table.csv",
}
WRITERS: dict[str, Callable[[Iterable[StoredCase], BinaryIO], Iterator[Loss]]] = {
    "phenopacket": write_phenopackets,
    "fhir": write_fhir,
    "care-sm": write_care_sm,
    "table": write_csv,
}


def lost_on_the_way_in(form: str) -> list[Loss]:
    options = Options("losses", mapping=LOSSES / "table.yaml" if form == "table" else None)
    reading = Reading(options)
    found = chain(reading.read([(form, Input.of(LOSSES / INPUTS[form]))]), reading.rest())
    outcomes = [each for _, each in found]
    assert all(isinstance(each, Imported) for each in outcomes), outcomes
    return [loss for each in outcomes if isinstance(each, Imported) for loss in each.losses]


def lost_on_the_way_out(form: str) -> list[Loss]:
    (path,) = shipped("cases", "cafardi-2015.yaml")
    document = read_document(path).document
    iri = subject_iri(document.report, "1")
    stored = StoredCase(iri, document.cases["1"], document.report, document.passages, document.curation)
    return list(WRITERS[form]([stored], io.BytesIO()))


def _held(losses: list[Loss], name: str) -> None:
    """Hold losses against a reviewed list, whatever their order."""
    reviewed = (LOSSES / name).read_text(encoding="utf-8").splitlines(keepends=True)
    found = list(to_json_lines(losses))
    new, gone = sorted(set(found) - set(reviewed)), sorted(set(reviewed) - set(found))
    assert not new and not gone, (
        f"losses/{name} no longer says what is lost. Read each line below against the input: is it true that "
        "this is left behind, at this place, for this reason? If so, add the new lines to the file and take "
        "the vanished ones out; if not, mend the code.\n"
        f"new:\n{''.join(new)}vanished:\n{''.join(gone)}"
    )
    assert len(found) == len(reviewed), (
        f"losses/{name}: a line is told more often, or less often, than before"
    )
    assert {each.reason for each in losses} <= REASONS.keys()


@pytest.mark.parametrize("form", INPUTS)
def test_what_is_lost_on_the_way_in_is_what_was_reviewed(form: str) -> None:
    _held(lost_on_the_way_in(form), f"{form}-in.jsonl")


@pytest.mark.parametrize("born", ["1970-06-15", "1970-06-15T10:00:00Z", "1970-06", "1970"])
@pytest.mark.parametrize("form", WRITERS)
def test_no_name_and_no_birth_date_that_was_kept_stands_in_what_is_lost(form: str, born: str) -> None:
    builder = RecordBuilder(Options("losses", keep_identifiers=True), "p-1", label="Ada Quill")
    builder.times.birth_date(born, keep=True)
    builder.present.append(builder.claim(Finding, what="HP:0001945 Fever", at=builder.times.age("P3Y")))
    document = builder.imported().document
    case = document.cases["1"]
    assert (case.label, case.occasions["birth"].printed) == ("Ada Quill", born)
    stored = StoredCase(subject_iri(document.report, "1"), case, document.report, document.passages)
    losses = list(WRITERS[form]([stored], io.BytesIO()))
    assert losses
    assert [each for each in losses if "Ada" in each.value or "1970" in each.value] == []


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_lost_on_the_way_out_is_what_was_reviewed(form: str) -> None:
    _held(lost_on_the_way_out(form), f"{form}-out.jsonl")
