"""What stored queries tell of a record, which knows less than a case report or says it otherwise."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from casegraph.facts import read_case
from casegraph.ingest import LoadedRecord, load_records
from casegraph.loaders.inputs import Input
from casegraph.loaders.phenopacket import read_phenopacket
from casegraph.loaders.records import Options, RecordBuilder
from casegraph.loaders.table import read_table
from casegraph.model import DoseSegment, Treatment
from casegraph.namespaces import BASE, compact
from casegraph.query import get_query, run
from casegraph.store import Store, open_store
from casegraph.story.telling import sections
from casegraph.story.words import Words
from casegraph.told import with_told

CASE = f"{BASE}case/clinic/p-1"
#: terms of published data that no table of units, of schedules or of results knows.
UNIT = {"id": "NCIT:C67245", "label": "Thousand Cells"}
ONCE = {"id": "NCIT:C64576", "label": "Once"}
SEEN = {"id": "HP:0000118", "label": "Phenotypic abnormality"}


def loaded(**told: Any) -> Store:
    """Return a store with one packet; its subject is of no known birth date."""
    packet = {"id": "p-1", "subject": {"id": "p-1"}, **told}
    source = Input("p-1.json", lambda: io.BytesIO(json.dumps(packet).encode()))
    store = open_store(":memory:", writable=True)
    arrived = load_records(
        store, (("p-1.json", each) for each in read_phenopacket(source, Options("clinic")))
    )
    (one,) = arrived
    assert isinstance(one, LoadedRecord), one
    return store


def rows(store: Store, name: str, *columns: str, **values: str) -> list[tuple[object, ...]]:
    """Return some columns of an answer; IRIs are shortened."""
    if "case" in get_query(name).head.parameters:
        values["case"] = CASE
    answer = run(store, get_query(name), values)
    return [tuple(compact(v) if isinstance(v := row[each], str) else v for each in columns) for row in answer]


def story(store: Store) -> str:
    """Return what ``casegraph show`` tells, without its evidence."""
    told = sections(Words(read_case(store, CASE), with_told(store)))
    return "\n".join(str(each).partition(" [#")[0] for heading, lines in told for each in (heading, *lines))


def drug(concept: str, **interval: Any) -> dict[str, Any]:
    agent = {"id": concept, "label": concept}
    return {"treatment": {"agent": agent, "doseIntervals": [interval] if interval else []}}


def test_a_dose_has_the_unit_and_the_schedule_that_the_record_tells() -> None:
    dosing = {"quantity": {"unit": UNIT, "value": 5}, "scheduleFrequency": ONCE}
    store = loaded(medicalActions=[drug("CHEBI:71200", **dosing)])
    told = [("NCIT:C67245", "NCIT:C64576")]
    assert rows(store, "doses_of_drug", "unit", "schedule", drug="CHEBI:71200") == told
    assert rows(store, "treatments_in_order", "unit", "schedule") == told


def test_a_dose_is_one_row_where_its_unit_is_told_in_ucum_and_as_a_term() -> None:
    builder = RecordBuilder(Options("clinic"), "p-1")
    at = builder.times.date("2020-01-01")
    for what, start in (("CHEBI:8382 prednisone", None), ("CHEBI:71200 denosumab", at)):
        dose = builder.claim(DoseSegment, at=start, dose=5, unit="mg", unit_term="UO:0000022 milligram")
        builder.treatments.append(builder.claim(Treatment, what=what, at=start, doses=(dose,)))
    before = builder.claim(Treatment, what="CHEBI:44185 methotrexate", at=builder.times.date("2019-01-01"))
    builder.treatments.append(before)
    store = open_store(":memory:", writable=True)
    assert [type(each) for each in load_records(store, [("p-1", builder.imported())])] == [LoadedRecord]
    assert rows(store, "doses_of_drug", "dose", "unit", drug="CHEBI:71200") == [(5, "mg")]
    for name in ("treatments_in_order", "final_regimen", "regimen_changes"):
        told = [row for row in rows(store, name, "drug", "dose", "unit") if row[0] == "CHEBI:71200"]
        assert told == [("CHEBI:71200", 5, "mg")], name


def test_an_antibody_has_the_result_and_the_unit_that_the_record_tells() -> None:
    assay = {"id": "cg:AntiJo1", "label": "anti-Jo-1"}
    values = {"quantity": {"unit": UNIT, "value": 5}}, {"ontologyClass": SEEN}
    store = loaded(measurements=[{"assay": assay, "value": each} for each in values])
    told = rows(store, "autoantibody_panels", "value", "unit", "result")
    assert set(told) == {(5, "NCIT:C67245", None), (None, None, "HP:0000118")}


def test_a_treatment_without_an_end_is_not_told_to_run_on() -> None:
    first = {"interval": {"start": "2020-01-01T00:00:00Z", "end": "2020-03-01T00:00:00Z"}}
    second = {"interval": {"start": "2020-05-01T00:00:00Z"}}
    store = loaded(medicalActions=[drug("CHEBI:8382", **first), drug("CHEBI:71200", **second)])
    told = rows(store, "final_regimen", "drug", "certainty", "end")
    assert told == [("CHEBI:71200", "possible", "unknown")]
    stops = [row for row in rows(store, "regimen_changes", "change", "drug") if row[0] == "stopped"]
    assert stops == [("stopped", "CHEBI:8382")]


def test_ages_and_dates_that_no_birth_date_joins_are_not_put_in_one_order() -> None:
    fever = {"type": {"id": "HP:0001945", "label": "Fever"}}
    ages = [{**fever, "onset": {"age": {"iso8601duration": age}}} for age in ("P3Y", "P7Y")]
    given = {"interval": {"start": "2020-01-01T00:00:00Z", "end": "2020-03-01T00:00:00Z"}}
    told = {"phenotypicFeatures": ages, "medicalActions": [drug("CHEBI:8382", **given)]}
    apart = loaded(**told)
    open_order = {row[0]: row[1] for row in rows(apart, "timeline", "when", "order_open")}
    dates, years = "date-2020-01-01; date-2020-03-01", "age-p3y; age-p7y"
    assert open_order == {"P3Y": dates, "P7Y": dates, "2020-01-01": years, "2020-03-01": years}
    assert rows(apart, "treatments_in_order", "order_open") == [(years,)]
    joined = loaded(**told, subject={"id": "p-1", "dateOfBirth": "2000-06-01T00:00:00Z"})
    assert set(rows(joined, "timeline", "order_open")) == {("",)}
    assert rows(joined, "treatments_in_order", "order_open") == [("",)]


def test_a_procedure_at_a_time_is_over_at_that_time() -> None:
    code = {"id": "NCIT:C48601", "label": "Enucleation"}
    begins = {"start": "2020-01-01T00:00:00Z", "end": "2020-03-01T00:00:00Z"}
    drugs = drug("CHEBI:8382", interval=begins)
    told = {"timestamp": "2020-01-20T00:00:00Z"}, {"interval": begins}
    for performed, end in zip(told, ("stopped", "unknown"), strict=True):
        procedure = {"procedure": {"code": code, "performed": performed}}
        store = loaded(medicalActions=[drugs, procedure])
        assert ("NCIT:C48601", end) in rows(store, "treatments_in_order", "drug", "end")
    store = loaded(medicalActions=[drugs, {"procedure": {"code": code, "performed": told[0]}}])
    assert rows(store, "final_regimen", "drug") == []


def test_a_dose_that_is_told_of_all_doses_together_is_told() -> None:
    modality = {"id": "NCIT:C40431", "label": "Proton Radiation"}
    rays = {"radiationTherapy": {"modality": modality, "dosage": 5, "fractions": 3}}
    whole = drug("CHEBI:71200", interval={"start": "2020-01-01T00:00:00Z"})
    whole["treatment"]["cumulativeDose"] = {
        "unit": {"id": "UO:0000022", "label": "milligram"},
        "value": 43800,
    }
    store = loaded(medicalActions=[rays, whole])
    sums = {("NCIT:C40431", 5, "Gy"), ("CHEBI:71200", 43800, "mg")}
    assert set(rows(store, "treatments_in_order", "drug", "cumulative_dose", "cumulative_unit")) == sums
    told = rows(
        store, "doses_of_drug", "dose_count", "cumulative_dose", "cumulative_unit", drug="NCIT:C40431"
    )
    assert told == [(3, 5, "Gy")]
    lines = story(store)
    assert "5 Gy in all, end not stated\n  3 doses\n" in lines
    assert "43,800 mg in all" in lines
    assert "dose not stated" not in lines.replace("each dose not stated", "")


def test_a_treatment_that_was_stopped_is_stopped_also_where_nobody_tells_when() -> None:
    reason = {"id": "NCIT:C41331", "label": "Adverse Event"}
    begun = {"interval": {"start": "2020-01-01T00:00:00Z"}}
    stopped = {**drug("CHEBI:71200", **begun), "treatmentTerminationReason": reason}
    store = loaded(medicalActions=[stopped, drug("CHEBI:8382", **begun)])
    told = {("CHEBI:71200", "stopped"), ("CHEBI:8382", "unknown")}
    for name in ("final_regimen", "treatments_in_order"):
        assert set(rows(store, name, "drug", "end")) == told
    for concept, end in told:
        assert rows(store, "exposed_cases", "end", drug=concept) == [(end,)]
    assert set(rows(store, "final_regimen", "certainty", "basis")) == {("possible", "cg:stated")}
    assert "stopped, when is not told, adverse event" in story(store)


def test_each_dosing_is_told_with_its_own_start_and_end() -> None:
    spans = ("2019-01-01", "2019-06-01"), ("2019-09-01", "2019-12-01")
    intervals = [{"interval": {"start": f"{a}T00:00:00Z", "end": f"{b}T00:00:00Z"}} for a, b in spans]
    given = drug("CHEBI:8382")
    given["treatment"]["doseIntervals"] = intervals
    lines = story(loaded(medicalActions=[given]))
    for start, end in spans:
        assert f"from date-{start}: dose not stated, until date-{end}" in lines


@pytest.mark.parametrize(
    ("age", "told"),
    [
        ("P6M", "6 months"),
        ("P1Y1M", "1 year 1 month"),
        ("P0Y0M10D", "10 days"),
        ("P0D", "0 days"),
        ("P2Y6M", "2 years"),
    ],
)
def test_the_age_of_an_infant_is_told_in_months_and_days(age: str, told: str) -> None:
    fever = {"type": {"id": "HP:0001945", "label": "Fever"}}
    subject = {"id": "p-1", "timeAtLastEncounter": {"age": {"iso8601duration": age}}}
    assert f"Patient: sex not stated, {told} old at " in story(
        loaded(subject=subject, phenotypicFeatures=[fever])
    )


def test_what_is_seen_as_a_drug_begins_is_no_outcome_of_it(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "casegraph-table: 1\nid: id\ntimes: {visit: {column: day}}\ndiagnoses: [{column: dx}]\n"
        "treatments:\n  - column: drug\n    codes: {mtx: 'CHEBI:44185 methotrexate'}\n    starts: visit\n"
        "    responses: [{column: seen, domain: muscle, values: {worse: worse}, at: visit}]\n",
        encoding="utf-8",
    )
    table = b"id,day,dx,drug,seen\n1,2020-01-01,MONDO:0016367,mtx,worse\n"
    options = Options("clinic", mapping=mapping)
    with open_store(":memory:", writable=True) as store:
        read = read_table(Input("t.csv", lambda: io.BytesIO(table)), options)
        assert all(
            isinstance(each, LoadedRecord) for each in load_records(store, (("t", each) for each in read))
        )
        asked = rows(store, "outcomes_by_drug", "drug", "not_improved", "not_captured")
        assert asked == [("CHEBI:44185", 0, 1)]
        of_drug = {"drug": "methotrexate", "disease": "dermatomyositis"}
        assert rows(store, "nonresponders_to_drug", "claim", **of_drug) == []
        assert rows(store, "treatment_failures", "drug") == []
