"""Two tellings of one patient: what contradicts, what is only more precise, what agrees, what is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec
import pyoxigraph as ox
import pytest
import yaml

from casegraph.errors import InputError
from casegraph.ingest import Loaded, load
from casegraph.loaders import read_document
from casegraph.merge.conflicts import (
    Comparison,
    Matter,
    Telling,
    compared,
    conflict_quads,
    read_tellings,
)
from casegraph.merge.conflicts.telling import telling_of
from casegraph.merge.conflicts.units import converted, readable
from casegraph.model import Case, CaseDocument
from casegraph.namespaces import CG
from casegraph.resources import shipped
from casegraph.store import open_store
from casegraph.terms import shipped_terms
from casegraph.triples import report_iri, subjects

TERMS = shipped_terms()
FEVER, RASH, WEAK = "HP:0001945 Fever", "HP:0000988 Skin rash", "HP:0001324 Muscle weakness"
ERYTHEMA, V_SIGN = "HP:0010783 Erythema", "HP:0025536 V-sign"
DM, NXP2, JDM = (
    "MONDO:0016367 dermatomyositis",
    "MONDO:1010084 anti-NXP2 dermatomyositis",
    "MONDO:0008054 juvenile dermatomyositis",
)
ILD, LUPUS = "MONDO:0015925 interstitial lung disease", "MONDO:0007915 systemic lupus erythematosus"
MDA5, JO1 = "cg:AntiMDA5 anti-MDA5 antibody", "cg:AntiJo1 anti-Jo-1 antibody"
BARICITINIB, PREDNISONE = "CHEBI:95341 baricitinib", "CHEBI:8382 prednisone"
STEROID = "CHEBI:24261 glucocorticoid"
FACE, NECK, CHEST = "UBERON:0001456 face", "UBERON:0000974 neck", "UBERON:0001443 chest"
OCCASIONS = """
occasions:
  history: {phase: medicalHistory}
  onset: {phase: onset}
  before: {phase: beforeTreatment}
  start: {phase: onTreatment}
  later: {anchor: start, start: [90, 90], phase: onTreatment}
  on-it: {after: [start], phase: onTreatment}
