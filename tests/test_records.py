"""Each record of the sources is in the shipped corpus: patient, tests, treatments with what became of them.

The records lie outside the project, as plain notes of what a page says. Here their words are read by tables
of their own, so that a drug left out of a case document, or an outcome turned round, is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from casegraph.loaders import read_document
from casegraph.model import Subject, Treatment
from casegraph.resources import shipped
from casegraph.terms import shipped_terms

#: record -> document, and the case (a number or name) or group of it.
PLACES = {
    "01": ("behcet-il2-2022", "1"),
    "03": ("humrich-2015", "1"),
    "05": ("castela-2014", "group 1"),
    "07": ("miao-2021", "group 1"),
    "09": ("ramseur-1989", "1"),
    "11": ("shinjo-2020", "1"),
    "13": ("mda5-aspergillosis-2024", "1"),
    "15": ("mda5-seroconversion-authorea", "1"),
    "17": ("baricitinib-news", "1"),
    "19": ("baricitinib-news", "2"),
    "21": ("soares-2025", "1"),
    "23": ("cafardi-2015", "1"),
    "25": ("hydroxychloroquine-rash-2023", "group 1"),
    "27": ("mda5-death-2022", "1"),
    "29": ("mda5-acute-interstitial-pneumonia-2025", "1"),
    "31": ("ogawa-2017", "1"),
    "33": ("serrano-2020", "1"),
    "35": ("pl12-rituximab-rheumatologist", "1"),
    "37": ("grover-2013", "1"),
    "39": ("yanez-2009", "1"),
    "41": ("ruxolitinib-pasteur-2018", "1"),
    "43": ("jak-inhibitors-review-2021", "papadopoulou-2019"),
    "45": ("jak-inhibitors-review-2021", "sabbagh-2019-2"),
    "47": ("tacrolimus-juvenile-three-children", "1"),
    "49": ("rituximab-registry-2011", "2"),
    "51": ("rituximab-registry-2011", "4"),
    "53": ("rituximab-registry-2011", "6"),
    "55": ("rituximab-registry-2011", "8"),
}
EXTENTS = {
    "abstract": "abstractOnly",
    "partial_full_text": "partialText",
    "table": "tableOnly",
    "secondary_report": "secondaryReport",
}
#: a word in the record's name of a treatment -> the label of the concept; the first that fits.
DRUGS = {
    "methylprednisolone": "methylprednisolone",
    "prednisolone": "prednisolone",
    "prednisone": "prednisone",
    "corticosteroid|^steroid$": "corticosteroid",
    "steroid pulse|glucocorticoid": "glucocorticoid",
    "immunoglobulin": "intravenous immunoglobulin",
    "interleukin-2": "interleukin-2",
    "mycophenolate mofetil": "mycophenolate mofetil",
    "mycophenolate": "mycophenolate",
    "cyclosporine": "cyclosporine",
    "antibiotics": "antibacterial drug",
    "combination immunosuppression": "immune suppressant agent therapy",
    "disease-modifying": "antirheumatic drug",
    "not named": "pharmacotherapy",
    "calcineurin": "calcineurin inhibitor",
}
BETTER = {"improved", "resolved", "stabilised"}
#: the record's word for a response -> the directions of which one must be there; none: no outcome at all.
RESPONSES = {
    "complete_response": {"resolved"},
    "responded": BETTER,
    "responded_in_14_of_18": BETTER,
    "partial_response": {"improved"},
    "initial_response_then_relapse_on_taper": {"improved"},
    "stable": {"stabilised"},
    "no_response": {"unchanged", "worse"},
    "worsened": {"worse"},
    "progressed": {"worse"},
    "not_evaluable": {"notEvaluable"},
}
WITHOUT_OUTCOME = {"not_stated", "not_read", "insufficient", "dependent", "relapse_on_taper"}
RESULTS: dict[str, set[str | None]] = {"negative": {"negative"}, "lower": {None}}


@cache
def documents() -> dict[str, Any]:
    return {path.stem: read_document(path).document for path in shipped("cases", "*.yaml")}


def subject_of(number: str) -> Subject:
    name, key = PLACES[number]
    document = documents()[name]
    found: Subject = document.groups[key.removeprefix("group ")] if " " in key else document.cases[key]
    return found


@pytest.fixture(scope="module")
def records(material: Path) -> dict[str, dict[str, Any]]:
    paths = sorted((material / "cases").glob("*.yaml"))
    return {path.name[:2]: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def concept(name: str) -> str:
    label = next((label for word, label in DRUGS.items() if re.search(word, name)), name)
    return shipped_terms().resolve(re.sub(r" \(.*", "", label))


def parts(name: str) -> list[str]:
    return [part for part in re.split(r" \+ ", name) if part]


def named(subject: Subject, wanted: str) -> list[Treatment]:
    terms = shipped_terms()
    return [each for each in subject.treatments if terms.resolve(each.what.split(" ")[0]) == wanted]


def directions(subject: Subject, treatments: list[Treatment]) -> set[str]:
    keys = {each.id for each in treatments} | {dose.id for each in treatments for dose in each.doses}
    return {each.direction for each in subject.responses if keys & set(each.to)}


def test_every_record_has_its_place(records: dict[str, dict[str, Any]]) -> None:
    assert sorted(records) == sorted(PLACES)
    assert len(PLACES) == 28
    assert len(set(PLACES.values())) == 28
    assert {name for name, _ in PLACES.values()} | {"miao-2020"} == set(documents())


@pytest.mark.parametrize("number", PLACES)
def test_the_source_is_the_one_of_the_record(number: str, records: dict[str, dict[str, Any]]) -> None:
    record, report = records[number], documents()[PLACES[number][0]].report
    source = record["source"]
    assert report.doi == source.get("doi")
    assert report.pmid == source.get("pmid")
    assert report.journal == (re.sub(r" \(news .*", "", source["journal"]) if "journal" in source else None)
    assert (report.issued or "") == str(source.get("year", ""))
    assert report.extent == EXTENTS[record["verified"]["extent"]]
    if record["title"].startswith("("):
        assert report.title.startswith("[Title not captured: ")
    else:
        assert re.sub(r" \(Table 3.*", "", record["title"]) == report.title


@pytest.mark.parametrize("number", PLACES)
def test_the_patient_is_the_one_of_the_record(number: str, records: dict[str, dict[str, Any]]) -> None:
    patient, subject = records[number]["patient"], subject_of(number)
    if " " in PLACES[number][1]:
        assert subject.patients == records[number]["n"]  # type: ignore[attr-defined]
        return
    age = subject.age.years if subject.age else None  # type: ignore[attr-defined]
    assert age == patient.get("age_years", patient.get("age_at_onset_years"))
    assert subject.sex == patient.get("sex", "unknown")  # type: ignore[attr-defined]
    if re.match("(patient|case) ", str(patient.get("local_id", ""))):
        assert subject.label == patient["local_id"]


@pytest.mark.parametrize("number", PLACES)
def test_present_and_absent_findings_are_as_many(number: str, records: dict[str, dict[str, Any]]) -> None:
    """At least one claim stands for each line of the record, and an absent one stays absent."""
    noted, subject = records[number]["phenotypes"], subject_of(number)
    present = len(subject.findings.present) + len(subject.diagnoses.final) + len(subject.course)
    raised = [test for test in subject.tests if test.direction == "raised" or test.value is not None]
    assert present + len(raised) >= len(noted["present"])
    low = [test for test in subject.tests if test.result in ("notRaised", "negative", "normal")]
    absent = len(subject.findings.absent) + len(subject.diagnoses.excluded) + len(low)
    # "not significant" leaves open whether there was any; "others were strong" has no term and is a gist
    less = len(subject.findings.indeterminate) + (number == "35")
    assert absent + less >= len(noted["absent"])


def _treatments(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for treatment in record["treatments"]:
        if treatment["drug"].startswith("previous treatment"):
            detail = treatment["detail"]
            words = re.findall(r"[a-z]+(?: exchange)?", re.sub(r"course [ab] \(age [\d.]+\)", "", detail))
            known = ("prednisone", "methylprednisolone", "cyclosporine", "methotrexate", "mycophenolate")
            more = ("cyclophosphamide", "azathioprine", "plasma exchange")
            yield from ((word, "not_stated") for word in words if word in known + more)
        else:
            for part in parts(treatment["drug"]):
                yield part, treatment["response"]


@pytest.mark.parametrize("number", PLACES)
def test_each_treatment_is_there_with_its_outcome(number: str, records: dict[str, dict[str, Any]]) -> None:
    subject = subject_of(number)
    told = list(_treatments(records[number]))
    assert told
    for name, response in told:
        episodes = named(subject, concept(name))
        assert episodes, (name, number)
        if response not in WITHOUT_OUTCOME:
            assert directions(subject, episodes) & RESPONSES[response], (name, response)


@pytest.mark.parametrize("number", PLACES)
def test_a_treatment_without_a_reported_outcome_has_none(
    number: str, records: dict[str, dict[str, Any]]
) -> None:
    subject = subject_of(number)
    told: dict[str, set[str]] = {}
    for name, response in _treatments(records[number]):
        told.setdefault(concept(name), set()).add(response)
    for drug, responses in told.items():
        if responses <= WITHOUT_OUTCOME:
            assert directions(subject, named(subject, drug)) == set(), (drug, number)


@pytest.mark.parametrize("number", PLACES)
def test_each_antibody_has_its_result(number: str, records: dict[str, dict[str, Any]]) -> None:
    subject, terms = subject_of(number), shipped_terms()
    for noted in records[number]["antibodies"]:
        name = re.sub(r" \(.*", "", noted["name"])
        wanted = "autoantibody" if "screen" in name else "ANA" if name == "ANA" else f"{name} antibody"
        iri = terms.resolve(wanted)
        results: set[str | None] = {
            each.result for each in subject.tests if terms.resolve(each.what.split(" ")[0]) == iri
        }
        word = next((word for word in RESULTS if word in noted["result"]), "")
        assert results & RESULTS.get(word, {"positive"}), (name, number)


@pytest.mark.parametrize("number", PLACES)
def test_death_is_told_where_the_record_tells_it(number: str, records: dict[str, dict[str, Any]]) -> None:
    dead = "death" in records[number]["outcome"]
    assert any(turn.kind == "death" for turn in subject_of(number).course) is dead
