"""What an adapter says becomes a case or a loss, and what it may not say is refused; the page on adapters."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from casegraph.errors import InputError, Problem
from casegraph.loaders.records import Imported, Options
from casegraph.merge.adapters import Adapter, AdapterQuery, read_adapter, shipped_adapters
from casegraph.merge.incoming import incoming
from casegraph.merge.lift import lift
from casegraph.merge.lift.kinds import KINDS
from casegraph.model import Case
from casegraph.namespaces import CG

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "merging.md").read_text(encoding="utf-8")
FEVER = "http://purl.obolibrary.org/obo/HP_0001945"
ONE = f'<urn:p> a cg:Case ; cg:recordId "p" ; cg:hasPart <urn:f> . <urn:f> cg:aboutConcept <{FEVER}> .'


def lifted(turtle: str) -> list[Imported | Problem]:
    triples = [each.triple for each in ox.parse(f"PREFIX cg: <{CG}> {turtle}", format=ox.RdfFormat.TURTLE)]
    return [outcome for _, outcome in lift("x.ttl", triples, Options("x"))]


def one(turtle: str) -> tuple[Case, list[tuple[str, str, str]]]:
    """Return the only case, and its losses: where, what, why."""
    (outcome,) = lifted(turtle)
    assert isinstance(outcome, Imported), outcome
    return outcome.document.cases["1"], [(each.path, each.value, each.reason) for each in outcome.losses]


def told(turtle: str) -> str:
    """Return the message of the only subject, which is refused."""
    (outcome,) = lifted(turtle)
    assert isinstance(outcome, Problem), outcome
    return f"{outcome.code} {outcome.message}"


def test_what_no_field_takes_is_lost_by_name() -> None:
    case, losses = one(
        f'{ONE} <urn:f> a cg:PresentFinding ; cg:dose 5 ; cg:leftBehind "mood low" ; '
        'cg:withheld "1950-01-01" . <urn:p> cg:unit "mg" .'
    )
    assert [each.what for each in case.findings.present] == ["HP:0001945 HP:0001945"]
    assert sorted(losses) == [
        ("urn:f", "", "identifier"),
        ("urn:f", "mood low", "no-place"),
        ("urn:f dose", "5", "no-place"),
        ("urn:p unit", "mg", "no-place"),
    ]


def test_of_several_values_for_one_place_the_others_are_lost() -> None:
    day = '<urn:f> a cg:PresentFinding ; cg:onDate "2020-01-01" , "2020-01-02" .'
    case, losses = one(f"{ONE} {day}")
    assert [each.at for each in case.findings.present] == ["date-2020-01-01"]
    assert losses == [("urn:f onDate", "2020-01-02", "no-place")]


def test_a_claim_without_a_term_is_lost_with_all_that_it_says() -> None:
    turtle = '<urn:p> a cg:Case ; cg:recordId "p" ; cg:hasPart <urn:f> . '
    claim = '<urn:f> a cg:PresentFinding ; cg:conceptLabel "tired" ; cg:onDate "2020" .'
    case, losses = one(turtle + claim)
    assert case.findings.present == ()
    assert losses == [("urn:f", "tired", "no-code"), ("urn:f onDate", "2020", "required-missing")]


def test_two_cases_may_be_linked_to_one_claim() -> None:
    more = '<urn:q> a cg:Case ; cg:recordId "q" ; cg:hasPart <urn:f> . <urn:f> a cg:AbsentFinding .'
    cases = [each.document.cases["1"] for each in lifted(f"{ONE} {more}") if isinstance(each, Imported)]
    assert [len(each.findings.absent) for each in cases] == [1, 1]


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (
            "<urn:f> a cg:PresentFinding , cg:AbsentFinding",
            "more than one kind: AbsentFinding, PresentFinding",
        ),
        ('<urn:f> a cg:TestResult ; cg:value "high"', "value: 'high' is no number"),
        ('<urn:f> a cg:TestResult ; cg:value "NaN"', "value: 'NaN' is no number"),
        ("<urn:f> a cg:TreatmentEpisode ; cg:dose 0", "0 is no dose"),
        (
            '<urn:f> a cg:PresentFinding ; cg:onDate "2020-02" ; cg:untilDate "2020-01"',
            "end is before the start",
        ),
        ('<urn:f> a cg:TreatmentEpisode ; cg:onDate "2020-02" ; cg:untilDate "2020-01"', "before the start"),
        ('<urn:p> cg:birthDate "1950" , "1951"', "more than one birth date"),
        ('<urn:p> cg:birthDate "spring 1950"', "birthDate: what stands there is no date"),
        ('<urn:p> cg:sexConcept "NCIT:C16576" , "NCIT:C20197"', "more than one sex: NCIT:C16576"),
    ],
)
def test_what_cannot_be_is_refused(claim: str, message: str) -> None:
    said = told(f"{ONE} {claim} .")
    assert message in said
    assert said.startswith("wrong-value urn:p: ")
    assert "1950" not in said


def test_a_claim_of_nobody_and_a_subject_without_a_name_are_refused() -> None:
    assert told("<urn:f> a cg:PresentFinding .") == "no-patient urn:f belongs to no patient"
    assert told("<urn:p> a cg:Case .") == "missing-key urn:p has no identifier"
    two = '<urn:p> a cg:Case ; cg:recordId "p" . <urn:q> a cg:Case ; cg:recordId "p" .'
    assert told(two) == "missing-key 2 subjects called 'p'"


def test_a_kind_that_no_case_has_is_the_mistake_of_the_adapter() -> None:
    with pytest.raises(InputError, match="an adapter gives a cg:Diagnosis"):
        lifted(f"{ONE} <urn:f> a cg:Diagnosis .")


@pytest.mark.parametrize(
    ("printed", "years", "at", "losses"),
    [
        ("34.1", 34, "age-p34y", [("urn:p agePrinted", "34.1", "not-exact")]),
        ("34", 34, "age-p34y", []),
        ("P34Y11M", 34, "age-p34y11m", []),
        ("P18M", 1, "age-p18m", []),
        ("old", None, None, [("urn:p agePrinted", "old", "no-time")]),
        ("-1", None, None, [("urn:p agePrinted", "-1", "no-time")]),
        ("-P3Y", None, None, [("urn:p agePrinted", "-P3Y", "no-time")]),
        ("-P6M", None, None, [("urn:p agePrinted", "-P6M", "no-time")]),
        ("+P3Y", None, None, [("urn:p agePrinted", "+P3Y", "no-time")]),
    ],
)
def test_ages_are_completed_years(
    printed: str, years: int | None, at: str | None, losses: list[tuple[str, str, str]]
) -> None:
    case, lost = one(f'<urn:p> a cg:Case ; cg:recordId "p" ; cg:agePrinted "{printed}" .')
    assert (case.age.years if case.age else None, case.age.at if case.age else None) == (years, at)
    assert lost == losses


def test_no_age_below_nothing_is_told_beside_a_date() -> None:
    case, losses = one(f'{ONE} <urn:f> a cg:PresentFinding ; cg:onDate "2020-01-01" ; cg:agePrinted "-P3Y" .')
    assert case.age is None
    assert losses == [("urn:f agePrinted", "-P3Y", "no-time")]


def test_a_text_that_looks_like_a_node_is_no_link_to_it() -> None:
    other = f'<urn:q> a cg:Case ; cg:recordId "q" ; cg:hasPart <urn:g> . <urn:g> cg:aboutConcept <{FEVER}> .'
    said = '<urn:f> a cg:PresentFinding . <urn:g> a cg:AbsentFinding . <urn:p> cg:leftBehind "urn:g" .'
    first, second = lifted(f"{ONE} {other} {said}")
    assert isinstance(first, Imported)
    assert isinstance(second, Imported)
    assert first.document.cases["1"].findings.absent == ()
    assert [each.value for each in first.losses] == ["urn:g"]
    assert len(second.document.cases["1"].findings.absent) == 1


def test_a_text_that_looks_like_a_kind_is_none() -> None:
    case, _ = one(f'{ONE} <urn:f> a cg:PresentFinding , "{CG}AbsentFinding" .')
    assert len(case.findings.present) == 1


def test_a_frequency_that_is_not_known_is_lost_and_the_dose_kept() -> None:
    dose = '<urn:f> a cg:TreatmentEpisode ; cg:dose 5 ; cg:unit "mg" ; cg:frequencyConcept "FOO:1" ; '
    case, losses = one(f"{ONE} {dose} cg:frequencyCount 2 .")
    (segment,) = case.treatments[0].doses
    assert (segment.dose, segment.unit, segment.times) == (5, "mg", None)
    assert losses == [
        ("urn:f frequencyConcept", "cgt:FOO:1 cgt:FOO:1", "unmapped-code"),
        ("urn:f frequencyCount", "2", "unmapped-code"),
    ]


# What an adapter may not be

HEAD = "#+ summary: of a service\n#+ model: made up\n#+ source: made up\nPREFIX service: <urn:service#>\n"
#: It would be asked, were it not refused: nothing answers at this address.
NOWHERE = "<http://127.0.0.1:59999/>"


def adapter_of(folder: Path, text: str | bytes) -> Path:
    """Return a folder with one query."""
    query = folder / "one.rq"
    query.write_bytes(text if isinstance(text, bytes) else f"{HEAD}{text}".encode())
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"#+ summary: \xff", "cannot be read: 'utf-8' codec"),
        (f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {NOWHERE} {{ ?s ?p ?o }} }}", "it asks a SERVICE"),
        (
            f"CONSTRUCT {{ ?s ?p ?o }} {{ ?s ?p true.service silent{NOWHERE}{{?s ?p ?o}} }}",
            "it asks a SERVICE",
        ),
        (f"ASK {{ SERVICE {NOWHERE} {{ ?s ?p ?o }} }}", "it asks a SERVICE"),
        ("ASK { ?s service:a ?o }", "no CONSTRUCT"),
        ("LOAD <urn:service>", "not a SPARQL query"),
        ("CONSTRUCT { ?s ?p ?o } { ?s service:a ?o ", "not a SPARQL query"),
        ("CONSTRUCT { ?s ?p ?o } { ?s service:a ?o } }", "not a SPARQL query"),
    ],
)
def test_an_adapter_that_cannot_be_used_is_told_by_its_file(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as told:
        read_adapter(adapter_of(tmp_path, text))
    assert told.value.where.startswith(str(tmp_path / "one.rq"))


def test_what_is_only_called_a_service_is_asked(tmp_path: Path) -> None:
    said = "?service service:Service ?o # SERVICE <urn:x>\n FILTER(?o = 'SERVICE <urn:x> {}')"
    adapter = read_adapter(adapter_of(tmp_path, f"CONSTRUCT {{ ?service ?service ?o }} {{ {said} }}"))
    content = ox.Store()
    content.load(b"<urn:s> <urn:service#Service> 'SERVICE <urn:x> {}' .", format=ox.RdfFormat.TURTLE)
    assert len(adapter.lifted(content)) == 1


def test_a_query_that_cannot_be_answered_is_told_by_its_file(tmp_path: Path) -> None:
    text = "CONSTRUCT { ?s ?p ?x } { ?s ?p ?o BIND(<urn:unknown>(?o) AS ?x) }"
    file = str(tmp_path / "one.rq")
    with pytest.raises(InputError, match="urn:unknown> is not supported") as told:
        read_adapter(adapter_of(tmp_path, text))
    assert told.value.where == file
    with pytest.raises(InputError, match="urn:unknown> is not supported") as told:
        Adapter("x", "x", (AdapterQuery(file, text),), frozenset()).lifted(ox.Store())
    assert told.value.where == file


# The page


def test_the_example_of_the_page_gives_what_the_page_says(tmp_path: Path) -> None:
    (document,) = re.findall(r"```turtle\n(.*?)```", PAGE, re.DOTALL)
    (query,) = re.findall(r"```sparql\n(.*?)```", PAGE, re.DOTALL)
    (answer,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "lab.ttl").write_text(document)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "persons.rq").write_text(query)
    found = incoming(tmp_path / "lab.ttl", "lab", [read_adapter(tmp_path / "lab")])
    said = [f"case {each}" for each in found.cases]
    (finding,) = one_of(tmp_path).findings.present
    said.append(f"present {finding.what} at {finding.at}")
    said += [f"lost {each.value}: {each.reason}" for each in found.losses]
    said += [f"unread {each.kind} {each.iri}, {each.times} time" for each in found.unread]
    assert said == answer.splitlines()


def one_of(folder: Path) -> Case:
    """Return the case that the adapter of the page lifts."""
    content = ox.Store()
    content.load(path=str(folder / "lab.ttl"), format=ox.RdfFormat.TURTLE)
    ((_, outcome),) = lift("lab.ttl", read_adapter(folder / "lab").lifted(content), Options("lab"))
    assert isinstance(outcome, Imported)
    return outcome.document.cases["1"]


def test_the_table_has_each_word_that_an_adapter_says_and_each_is_declared() -> None:
    table = PAGE.partition("### The words of an adapter")[2]
    words = set(re.findall(r"`cg:(\w+)`", table))
    said = set()
    for adapter in shipped_adapters():
        for query in adapter.queries:
            said |= set(re.findall(r"\bcg:(\w+)", query.text.partition("CONSTRUCT")[2]))
    assert len(said) >= 30
    assert said - words == set()
    assert KINDS.keys() - words == set()
    ontology = "".join((ROOT / "ontology" / name).read_text() for name in ("casegraph.ttl", "merging.ttl"))
    assert {each for each in words if f"\ncg:{each} a " not in ontology} == set()


def test_the_page_lists_each_adapter() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.partition("### ")[0], re.MULTILINE)
    assert rows == [each.name for each in shipped_adapters()]