"""
#: The two conflict in no way but what a test adds: both are given baricitinib at one start.
BASE = f"{OCCASIONS}zero_point: start\ntreatments: [{{id: jak, what: '{BARICITINIB}', at: start}}]\n"


def tellings_of(document: CaseDocument) -> Iterator[Telling]:
    """Yield the cases of a document, groups left out."""
    report = report_iri(document.report)
    for iri, subject in subjects(document):
        if isinstance(subject, Case):
            base = report if document.report.record is None else iri
            yield telling_of(iri, subject, base, document.passages)


def telling(which: str, said: str) -> Telling:
    """Return a made case; ``said`` is YAML that is laid over the base."""
    case = yaml.safe_load(BASE) | (yaml.safe_load(said) or {})
    data = {
        "casegraph": 1,
        "report": {"title": which, "key": which, "extent": "fullText"},
        "passages": {"text": {"section": "case", "paragraph": 3}},
        "cases": {"1": case},
    }
    (found,) = tellings_of(msgspec.convert(data, CaseDocument))
    return found


def both(ours: str, theirs: str) -> Comparison:
    a, b = telling("one", ours), telling("two", theirs)
    there, back = compared(a, b, TERMS), compared(b, a, TERMS)
    assert there == back, "which is named first matters"
    return there


def found(ours: str, theirs: str) -> list[tuple[str, bool]]:
    return [(each.matter, each.certain) for each in both(ours, theirs).conflicts]


def finding(polarity: str, what: str, more: str = "") -> str:
    return f"findings: {{{polarity}: [{{what: '{what}', stated_in: text{more}}}]}}"


def test_result(what: str, more: str) -> str:
    return f"tests: [{{what: '{what}', stated_in: text, {more}}}]"


test_result.__test__ = False  # type: ignore[attr-defined]


def diagnosed(**standings: str) -> str:
    lists = (f"{name}: [{{what: '{what}', stated_in: text}}]" for name, what in standings.items())
    return f"diagnoses: {{{', '.join(lists)}}}"


def dosed(more: str, drug: str = BARICITINIB) -> str:
    return f"treatments: [{{id: jak, what: '{drug}', at: start, doses: [{{at: start, {more}}}]}}]"


def response(direction: str, more: str = "at: later, domain: skin") -> str:
    return f"responses: [{{to: [jak], direction: {direction}, {more}, stated_in: text}}]"


def turn(kind: str, more: str = "") -> str:
    return f"course: [{{kind: {kind}, stated_in: text{more}}}]"


def days(**starts: str) -> str:
    """Return a patient who died, or had a fever, so many days after birth."""
    occasions = (f"{name}: {{anchor: birth, start: {when}}}" for name, when in starts.items())
    said = {"dead": turn("death", ", at: dead"), "fever": finding("present", FEVER, ", at: fever")}
    claims = "\n".join(said[name] for name in starts)
    return f"occasions: {{birth: {{}}, {', '.join(occasions)}}}\ntreatments: []\n{claims}"


ENZYME = "cg:SerumEnzymeLevel serum enzyme level"
BLOOD, LUNG = "UBERON:0000178 blood", "UBERON:0002048 lung"
Expected = list[tuple[str, bool]]
CERTAIN: Expected = [("number", True)]
POSSIBLE: Expected = [("number", False)]


def number(more: str, unit: str = "U/L") -> str:
    return test_result(ENZYME, f"unit: '{unit}', {more}")


def numbers(*told: str) -> str:
    return f"tests: [{', '.join(f'{{what: {ENZYME!r}, unit: U/L, {each}}}' for each in told)}]"


def long_ago(value: int) -> str:
    dated = OCCASIONS.replace("{phase: onset}", "{phase: onset, anchor: start, start: [-400, -30]}")
    return f"{dated}{number(f'at: onset, value: {value}')}"


#: what one says, what the other says, the conflicts with whether they are certain; a near miss has none.
FINDINGS = {
    "present against absent": (finding("present", FEVER), finding("absent", FEVER), [("finding", True)]),
    "a kind of what is absent": (
        finding("present", V_SIGN),
        finding("absent", ERYTHEMA),
        [("finding", True)],
    ),
    "a kind is absent, another may be there": (
        finding("present", ERYTHEMA),
        finding("absent", V_SIGN),
        [],
    ),
    "two different things": (finding("present", FEVER), finding("absent", WEAK), []),
    "not told in one": (finding("present", FEVER), "", []),
    "one occasion": (
        finding("present", FEVER, ", at: onset"),
        finding("absent", FEVER, ", at: onset"),
        [("finding", True)],
    ),
    "before the disease and at onset": (
        finding("present", FEVER, ", at: onset"),
        finding("absent", FEVER, ", at: history"),
        [],
    ),
    "at the start and three months later": (
        finding("present", FEVER, ", at: start"),
        finding("absent", FEVER, ", at: later"),
        [],
    ),
    "at the start and at some time on it": (
        finding("present", FEVER, ", at: start"),
        finding("absent", FEVER, ", at: on-it"),
        [("finding", False)],
    ),
    "only one has a time": (
        finding("present", FEVER, ", at: onset"),
        finding("absent", FEVER),
        [("finding", False)],
    ),
    "one of them tells of the change": (
        finding("present", FEVER),
        f"findings: {{present: [{{what: '{FEVER}', at: later}}], absent: [{{what: '{FEVER}', at: onset}}]}}",
        [],
    ),
    "absent in a place where it was": (
        finding("present", ERYTHEMA, f", site: ['{FACE}']"),
        finding("absent", ERYTHEMA, f", site: ['{FACE}']"),
        [("finding", True)],
    ),
    "absent in another place": (
        finding("present", ERYTHEMA, f", site: ['{CHEST}']"),
        finding("absent", ERYTHEMA, f", site: ['{FACE}']"),
        [],
    ),
    "absent everywhere": (
        finding("present", ERYTHEMA, f", site: ['{CHEST}']"),
        finding("absent", ERYTHEMA),
        [("finding", True)],
    ),
    "not severe is not absent": (
        finding("present", WEAK, ", severity: mild"),
        finding("absent", WEAK, ", severity: severe"),
        [],
    ),
    "left against right": (
        finding("present", WEAK, ", laterality: left"),
        finding("absent", WEAK, ", laterality: right"),
        [],
    ),
    "indeterminate is no denial": (finding("present", FEVER), finding("indeterminate", FEVER), []),
}
TESTS = {
    "positive against negative at one time": (
        test_result(MDA5, "at: onset, result: positive"),
        test_result(MDA5, "at: onset, result: negative"),
        [("test", True)],
    ),
    "of no time": (
        test_result(MDA5, "result: positive"),
        test_result(MDA5, "result: negative"),
        [("test", False)],
    ),
    "seroconversion": (
        test_result(MDA5, "at: start, result: positive"),
        test_result(MDA5, "at: later, result: negative"),
        [],
    ),
    "another antibody": (
        test_result(MDA5, "at: onset, result: positive"),
        test_result(JO1, "at: onset, result: negative"),
        [],
    ),
    "all of a kind negative": (
        test_result(MDA5, "at: onset, result: positive"),
        test_result(
            "cg:MyositisSpecificAntibody myositis-specific antibody",
            "at: onset, result: negative, coverage: membersNotListed",
        ),
        [("test", True)],
    ),
    "some of a kind positive": (
        test_result(MDA5, "at: onset, result: negative"),
        test_result("cg:MyositisSpecificAntibody myositis-specific antibody", "at: onset, result: positive"),
        [],
    ),
}
NUMBERS = {
    "two numbers at one time": (number("at: onset, value: 500"), number("at: onset, value: 700"), CERTAIN),
    "two measurements": (number("at: start, value: 500"), number("at: later, value: 700"), []),
    "more digits": (number("at: onset, value: 4.2"), number("at: onset, value: 4.23"), []),
    "another last digit": (number("at: onset, value: 4.2"), number("at: onset, value: 4.3"), CERTAIN),
    "digits that are printed": (
        number("at: onset, value: 4.2, printed: '4.20'"),
        number("at: onset, value: 4.23"),
        CERTAIN,
    ),
    "rounded to hundreds": (number("at: onset, value: 1200"), number("at: onset, value: 1234"), []),
    "not rounded to hundreds": (number("at: onset, value: 1200"), number("at: onset, value: 1260"), CERTAIN),
    "within a bound": (number("at: onset, value: 5, printed: '<5'"), number("at: onset, value: 3"), []),
    "beyond a bound": (number("at: onset, value: 5, printed: '<5'"), number("at: onset, value: 7"), CERTAIN),
    "within two bounds": (
        number("at: onset, value: 5, printed: 4 to 6"),
        number("at: onset, value: 5.9"),
        [],
    ),
    "two numbers of no time": (number("value: 500"), number("value: 700"), POSSIBLE),
    "of no time, and one tells a course": (
        number("value: 500"),
        numbers("value: 700", "at: later, value: 90"),
        [],
    ),
    "a range at one time": (
        number("at: onset, value: 600"),
        numbers("id: a, at: onset, value: 500", "id: b, at: onset, value: 700"),
        [],
    ),
    "two numbers, one of a time": (number("value: 500"), number("at: onset, value: 700"), []),
    "times that cannot be told apart": (number("at: start, value: 500"), number("at: on-it, value: 700"), []),
    "a slip, only one has a time": (number("value: 500"), number("at: onset, value: 5000"), POSSIBLE),
    "a slip at two times": (number("at: start, value: 500"), number("at: later, value: 5000"), []),
    "not quite a slip": (number("value: 500"), number("at: onset, value: 5100"), []),
    "a slip, and one tells a course": (
        number("at: on-it, value: 500"),
        numbers("at: start, value: 5000", "at: later, value: 90"),
        [],
    ),
    "numbers without a unit": (
        test_result(ENZYME, "at: onset, value: 5"),
        test_result(ENZYME, "at: onset, value: 7"),
        POSSIBLE,
    ),
    "one number without a unit": (
        number("at: onset, value: 5"),
        test_result(ENZYME, "at: onset, value: 7"),
        [],
    ),
    "an onset of which little is told": (long_ago(500), long_ago(700), POSSIBLE),
    "two numbers of the past": (
        number("at: history, value: 500"),
        number("at: history, value: 700"),
        POSSIBLE,
    ),
    "another specimen": (
        number(f"at: onset, value: 5, specimen: '{BLOOD}'"),
        number(f"at: onset, value: 7, specimen: '{LUNG}'"),
        [],
    ),
    "no number": (number("at: onset, value: .nan"), number("at: onset, value: 7"), []),
    "a number without end": (number("at: onset, value: .inf"), number("at: onset, value: 7"), []),
    "a number of four hundred digits": (
        number(f"at: onset, value: 1{'0' * 400}"),
        number("at: onset, value: 7"),
        [],
    ),
    "nothing and something": (number("at: onset, value: 0"), number("at: onset, value: 7"), CERTAIN),
    "below nothing": (number("at: onset, value: -0.7"), number("at: onset, value: 7.0"), CERTAIN),
    "a test and a kind of it": (
        test_result(MDA5, "at: onset, value: 5, unit: U/mL"),
        test_result(
            "cg:MyositisSpecificAntibody myositis-specific antibody", "at: onset, value: 7, unit: U/mL"
        ),
        [],
    ),
    "parts of two panels": (
        number(f"at: onset, value: 5, component_of: '{MDA5}'"),
        number(f"at: onset, value: 7, component_of: '{JO1}'"),
        [],
    ),
    "numbers of two tests": (
        test_result(MDA5, "at: onset, value: 5, unit: U/mL"),
        test_result(JO1, "at: onset, value: 7, unit: U/mL"),
        [],
    ),
}
#: value and unit in one, value and unit in the other, at one time.
UNITS: dict[str, tuple[tuple[float, str], tuple[float, str], Expected]] = {
    "one number in two units": ((5, "mg/L"), (5, "g/L"), [("unit", True)]),
    "one unit in two ways": ((5, "ng/mL"), (5, "ug/L"), []),
    "one unit in two ways, two numbers": ((5, "ng/mL"), (7, "ug/L"), CERTAIN),
    "powers and fractions": ((5, "mg/dL"), (5, "mg.dL-1"), []),
    "milligrams in a litre and in a tenth of it": ((50, "mg/L"), (5, "mg/dL"), []),
    "another number of milligrams": ((50, "mg/L"), (7, "mg/dL"), CERTAIN),
    "rounded in one unit": ((54, "mg/L"), (5.4, "mg/dL"), []),
    "cells": ((5, "10*3/uL"), (5000, "/uL"), []),
    "cells by a word": ((5, "10*9/L"), (5000, "{cells}/uL"), []),
    "per cent": ((5, "%"), (0.05, "1"), []),
    "degrees": ((98.6, "[degF]"), (37, "Cel"), []),
    "degrees that differ": ((98.6, "[degF]"), (39, "Cel"), CERTAIN),
    "international units": ((500, "U/L"), (500, "[IU]/L"), []),
    "mass and moles": ((5, "mg/L"), (30, "mmol/L"), []),
    "one number of mass and of moles": ((5, "mg/L"), (5, "mmol/L"), [("unit", False)]),
    "equivalents depend on the charge": ((5, "meq/L"), (2.5, "mmol/L"), []),
    "by surface and not": ((60, "mL/min/{1.73_m2}"), (70, "mL/min"), []),
    "by surface in both": ((60, "mL/min/{1.73_m2}"), (70, "mL/min/{1.73_m2}"), CERTAIN),
    "a computed number": ((86.26260233007815, "mg/dL"), (86.26260233007815, "mg/dL"), []),
    "a number that another computer computed": (
        (86.26260233007815, "mg/dL"),
        (862.6260233007816, "mg/L"),
        [],
    ),
    "not a unit of UCUM": ((5, "microgram"), (5, "mg/L"), []),
    "not a unit of UCUM, twice": ((5, "titre"), (7, "titre"), CERTAIN),
}
PERSONS = {
    "sex": ("sex: female", "sex: male", [("sex", True)]),
    "unknown sex": ("sex: female", "", []),
    "ages of one moment": ("age: {years: 61, at: onset}", "age: {years: 64, at: onset}", [("age", True)]),
    "ages of two moments": ("age: {years: 61, at: onset}", "age: {years: 64, at: later}", []),
    "ages of no moment": ("age: {years: 61}", "age: {years: 64}", [("age", False)]),
    "an age in part of a year": ("age: {years: 7}", "age: {years: 7.5}", []),
    "the same age": ("age: {years: 61}", "age: {years: 61, at: onset}", []),
    "excluded": (diagnosed(final=DM), diagnosed(excluded=DM), [("diagnosis", True)]),
    "a kind of what is excluded": (diagnosed(final=NXP2), diagnosed(excluded=DM), [("diagnosis", True)]),
    "a kind is excluded": (diagnosed(final=DM), diagnosed(excluded=NXP2), []),
    "only thought of": (diagnosed(considered=DM), diagnosed(excluded=DM), []),
    "a subtype": (diagnosed(final=DM), diagnosed(final=NXP2), []),
    "two subtypes of one disease": (diagnosed(final=NXP2), diagnosed(final=JDM), [("diagnosis", False)]),
    "two diseases": (diagnosed(final=DM), diagnosed(final=ILD), []),
    "agreed, and each tells another beside it": (
        f"diagnoses: {{final: [{{what: '{LUPUS}'}}, {{what: '{NXP2}'}}]}}",
        f"diagnoses: {{final: [{{what: '{LUPUS}'}}, {{what: '{JDM}'}}]}}",
        [],
    ),
}
COURSES = {
    "dose": (dosed("dose: 4, unit: mg"), dosed("dose: 2, unit: mg"), [("dose", True)]),
    "dose in another unit": (dosed("dose: 4, unit: mg"), dosed("dose: 4000, unit: ug"), []),
    "within bounds": (dosed("dose: 4, unit: mg"), dosed("dose_min: 2, dose_max: 4, unit: mg"), []),
    "outside of bounds": (
        dosed("dose: 8, unit: mg"),
        dosed("dose_min: 2, dose_max: 4, unit: mg"),
        [("dose", True)],
    ),
    "by the day": (
        dosed("dose: 2, unit: mg, times: 2, period_days: 1"),
        dosed("dose: 4, unit: mg/d"),
        [],
    ),
    "more often": (
        dosed("dose: 2, unit: mg, times: 2, period_days: 1"),
        dosed("dose: 2, unit: mg, times: 1, period_days: 1"),
        [("dose", True)],
    ),
    "twice half of it": (
        dosed("dose: 2, unit: mg, times: 2, period_days: 1"),
        dosed("dose: 4, unit: mg, times: 1, period_days: 1"),
        [],
    ),
    "by another route": (
        dosed("dose: 4, unit: mg, route: oral"),
        dosed("dose: 2, unit: mg, route: topical"),
        [],
    ),
    "how often is not told": (
        dosed("dose: 2, unit: mg, times: 2, period_days: 1"),
        dosed("dose: 2, unit: mg"),
        [],
    ),
    "by weight": (dosed("dose: 1, unit: mg/kg"), dosed("dose: 60, unit: mg"), []),
    "one number by weight and not": (
        dosed("dose: 4, unit: mg/kg"),
        dosed("dose: 4, unit: mg"),
        [("unit", False)],
    ),
    "unit": (dosed("dose: 4, unit: mg"), dosed("dose: 4, unit: g"), [("unit", True)]),
    "another drug": (dosed("dose: 4, unit: mg"), dosed("dose: 2, unit: mg", PREDNISONE), []),
    "no dose in one": (dosed("dose: 4, unit: mg"), dosed("printed: low-dose"), []),
    "improved against unchanged": (response("improved"), response("unchanged"), [("response", True)]),
    "resolved against worse": (response("resolved"), response("worse"), [("response", True)]),
    "stabilised against worse": (response("stabilised"), response("worse"), [("response", True)]),
    "resolved is more than improved": (response("resolved"), response("improved"), []),
    "improved against stabilised": (response("improved"), response("stabilised"), []),
    "not evaluable": (response("notEvaluable"), response("unchanged"), []),
    "another domain": (response("improved"), response("unchanged", "at: later, domain: lung"), []),
    "at another time": (response("improved"), response("unchanged", "at: start, domain: skin"), []),
    "at a time that is not told": (
        response("improved"),
        response("unchanged", "domain: skin"),
        [("response", False)],
    ),
    "on another drug": (
        response("improved"),
        f"treatments: [{{id: jak, what: '{PREDNISONE}', at: start}}]\n{response('unchanged')}",
        [],
    ),
    "remission against flare": (
        turn("remission", ", at: later"),
        turn("flare", ", at: later"),
        [("outcome", True)],
    ),
    "a flare, and later remission": (turn("remission", ", at: later"), turn("flare", ", at: start"), []),
    "remission of the skin, flare in the lung": (
        turn("remission", ", at: later, domain: [skin]"),
        turn("flare", ", at: later, domain: [lung]"),
        [],
    ),
    "flare and relapse": (turn("relapse", ", at: later"), turn("flare", ", at: later"), []),
    "causes of death": (
        turn("death", f", cause: '{ILD}'"),
        turn("death", f", cause: '{LUPUS}'"),
        [("outcome", False)],
    ),
    "one cause of death": (turn("death", f", cause: '{ILD}'"), turn("death"), []),
    "two deaths": (turn("death", ", at: start"), turn("death", ", at: later"), [("outcome", True)]),
    "younger later": ("age: {years: 50, at: start}", "age: {years: 45, at: later}", [("age", True)]),
    "older later": ("age: {years: 50, at: start}", "age: {years: 50, at: later}", []),
    "raised and lowered": (
        test_result(MDA5, "direction: raised, at: start"),
        test_result(MDA5, "direction: lowered, at: start"),
        [("test", True)],
    ),
    "raised and then lowered": (
        test_result(MDA5, "direction: raised, at: start"),
        test_result(MDA5, "direction: lowered, at: later"),
        [],
    ),
    "alive after death": (
        turn("death", ", at: start"),
        finding("present", FEVER, ", at: later"),
        [("outcome", True)],
    ),
    "seen before death": (turn("death", ", at: later"), finding("present", FEVER, ", at: start"), []),
    "seen in the days of a death": (days(dead="[10, 10], end: [40, 40]"), days(fever="[20, 20]"), []),
    "seen after the days of a death": (
        days(dead="[10, 10], end: [40, 40]"),
        days(fever="[41, 41]"),
        [("outcome", True)],
    ),
    "seen after a death, which both tell of": (
        days(dead="[10, 10]"),
        days(dead="[10, 10]", fever="[20, 20]"),
        [],
    ),
    "both contradict themselves": (
        days(dead="[10, 10]", fever="[20, 20]"),
        days(dead="[10, 10]", fever="[20, 20]"),
        [],
    ),
    "seen between two deaths": (
        days(dead="[10, 10]"),
        days(dead="[30, 30]", fever="[20, 20]"),
        [("outcome", True), ("outcome", True)],
    ),
    "silence is not life": (turn("death"), finding("present", FEVER, ", at: later"), []),
    "harm against none": (
        f"adverse_events: {{observed: [{{what: '{RASH}', during: [jak]}}]}}",
        "adverse_events: {none: [{during: [jak]}]}",
        [("adverseEvent", True)],
    ),
    "harm, and none that matters": (
        f"adverse_events: {{observed: [{{what: '{RASH}', during: [jak]}}]}}",
        "adverse_events: {none_significant: [{during: [jak]}]}",
        [],
    ),
}


def routed(**routes: str) -> str:
    doses = (f"{{at: {at}, dose: 4, unit: mg, route: {route}}}" for at, route in routes.items())
    return f"treatments: [{{id: jak, what: '{BARICITINIB}', at: start, doses: [{', '.join(doses)}]}}]"


def untimed(route: str, drug: str = BARICITINIB) -> str:
    return f"treatments: [{{id: jak, what: '{drug}', doses: [{{dose: 4, unit: mg, route: {route}}}]}}]"


ROUTES: dict[str, tuple[str, str, Expected]] = {
    "two routes at one time": (routed(start="oral"), routed(start="intravenous"), [("route", True)]),
    "one route": (routed(start="oral"), routed(start="oral"), []),
    "a route that is not told": (routed(start="oral"), dosed("dose: 4, unit: mg"), []),
    "two routes at two times": (routed(start="oral"), routed(later="intravenous"), []),
    "two routes of no time": (untimed("oral"), untimed("intravenous"), [("route", False)]),
    "one tells both": (untimed("oral"), routed(start="intravenous", later="oral"), []),
    "an ointment beside an infusion": (routed(start="topical"), routed(start="intravenous"), []),
    "two amounts may be two ways": (
        routed(start="oral"),
        dosed("dose: 40, unit: mg, route: intravenous"),
        [("route", False)],
    ),
    "a drug and its group": (untimed("oral", PREDNISONE), untimed("intravenous", STEROID), []),
    "two routes of two drugs": (untimed("oral"), untimed("intravenous", PREDNISONE), []),
}


def course(more: str, drug: str = BARICITINIB, beside: str = "") -> str:
    half_a_year = "half-year: {anchor: start, start: [180, 180]}"
    month = "month: {anchor: start, start: [30, 30], end: [30, 120]}"
    return (
        f"{OCCASIONS}  {half_a_year}\n  {month}\nzero_point: start\n"
        f"treatments: [{{id: jak, what: '{BARICITINIB}', at: start}}, "
        f"{{what: '{drug}', at: start, {more}}}{beside}]"
    )


def lasting(more: str, beside: str = "") -> str:
    return course(more, PREDNISONE, beside)


ENDS: dict[str, tuple[str, str, Expected]] = {
    "stopped, and ongoing later": (
        lasting("ends_at: later"),
        lasting("ongoing_at: half-year"),
        [("end", True)],
    ),
    "stopped, and a dose ongoing later": (
        lasting("ends_at: later"),
        lasting("doses: [{at: start, dose: 5, unit: mg, ongoing_at: half-year}]"),
        [("end", True)],
    ),
    "a stop that is hinted at": (
        lasting("ends_at: later, end_basis: implied"),
        lasting("ongoing_at: half-year"),
        [("end", False)],
    ),
    "ongoing, and stopped later": (lasting("ends_at: half-year"), lasting("ongoing_at: later"), []),
    "ongoing when it is stopped": (lasting("ends_at: later"), lasting("ongoing_at: later"), []),
    "stopped within a stretch that lasts until then": (
        lasting("ends_at: month"),
        lasting("ongoing_at: later"),
        [],
    ),
    "stopped before treatment, by what a phase means": (
        lasting("ends_at: before"),
        lasting("ongoing_at: on-it"),
        [],
    ),
    "a second course": (
        lasting("ends_at: later"),
        lasting("ongoing_at: half-year", f", {{what: '{PREDNISONE}', at: later}}"),
        [],
    ),
    "another drug of the group goes on": (
        lasting("ends_at: later"),
        course("ongoing_at: half-year", STEROID),
        [],
    ),
    "a drug of the group that was stopped goes on": (
        course("ends_at: later", STEROID),
        lasting("ongoing_at: half-year"),
        [("end", True)],
    ),
}


def well(of: str, more: str = "", kind: str = "remission") -> str:
    return (
        f"findings: {{present: [{{id: was, what: '{of}', at: onset}}]}}\n"
        f"course: [{{kind: {kind}, at: later, concerns: [was]{more}}}]"
    )


REMISSIONS: dict[str, tuple[str, str, Expected]] = {
    "a finding that is gone": (
        well(ERYTHEMA),
        finding("present", V_SIGN, ", at: later"),
        [("outcome", False)],
    ),
    "no symptoms for a time": (
        well(ERYTHEMA, ", duration_min_days: 30", "symptomFreeInterval"),
        finding("present", ERYTHEMA, ", at: later"),
        [("outcome", False)],
    ),
    "a finding of another time": (well(ERYTHEMA), finding("present", V_SIGN, ", at: start"), []),
    "a finding at some time": (well(ERYTHEMA), finding("present", V_SIGN, ", at: on-it"), []),
    "a finding of no time": (well(ERYTHEMA), finding("present", V_SIGN), []),
    "another finding": (well(ERYTHEMA), finding("present", WEAK, ", at: later"), []),
    "a wider finding": (well(V_SIGN), finding("present", ERYTHEMA, ", at: later"), []),
    "a remission of no finding": (
        turn("remission", ", at: later"),
        finding("present", V_SIGN, ", at: later"),
        [],
    ),
}


def seen(polarity: str, occasions: str) -> str:
    return f"occasions: {{{occasions}}}\ntreatments: []\n{finding(polarity, FEVER, ', at: then')}"


def from_birth(first: int, last: int) -> str:
    return f"birth: {{}}, then: {{anchor: birth, start: [{first}, {last}]}}"


def aged(first: int, last: int, value: int) -> str:
    occasions = f"occasions: {{birth: {{}}, then: {{anchor: birth, start: [{first}, {last}]}}}}"
    return f"{occasions}\ntreatments: []\n{number(f'at: then, value: {value}')}"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(3650, 3650, CERTAIN), (3650, 3657, CERTAIN), (3650, 3680, POSSIBLE), (3650, 4015, POSSIBLE)],
    ids=["one day", "one week", "one month", "one year"],
)
def test_an_age_in_years_has_room_for_two_measurements(first: int, last: int, expected: Expected) -> None:
    assert found(aged(first, last, 500), aged(first, last, 700)) == expected


def on_date(day: str) -> str:
    return f"first-date: {{}}, then: {{anchor: first-date, start: [0, 0], printed: '{day}'}}"


def after_start(days: int, episodes: str) -> str:
    occasions = f"start: {{}}, again: {{}}, then: {{anchor: start, start: [{days}, {days}]}}"
    return f"occasions: {{{occasions}}}\ntreatments: [{episodes}]"


@pytest.fixture(scope="module", autouse=True)
def _units() -> None:
    """Have the tables of units read before the first test that converts."""
    assert converted(1, "g", "mg") == 1000


ONCE, AGAIN = (f"{{what: '{BARICITINIB}', at: {at}}}" for at in ("start", "again"))
TIMES = {
    "one age": (seen("present", from_birth(3650, 4015)), seen("absent", from_birth(3650, 4015)), True),
    "two ages": (seen("present", from_birth(3650, 4015)), seen("absent", from_birth(4380, 4745)), None),
    "ages that meet": (
        seen("present", from_birth(3650, 4015)),
        seen("absent", from_birth(3800, 3800)),
        False,
    ),
    "one date": (seen("present", on_date("2020-01-02")), seen("absent", on_date("2020-01-02T08:00")), True),
    "two dates": (seen("present", on_date("2020-01-02")), seen("absent", on_date("2020-01-03")), None),
    "a date and an age": (
        seen("present", on_date("2020-01-02")),
        seen("absent", from_birth(3800, 3800)),
        False,
    ),
    "day 7 and day 9 of a drug": (
        f"{after_start(7, ONCE)}\n{finding('present', FEVER, ', at: then')}",
        f"{after_start(9, ONCE)}\n{finding('absent', FEVER, ', at: then')}",
        None,
    ),
    "of a drug that one tells twice": (
        f"{after_start(7, ONCE)}\n{finding('present', FEVER, ', at: then')}",
        f"{after_start(9, f'{ONCE}, {AGAIN}')}\n{finding('absent', FEVER, ', at: then')}",
        False,
    ),
    "a stretch that lasts until then": (
        seen("present", "birth: {}, then: {anchor: birth, start: [0, 0], end: [100, 100]}"),
        seen("absent", from_birth(90, 90)),
        False,
    ),
    "a stretch that is over": (
        seen("present", "birth: {}, then: {anchor: birth, start: [0, 0], end: [100, 100]}"),
        seen("absent", from_birth(101, 101)),
        None,
    ),
}
MATTERS = (FINDINGS, TESTS, NUMBERS, PERSONS, COURSES, ROUTES, ENDS, REMISSIONS)
RULES = {name: rule for each in MATTERS for name, rule in each.items()}


def test_each_matter_has_its_conflicts_and_its_near_misses() -> None:
    assert len(RULES) == sum(map(len, MATTERS)) >= 100
    rules = (*RULES.values(), *UNITS.values())
    told = {matter for _, _, expected in rules for matter, _ in expected}
    assert told == set(get_args(Matter))
    assert sum(not expected for _, _, expected in RULES.values()) >= 55


@pytest.mark.parametrize("name", RULES)
def test_what_contradicts_and_what_does_not(name: str) -> None:
    ours, theirs, expected = RULES[name]
    assert found(ours, theirs) == expected
    assert found(theirs, ours) == expected


@pytest.mark.parametrize("name", UNITS)
def test_one_unit_is_told_in_another(name: str) -> None:
    ours, theirs, expected = UNITS[name]
    told = [number(f"at: onset, value: {value}", unit) for value, unit in (ours, theirs)]
    assert found(*told) == found(*reversed(told)) == expected


def test_a_slip_of_a_decimal_is_told_in_words() -> None:
    said = {
        "value: 5000": ["500 U/L (onset), a tenth of the other: a slip of a decimal?", "5000 U/L, ten times"],
        "value: 0.5": ["500 U/L (onset), a thousand times the other: a slip", "0.5 U/L, a thousandth of"],
        "at: onset, value: 700": ["500 U/L (onset)", "700 U/L (onset)"],
    }
    for theirs, expected in said.items():
        (conflict,) = both(number("at: onset, value: 500"), number(theirs)).conflicts
        for side, told in zip(conflict.sides, expected, strict=True):
            assert side.says.startswith(f"serum enzyme level: {told}")
            assert ("slip" in side.says) == ("onset" not in theirs)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            ENDS["stopped, and ongoing later"],
            ["prednisone: stopped (onTreatment, day 90)", "prednisone: ongoing (half-year, day 180)"],
        ),
        (
            ROUTES["two routes of no time"],
            ["baricitinib: 4 mg, oral", "baricitinib: 4 mg, intravenous"],
        ),
    ],
)
def test_what_became_of_a_drug_is_told_in_words(rule: tuple[str, str, Expected], says: list[str]) -> None:
    (conflict,) = both(*rule[:2]).conflicts
    assert [each.says for each in conflict.sides] == says


#: UCUM 2.2, the table of its units: prefixes, litre, day, molar units.
@pytest.mark.parametrize(
    ("unit", "into", "expected"),
    [
        ("{score}", "1", 5),
        ("24.h", "d", 5),
        ("d", "24.h", 5),
        ("10*3/uL", "/uL", 5000),
        ("k[IU]/L", "[IU]/mL", 5),
        ("nmol/L", "umol/L", 0.005),
        ("mmol/L", "mg/L", None),
        ("Cel", "mg/L", None),
        ("no unit", "mg/L", None),
        ("10*99999999/L", "/L", None),
        (f"{'(' * 2000}m{')' * 2000}", "m", None),
        ("10*99.10*99.10*99.10*99", "1", None),
        ("0.m", "m", None),
        ("m", "0.m", None),
    ],
)
def test_numbers_are_converted(unit: str, into: str, expected: float | None) -> None:
    assert converted(5, unit, into) == (None if expected is None else pytest.approx(expected))
    assert not readable("no unit")
    assert readable("mg/L")


def test_a_dose_in_one_unit_that_is_spelt_in_two_ways() -> None:
    ways = (("5", "mg/kg"), ("5", "mg.kg-1"), ("5", "mg/m2"))
    told = [dosed(f"dose: {amount}, unit: {unit}") for amount, unit in ways]
    assert found(told[0], told[1]) == []
    assert found(told[0], told[2]) == [("unit", False)]


#: dose and unit in one, dose and unit in the other, at one time.
DOSES: dict[str, tuple[tuple[float, str], tuple[float, str], Expected]] = {
    "two spellings of a unit": ((1000, "U"), (2000, "[IU]"), [("dose", True)]),
    "one dose in two spellings": ((1000, "U"), (1, "k[IU]"), []),
    "a million of units": ((2, "10*6.[IU]"), (2000, "10*3.[iU]"), []),
    "moles": ((1, "mmol"), (2000, "umol"), [("dose", True)]),
    "moles in two units": ((1, "mmol"), (1000, "umol"), []),
    "volumes": ((1, "L"), (500, "mL"), [("dose", True)]),
    "by weight in two units": ((1, "mg/kg"), (1000, "ug/kg"), []),
    "another dose by weight": ((1, "mg/kg"), (2000, "ug.kg-1"), [("dose", True)]),
    "by weight and time": ((6, "ug/kg/h"), (0.1, "ug/kg/min"), []),
    "by surface": ((1, "g/m2"), (500, "mg/m2"), [("dose", True)]),
    "by weight and by surface": ((1, "mg/kg"), (40, "mg/m2"), []),
    "by the day and by weight": ((2, "mg/kg/d"), (0.002, "g/kg/d"), []),
    "by weight and in per cent": ((1, "mg/kg"), (2, "%"), []),
    "by weight and in tablets": ((1, "mg/kg"), (2, "{tablet}"), []),
    "tablets and puffs": ((1, "{tablet}"), (2, "{puff}"), []),
    "tablets": ((1, "{tablet}"), (2, "{tablet}"), [("dose", True)]),
    "mass and moles": ((1, "mg"), (2, "mmol"), []),
    "a word": ((1, "sachet"), (2, "sachet"), [("dose", True)]),
    "two words": ((1, "sachet"), (2, "vial"), []),
}


@pytest.mark.parametrize("name", DOSES)
def test_one_dose_is_told_in_another_unit(name: str) -> None:
    ours, theirs, expected = DOSES[name]
    told = [dosed(f"dose: {amount}, unit: '{unit}'") for amount, unit in (ours, theirs)]
    assert found(*told) == found(*reversed(told)) == expected


@pytest.mark.parametrize("name", TIMES)
def test_what_is_certainly_of_one_time_and_of_two(name: str) -> None:
    ours, theirs, certain = TIMES[name]
    expected = [] if certain is None else [("finding", certain)]
    assert found(ours, theirs) == found(theirs, ours) == expected


def test_the_passage_of_a_record_is_a_part_of_its_case() -> None:
    data = {
        "casegraph": 1,
        "report": {"title": "x", "record": {"dataset": "demo", "id": "7"}, "extent": "dataRecord"},
        "passages": {"record": {"pointer": "/cases/6"}},
        "cases": {"1": {"findings": {"present": [{"what": FEVER, "stated_in": "record"}]}}},
    }
    (told,) = tellings_of(msgspec.convert(data, CaseDocument))
    (conflict,) = compared(told, telling("two", finding("absent", FEVER)), TERMS).conflicts
    (place,) = (each.place for each in conflict.sides if each.claim.startswith(told.iri))
    assert place is not None
    assert (place.passage, place.pointer) == (f"{told.iri}#record", "/cases/6")


@pytest.mark.slow
def test_a_case_does_not_contradict_itself() -> None:
    told = [each for path in shipped("cases", "*.yaml") for each in tellings_of(read_document(path).document)]
    assert len(told) == 26
    assert [each.iri for each in told if compared(each, each, TERMS).conflicts] == []


def test_both_sides_are_told_in_words_with_their_passages() -> None:
    (conflict,) = both(
        finding("present", FEVER, ", at: onset"), finding("absent", FEVER, ", at: onset")
    ).conflicts
    base = "https://w3id.org/casegraph"
    assert [each.claim for each in conflict.sides] == [
        f"{base}/case/key/one/1#present-finding-HP_0001945-onset",
        f"{base}/case/key/two/1#absent-finding-HP_0001945-onset",
    ]
    assert [each.says for each in conflict.sides] == ["Fever: present (onset)", "Fever: absent (onset)"]
    places = [each.place for each in conflict.sides]
    assert [each and (each.passage, each.section, each.paragraph) for each in places] == [
        (f"{base}/report/key/{which}#text", "case", 3) for which in ("one", "two")
    ]


def test_sex_and_age_are_those_of_the_cases() -> None:
    told = both("sex: female\nage: {years: 61}", "sex: male\nage: {years: 40}").conflicts
    assert [(each.matter, [side.says for side in each.sides]) for each in told] == [
        ("age", ["61 years", "40 years"]),
        ("sex", ["female", "male"]),
    ]
    assert {side.claim.rpartition("/")[0] for each in told for side in each.sides} == {
        f"https://w3id.org/casegraph/case/key/{which}" for which in ("one", "two")
    }


@dataclass(frozen=True)
class Shared:
    """What both say, and whether it is one claim."""

    ours: str
    theirs: str
    agreed: bool = True


AGREED = {
    "a finding": Shared(finding("present", FEVER), finding("present", FEVER, ", at: onset")),
    "a kind of it": Shared(finding("present", ERYTHEMA), finding("present", V_SIGN)),
    "both deny it": Shared(finding("absent", FEVER), finding("absent", FEVER)),
    "at another time": Shared(
        finding("present", FEVER, ", at: start"), finding("present", FEVER, ", at: later"), agreed=False
    ),
    "in another place": Shared(
        finding("present", ERYTHEMA, f", site: ['{FACE}']"),
        finding("present", ERYTHEMA, f", site: ['{NECK}']"),
        agreed=False,
    ),
    "a result": Shared(test_result(MDA5, "result: positive"), test_result(MDA5, "result: positive")),
    "a number": Shared(number("at: onset, value: 4.2"), number("at: onset, value: 4.23")),
    "a number of two times": Shared(
        number("at: start, value: 4.2"), number("at: later, value: 4.2"), agreed=False
    ),
    "a number in another unit": Shared(number("value: 4.2"), number("value: 0.0042", "kU/L")),
    "a number without a unit": Shared(test_result(ENZYME, "value: 4"), test_result(ENZYME, "value: 4")),
    "a diagnosis": Shared(diagnosed(final=DM), diagnosed(working=NXP2)),
    "another standing": Shared(diagnosed(final=DM), diagnosed(considered=DM), agreed=False),
    "an outcome": Shared(response("improved"), response("resolved")),
    "a turn": Shared(turn("flare", ", at: later"), turn("flare", ", at: later")),
    "a death": Shared(turn("death", ", at: start"), turn("death")),
}


@pytest.mark.parametrize("name", AGREED)
def test_what_agrees(name: str) -> None:
    said = AGREED[name]
    told = both(said.ours, said.theirs)
    claims = [each.claims for each in told.agreements if not all(c.endswith("#jak") for c in each.claims)]
    assert len(claims) == said.agreed
    assert told.conflicts == ()
    assert any(each.claims[0].endswith("#jak") for each in told.agreements), "both were given baricitinib"


def test_one_dose_agrees_and_another_does_not() -> None:
    two = "dose: 4, unit: mg}, {at: later, dose: 2, unit: mg"
    told = both(dosed(two), dosed("dose: 4, unit: mg"))
    assert told.conflicts == ()
    doses = [claim for each in told.agreements for claim in each.claims if "dose" in claim]
    assert [each.rpartition("#")[2] for each in doses] == ["dose-segment-start"] * 2


LINK = "https://w3id.org/casegraph/link/0123"


def test_what_is_written_says_nothing_of_a_claim() -> None:
    told = both(
        f"sex: female\n{finding('present', FEVER)}\n{diagnosed(final=DM)}",
        f"sex: male\n{finding('absent', FEVER)}\n{diagnosed(final=DM)}",
    )
    text = conflict_quads(LINK, told.conflicts, told.agreements)
    assert text == conflict_quads(LINK, reversed(told.conflicts), reversed(told.agreements))
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    assert len(quads) == len(text.splitlines()) == 2 * 8 + 2 * 4
    assert {str(each.graph_name) for each in quads} == {f"<{LINK}>"}
    assert all(str(each.subject).startswith(f"<{LINK}#") for each in quads)
    matters = [each.object.value for each in quads if each.predicate.value == f"{CG}conflictMatter"]
    assert sorted(matters) == [f"{CG}findingConflict", f"{CG}sexConflict"]


@pytest.mark.slow
def test_all_that_is_written_is_in_the_ontology() -> None:
    (path,) = shipped("ontology", "merging.ttl")
    declared = {str(each.subject) for each in ox.parse(path=str(path))}
    names = set()
    for ours, theirs, _ in RULES.values():
        told = compared(telling("one", ours), telling("two", theirs), TERMS)
        text = conflict_quads(LINK, told.conflicts, told.agreements)
        for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS):
            names |= {str(quad.predicate), str(quad.object)}
    own = {each for each in names if each.startswith(f"<{CG}")}
    assert len(own) >= 21
    assert own <= declared


def test_a_case_of_a_store_is_told_as_its_document_tells_it() -> None:
    (path,) = shipped("cases", "baricitinib-news.yaml")
    first, second = tellings_of(read_document(path).document)
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [path]))
        stored = list(read_tellings(store, [first.iri, second.iri], TERMS))
        with pytest.raises(InputError, match="no case"):
            list(read_tellings(store, [f"{first.iri}0"], TERMS))
    assert [each.iri for each in stored] == [first.iri, second.iri]
    assert [each.places for each in stored] == [first.places, second.places]
    assert compared(stored[0], stored[1], TERMS) == compared(first, second, TERMS)
    assert compared(stored[0], first, TERMS).conflicts == ()


def test_a_group_is_no_telling_of_a_patient() -> None:
    (path,) = shipped("cases", "miao-2021.yaml")
    assert list(tellings_of(read_document(path).document)) == []
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [path]))
        group = next(str(row[0]) for row in store.query(f"SELECT ?g {{ ?g a <{CG}Group> }}"))  # type: ignore[union-attr]
        with pytest.raises(InputError, match="no single patient"):
            list(read_tellings(store, [group.strip("<>")], TERMS))


def test_two_tellings_of_the_material_differ_in_emphasis_only(material: Path) -> None:
    """Both summarise patient 1 of one letter; the second is told here by what the hand-over file tells."""
    record = yaml.safe_load((material / "cases" / "17-dm-baricitinib-p1-report-a.yaml").read_text("utf-8"))
    assert record["identity"]["same_patient_as"] == "dm-baricitinib-p1-report-b"
    (path,) = shipped("cases", "baricitinib-news.yaml")
    first, _ = tellings_of(read_document(path).document)
    (drug,) = (each for each in record["treatments"] if each["drug"] == "baricitinib")
    amount, unit = drug["dose"].split()
    second = telling(
        "two",
        f"""
findings: {{present: [{{what: '{ERYTHEMA}'}}]}}
{diagnosed(final=DM)}
tests: [{{what: 'cg:SerumEnzymeLevel serum enzyme level', result: notRaised}}]
{dosed(f"dose: {amount}, unit: {unit}")}
{response("resolved", "domain: skin")}
""",
    )
    told = compared(first, second, TERMS)
    assert told.conflicts == ()
    ours = {
        claim.rpartition("#")[2] for each in told.agreements for claim in each.claims if "news" not in claim
    }
    assert ours >= {
        "dermatomyositis",
        "muscle-enzymes",
        "baricitinib",
        "baricitinib-daily",
        "skin-on-baricitinib",
    }
