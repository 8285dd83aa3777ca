"""The page of a case or a group: what a clinician asks first stands first, each line with where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from casegraph.namespaces import BASE, readable
from casegraph.notices import Flag
from casegraph.plot.picture import Picture
from casegraph.serve.pages.as_data import as_data, linked_data, questions
from casegraph.serve.pages.because import verdicts
from casegraph.serve.pages.checklist import completeness
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.doubted import conflicts, other_reports
from casegraph.serve.pages.findings import findings
from casegraph.serve.pages.frame import FORMS, page
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.serve.pages.panels import antibodies, tests
from casegraph.serve.pages.picture import figure, picture_scripts
from casegraph.serve.pages.short import in_short
from casegraph.serve.pages.source import source
from casegraph.serve.pages.tables import Row, table
from casegraph.serve.pages.treated import adverse_events, course, responses, treatments
from casegraph.serve.telling.service import Service
from casegraph.story.around import Contradiction
from casegraph.story.frame import head, occasions, person
from casegraph.story.order import between, without_place
from casegraph.story.telling import told
from casegraph.story.words import Words, joined

__all__ = ["Around", "case_page", "notice_part"]

_DIAGNOSES = ("hasDiagnosis", "considersDiagnosis", "excludesDiagnosis")
_CLAIMED = "Claimed by the authors, which is not the same as observed."
_ORDER = "Of an occasion with words for its order no more than these is known: it may belong elsewhere."
_UNDECIDED = "Nobody has decided it, and they are never merged: do not count both as different people."
_UNORDERED = "It is not known whether these were before or after the others."


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a case in its store.

    :param notices: lines about the case, its report and the store, as that the report was retracted.
    :param others: other cases of the same patient, each with the notices about its report.
    :param perhaps: cases and groups that may tell of the same person, each with the words before its name.
    :param contradictions: where these say something else.
    :param in_report: groups of the same report, of a group its patients, each with the words around its name.
    :param pictures: what shows the case.
    :param questions: the stored queries that can be asked of it, name and what each gives.
    """

    notices: Iterable[str] = ()
    others: Mapping[str, tuple[Flag, ...]] = field(default_factory=dict)
    perhaps: Mapping[str, str] = field(default_factory=dict)
    contradictions: Iterable[Contradiction] = ()
    in_report: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    pictures: Iterable[Picture] = ()
    questions: Iterable[tuple[str, str]] = ()


def case_page(service: Service, words: Words, around: Around) -> bytes:
    """Return the page of a case or a group."""
    facts, claims = words.facts, Claims(service, words)
    (title, lines), *_ = head(words)
    parts = [each for each in _parts(claims, around) if each]
    content: list[Content] = [
        element("h1", title),
        element("p", "; ".join(line.text for line in lines)),
        notice_part([*around.notices, *_perhaps(service, around.perhaps)]),
        _contents(parts),
        *parts,
        linked_data(claims),
    ]
    name = readable(facts.case.removeprefix(BASE))
    return page(
        service, f"{name}: {person(words)}", content, forms=FORMS, address=service.address(facts.case)
    )


def _parts(claims: Claims, around: Around) -> Iterator[Content]:
    """Yield the parts of the page in their order; claims are given their places in this order too."""
    words, facts = claims.words, claims.words.facts
    yield in_short(claims, around.in_report)
    yield _pictures(claims, around.pictures)
    diagnoses = (each for link in _DIAGNOSES for each in facts.claims(link))
    yield claims.section("_diagnoses", "Diagnoses", claims.entries(told(words, diagnoses)))
    yield findings(claims)
    yield antibodies(claims)
    yield tests(claims)
    yield treatments(claims)
    yield responses(claims)
    yield adverse_events(claims)
    yield course(claims)
    yield verdicts(claims)
    yield conflicts(claims, around.contradictions)
    yield other_reports(claims, around.others)
    stated = claims.entries(told(words, facts.claims("hasStatement")))
    yield claims.section(
        "_statements", "What the authors say of it", stated and element("p", _CLAIMED), stated
    )
    yield completeness(claims)
    yield _times(claims)
    yield source(claims)
    yield claims.section("_rest", "Also told", claims.entries(told(words, claims.left())))
    yield questions(claims, around.questions)
    yield as_data(claims)


def _contents(parts: Iterable[Content]) -> Element:
    """Return the links to the parts of the page."""
    entries = []
    for part in parts:
        if isinstance(part, Element) and isinstance(heading := part.content[0], Element):
            name = dict(heading.attributes)["id"]
            entries.append(element("li", element("a", *heading.content, href=f"#{name}")))
    return element("nav", element("ul", entries), aria_label="On this page")


def _pictures(claims: Claims, pictures: Iterable[Picture]) -> Content:
    # a claim may have the name of a picture, but none that begins as those of the page do
    shown = [figure(replace(each, name=f"_{each.name}"), claims.address) for each in pictures]
    scripts = picture_scripts(claims.service) if shown else []
    return claims.section("_pictures", "Over time", shown, scripts)


def _times(claims: Claims) -> Content:
    """Return the occasions in the order of time, with what is known of when they were."""
    words, facts = claims.words, claims.words.facts
    in_order, others = occasions(words)
    zero = facts.name(facts.value(facts.case, "zeroPoint") or "")
    loose = without_place(facts, in_order)
    columns = ("occasion", "when", *(["order"] if loose else []))
    made = [
        table(caption, columns, (_occasion(claims, each, loose) for each in listed))
        for caption, listed in (("Occasions in the order of time", in_order), (_UNORDERED, others))
    ]
    said = joined(f"Days are counted from {zero}." if zero else "", _ORDER if loose else "", by=" ")
    return claims.section("_times", "Times", element("p", said) if said and any(made) else "", made)


def _occasion(claims: Claims, occasion: str, loose: frozenset[str]) -> Row:
    """Return an occasion; its number is that of its column in the picture alone, so none stands here."""
    words, facts = claims.words, claims.words.facts
    when = words.time(occasion) or "not told"
    order = [between(facts, occasion) if occasion in loose else ""] if loose else []
    return Row(facts.name(occasion), (when, *order), claims.anchor(occasion))


def _perhaps(service: Service, others: Mapping[str, str]) -> Iterator[Element]:
    for iri, said in others.items():
        to = link(service.address(iri), iri.removeprefix(BASE))
        yield element("span", f"{said} ", to, f". {_UNDECIDED}")


def notice_part(notices: Iterable[Content]) -> Content:
    """Return what a reader must know first: that a report was retracted, corrected or put in doubt."""
    told = [element("li", each) for each in notices]
    if not told:
        return ""
    heading = element("h2", "Read this first", id="_notices")
    return element("section", heading, element("ul", told), class_="notice", aria_labelledby="_notices")
