"""What does not fit together: within the report, and with other reports on the same patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casegraph.namespaces import BASE
from casegraph.notices import Flag
from casegraph.serve.pages.claims import Claims
from casegraph.serve.pages.markup import Content, Element, element, link
from casegraph.story.around import Contradiction
from casegraph.story.telling import tell

__all__ = ["conflicts", "other_reports"]

_WITHIN = "Both sides stand in the report. Neither is preferred."
_BETWEEN = "Both sides stand, each in its own report. Neither is preferred."
_ONE_PATIENT = "Decided, by people or by rule, to tell of the same patient: not one more patient."


def conflicts(claims: Claims, others: Iterable[Contradiction] = ()) -> Content:
    """Return the conflicts with both sides of each; nothing where there are none.

    :param others: where other reports on the same patient say something else.
    """
    within = [_within(claims, each) for each in claims.words.facts.claims("hasConflict")]
    between = [_between(claims, each) for each in others]
    parts = (
        ("Within the report", _WITHIN, within),
        ("With other reports on this patient", _BETWEEN, between),
    )
    lists = [
        element(
            "section", element("h3", heading), element("p", meaning), element("ul", entries, class_="claims")
        )
        for heading, meaning, entries in parts
        if entries
    ]
    return claims.section("_conflicts", "What does not fit together", lists)


def _within(claims: Claims, conflict: str) -> Element:
    facts = claims.words.facts
    sides = (_side(claims, each) for each in facts.values(conflict, "between"))
    gist = facts.value(conflict, "gist") or claims.words.label(facts.value(conflict, "rdf:type"))
    return element(
        "li",
        element("p", gist),
        element("ul", sides, class_="sides"),
        claims.where(conflict),
        id=claims.anchor(conflict),
        class_="claim",
    )


def _side(claims: Claims, claim: str) -> Element:
    parts = [part for each in claims.passages(claim) for part in ("; ", *each)][1:]
    stands = element("p", parts, class_="where") if parts else ""
    name = f"#{claims.words.facts.name(claim)}"
    return element("li", element("p", f"{tell(claims.words, claim)} ", claims.to(claim, name)), stands)


def _between(claims: Claims, each: Contradiction) -> Element:
    words, address = claims.words, claims.service.address
    matter = f"{words.label(each.matter)} ({words.label(each.certainty)})"
    places = [link(address(passage), place) for passage, place in each.they_stand.items()]
    stands = (
        element("p", (part for place in places for part in ("; ", place)), class_="where") if places else ""
    )
    here = [part for told in claims.passages(each.mine) for part in ("; ", *told)][1:]
    sides = (
        element(
            "li",
            element(
                "p", f"This report: {each.i_say} ", claims.to(each.mine, f"#{words.facts.name(each.mine)}")
            ),
            element("p", here, class_="where") if here else "",
        ),
        element(
            "li",
            element(
                "p",
                "The other report: ",
                f"{each.they_say} ",
                link(address(each.theirs), each.theirs.removeprefix(BASE)),
            ),
            stands,
        ),
    )
    return element("li", element("p", matter), element("ul", sides, class_="sides"), class_="claim")


def other_reports(claims: Claims, others: Mapping[str, tuple[Flag, ...]]) -> Content:
    """Return the other cases of the same patient, each with the notices about its report."""
    entries = [
        element(
            "li",
            link(claims.service.address(case), case.removeprefix(BASE)),
            [f" {flag}" for flag in flags],
        )
        for case, flags in others.items()
    ]
    told = element("ul", entries) if entries else ""
    return claims.section(
        "_others", "Other reports on this patient", told and element("p", _ONE_PATIENT), told
    )
