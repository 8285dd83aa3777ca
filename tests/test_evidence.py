"""Every passage of the first shipped report is where it is said to be, and holds the numbers of its claims.

The rule for numbers. Each number of a claim stands in the passage it is stated in or in one it is restated
in: as digits; as a word (once is 1, twice is 2); as a period (a day is 1, weekly is 7, every other week is
14); or as a stretch of time turned into days by the report's convention (``cg:halfUnitMonths``). The numbers
of a dose or a taper stand in the claim's own ``printed`` words, and those in its passage. A claim whose print
was repaired is read repaired, and only so: a lost superscript (106 is ten to the sixth), a lost dash ([13] is
1 to 3). A derived claim names what it is derived from instead. The age stands where a claim of its occasion
is stated. The bounds of an occasion follow from its ``printed`` words, which stand where a claim of that
occasion, or of one anchored to it, stands; bounds of 0 only order; the few others are computed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from pathlib import Path

import msgspec
import pytest

from casegraph.loaders import read_document
from casegraph.model import Case, CaseDocument, Claim, iterate_claims
from casegraph.resources import shipped
from casegraph.triples import claim_names

MONTH = Decimal("30.44")
HEADINGS = {
    "abstract": "Abstract",
    "key-summary-points": "Key Summary Points",
    "introduction": "Introduction",
    "case-presentation": "Case Presentation",
    "discussion": "Discussion",
    "conclusions": "Conclusions",
    "funding": "Funding",
    "authorship": "Authorship",
    "disclosures": "Disclosures",
    "ethics-compliance": "Compliance with Ethics Guidelines",
    "open-access": "Open Access",
}
#: how fields begin whose numbers stand in the claim's own printed words.
IN_PRINTED = ("dose", "step", "per_weight", "value")
DERIVED = {"body-weight", "prednisone-2-late-steps"}
#: occasion -> days that no words of the report give: the first course lasts the five months before its last
#: one; then weeks from the first to the last possible day of each step of the taper.
COMPUTED = {
    "il2-start": {152},
    "taper-weekly": {7},
    "taper-fortnightly": {3 * 7, 5 * 7},
    "flare-time": {6 * 7, 10 * 7},
}
Days = Callable[[int], set[int]]


def down(days: Decimal) -> int:
    return int(days.to_integral_value(ROUND_FLOOR))


def up(days: Decimal) -> int:
    return int(days.to_integral_value(ROUND_CEILING))


HALF = Decimal("0.5")
STRETCHES: dict[str, Days] = {
    r"within (\d+) weeks?": lambda count: {0, 7 * count},
    r"within (\d+) months?": lambda count: {0, up(count * MONTH)},
    r"after (\d+) months?": lambda count: {down((count - HALF) * MONTH), up((count + HALF) * MONTH)},
    r"for (\d+) months?": lambda count: {down(count * MONTH)},
    r"last ()month": lambda _: {up(MONTH)},
}
WORDS = {
    r"\bonce\b": 1,
    r"\btwice\b": 2,
    r"/day\b|\ba day\b": 1,
    r"\bweekly\b|\bper week\b": 7,
    r"\bevery other week\b": 14,
}
DIGITS = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?")
LOST_SUPERSCRIPT = re.compile(r"(10(\d)) \D+")
LOST_DASH = re.compile(r"\[((\d)(\d))\]")


def stretches(text: str) -> set[Decimal]:
    return {
        Decimal(days)
        for pattern, reading in STRETCHES.items()
        for found in re.finditer(pattern, text, re.IGNORECASE)
        for days in reading(int(found[1] or 1))
    }


def numbers(text: str, repaired: str | None) -> set[Decimal]:
    """Return the numbers that a text gives, read as repaired."""
    found = {Decimal(digits) for digits in DIGITS.findall(text)} | stretches(text)
    found |= {Decimal(worth) for word, worth in WORDS.items() if re.search(word, text, re.IGNORECASE)}
    if power := LOST_SUPERSCRIPT.fullmatch(repaired or ""):
        found = (found - {Decimal(power[1])}) | {Decimal(10) ** int(power[2])}
    if span := LOST_DASH.fullmatch(repaired or ""):
        found = (found - {Decimal(span[1])}) | {Decimal(n) for n in range(int(span[2]), int(span[3]) + 1)}
    return found


def given(claim: Claim) -> Iterator[tuple[str, Decimal]]:
    """Yield every number of a claim with its field."""
    for field in claim.__struct_fields__:
        value = getattr(claim, field)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, int | float) and not isinstance(each, bool):
                yield field, Decimal(str(each))


@cache
def document() -> CaseDocument:
    (path,) = shipped("cases", "miao-2020.yaml")
    return read_document(path).document


def case_of(document: CaseDocument) -> Case:
    return document.cases["1"]


def claims_of(document: CaseDocument) -> list[tuple[str, Claim]]:
    report = document.report
    of_report = [("", each) for each in (*report.literature, *report.publication, *report.silences)]
    named = claim_names([*of_report, *iterate_claims(case_of(document))])
    return [(name, claim) for name, _, claim in named]


@pytest.fixture(scope="module")
def text(material: Path) -> str:
    with (material / "seed" / "miao-2020.txt").open(encoding="utf-8", newline="") as file:
        return file.read()


class Reading:
    """The document beside its text: what was looked up, and what was not found."""

    def __init__(self, document: CaseDocument, text: str) -> None:
        self.document = document
        self.text = text
        self.checked: list[str] = []
        self.missing: list[str] = []
        for name, claim in claims_of(document):
            if claim.basis != "derived":
                self.read_claim(name, claim)
        self.read_age()
        self.read_occasions()

    def expect(self, holds: bool, what: str) -> None:
        self.checked.append(what)
        if not holds:
            self.missing.append(what)

    def passage(self, key: str) -> str:
        start, end = self.document.passages[key].chars or (0, 0)
        return self.text[start:end].replace("\N{NO-BREAK SPACE}", " ")

    def passages(self, claim: Claim) -> str:
        return "\n".join(self.passage(key) for key in (claim.stated_in, *claim.restated_in) if key)

    def read_claim(self, name: str, claim: Claim) -> None:
        stated = self.passage(claim.stated_in) if claim.stated_in else ""
        printed = getattr(claim, "printed", None)
        for words in filter(None, (printed, claim.repaired_from)):
            self.expect(words in stated, f"{name}: {words!r}")
        for field, number in given(claim):
            words = printed or "" if field.startswith(IN_PRINTED) else self.passages(claim)
            self.expect(number in numbers(words, claim.repaired_from), f"{name}.{field}: {number:f}")

    def told_at(self, occasion: str) -> str:
        occasions = case_of(self.document).occasions
        near = {occasion} | {key for key, each in occasions.items() if each.anchor == occasion}
        claims = (claim for _, claim in claims_of(self.document) if claim.at in near)
        return "\n".join(self.passages(claim) for claim in claims)

    def read_age(self) -> None:
        age = case_of(self.document).age
        assert age is not None and age.at is not None
        self.expect(Decimal(age.years) in numbers(self.told_at(age.at), None), f"age: {age.years}")

    def read_occasions(self) -> None:
        for key, occasion in case_of(self.document).occasions.items():
            if occasion.printed is not None:
                self.expect(occasion.printed in self.told_at(key), f"{key}: {occasion.printed!r}")
            known = stretches(occasion.printed or "") or COMPUTED.get(key, set())
            for bound in (*(occasion.start or ()), *(occasion.end or ())):
                if bound:
                    self.expect(abs(bound) in known, f"{key}: {bound} days")


def test_the_text_is_the_one_that_was_read(text: str) -> None:
    captured = document().report.text
    assert captured is not None
    assert captured.characters == len(text)
    assert captured.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_each_passage_is_unchanged_and_used_and_none_is_cut_or_overlaps(text: str) -> None:
    end_before = 0
    passages = document().passages
    assert len(passages) >= 50
    for key, passage in sorted(passages.items(), key=lambda item: item[1].chars or (0, 0)):
        assert passage.chars is not None, key
        start, end = passage.chars
        words = text[start:end]
        assert passage.sha256 == hashlib.sha256(words.encode()).hexdigest(), key
        assert words == words.strip() and not text[start - 1].isalnum() and not text[end].isalnum(), key
        assert end_before <= start, key
        end_before = end
    used = {key for _, claim in claims_of(document()) for key in (claim.stated_in, *claim.restated_in)}
    assert set(passages) == used - {None}


def test_each_passage_stands_in_its_section_and_paragraph(text: str) -> None:
    for key, passage in document().passages.items():
        assert passage.section is not None and passage.chars is not None, key
        heading = f"\n{HEADINGS[passage.section]}\n"
        assert text.count(heading) == 1, heading
        between = text[text.index(heading) + len(heading) : passage.chars[0]]
        paragraphs = [line for line in f"{between}x".split("\n") if line]
        assert passage.paragraph == len(paragraphs), key
        assert not set(paragraphs) & set(HEADINGS.values()), key


def test_every_number_of_a_claim_stands_where_the_claim_does(text: str) -> None:
    reading = Reading(document(), text)
    assert reading.missing == []
    printed = [each for each in reading.checked if each.endswith("'")]
    assert len(printed) >= 25
    assert len(reading.checked) - len(printed) >= 55


def test_few_numbers_are_derived_and_each_of_these_says_from_what() -> None:
    derived = {name: claim for name, claim in claims_of(document()) if claim.basis == "derived"}
    assert set(derived) == DERIVED
    for name, claim in derived.items():
        assert len(claim.derived_from) >= 2 and claim.stated_in is None, name


@pytest.mark.parametrize(
    ("place", "wrong", "missed"),
    [
        ("treatments il2 doses il2-weekly dose", 106, "il2-weekly.dose: 106"),
        ("treatments il2 doses il2-twice-weekly dose", 10_000_000, "il2-twice-weekly.dose: 10000000"),
        ("treatments il2 doses il2-twice-weekly times", 3, "il2-twice-weekly.times: 3"),
        ("treatments il2 doses il2-weekly period_days", 14, "il2-weekly.period_days: 14"),
        ("treatments prednisone-1 doses prednisone-1-daily dose", 5, "prednisone-1-daily.dose: 5"),
        ("treatments prednisone-2 doses prednisone-2-start dose", 100, "prednisone-2-start.dose: 100"),
        ("treatments prednisone-2 doses prednisone-2-weekly-steps dose_to", 20, "-steps.dose_to: 20"),
        ("treatments prednisone-2 doses prednisone-2-fortnightly-steps step_days", 7, "step_days: 7"),
        ("treatments csa doses csa-daily printed", "100 mg daily", "csa-daily: '100 mg daily'"),
        ("responses skin-on-weekly-il2 latency_max_days", 14, "skin-on-weekly-il2.latency_max_days: 14"),
        ("course symptom-free-months duration_min_days", 240, "symptom-free-months.duration_min_days: 240"),
        ("age years", 62, "age: 62"),
        ("occasions il2-month-2 start", [46, 77], "il2-month-2: 46 days"),
        ("occasions flare-week-1 printed", "within a week", "flare-week-1: 'within a week'"),
        ("occasions csa-start start", [30, None], "csa-start: 30 days"),
    ],
)
def test_a_wrong_number_is_missed(place: str, wrong: object, missed: str, text: str) -> None:
    data = msgspec.to_builtins(document())
    *way, last = place.split()
    part = data["cases"]["1"]
    for key in way:
        part = part[key] if isinstance(part, dict) else next(each for each in part if each["id"] == key)
    if last == "start":
        part["anchor"] = "start"
    part[last] = wrong
    before = Reading(document(), text).missing
    after = Reading(msgspec.convert(data, CaseDocument), text).missing
    assert any(missed in each for each in set(after) - set(before))
