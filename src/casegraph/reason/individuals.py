"""Makes, for the reasoner, the things that a case's claims are about; they are never stored.

A claim is information. A reasoner finds a case by its disease, drug or antibody only through a thing of that
class, and there is one only where it did occur: not for what was absent, excluded, considered, looked for in
vain, left unsaid or merely claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from casegraph.namespaces import CG, PREFIXES
from casegraph.reason.ontology import shipped_axioms
from casegraph.triples.written import Told, statements

__all__ = ["Link", "Links", "facts", "individuals", "links_of"]

#: (subject, property, object), all of them IRIs.
Link = tuple[str, str, str]
#: (subject, property) -> objects, in the order read.
Links = dict[tuple[str, str], list[str]]

TYPE = PREFIXES["rdf"] + "type"
_INDIVIDUAL, _CLASS, _OBJECT_PROPERTY = (
    PREFIXES["owl"] + kind for kind in ("NamedIndividual", "Class", "ObjectProperty")
)
#: kinds of claim about something that did occur, whatever else they say.
_OCCURRED = {CG + kind for kind in ("PresentFinding", "FinalDiagnosis", "TreatmentEpisode")}
#: on such a basis nothing was observed.
_CLAIMED = {CG + "authorClaim", CG + "literature"}
_CHANGED = {CG + way for way in ("raised", "lowered", "improved", "resolved", "stabilised", "worse")}
#: a change with one of these results left nothing to be found.
_NORMAL = {CG + result for result in ("negative", "normal", "notRaised", "unremarkable")}


def individuals(nquads: str) -> str:
    """Return the things that cases tell of, with the links that lead to them, as sorted N-Triples.

    A claim about something that did occur gets ``cg:aboutInstance <claim>--thing``, and the concept is the
    type of that thing; a finding's thing is ``cg:locatedIn`` one ``<claim>--thing-site-n`` a site. Such are a
    present finding, the final diagnosis (a working one where there is no final one), a positive or changed
    test result, and a treatment. Literals and annotations are left out.

    :param nquads: what cases assert, as N-Quads.
    :raises InputError: if that is not N-Quads.

    >>> claim, rough = "https://example.org/case#skin", f"{CG}RoughSkin"
    >>> said = (f"<{claim}> <{TYPE}> <{CG}PresentFinding> .", f"<{claim}> <{CG}aboutConcept> <{rough}> .")
    >>> f"<{claim}--thing> <{TYPE}> <{rough}> ." in individuals(chr(10).join(said))
    True
    """
    made = facts(nquads)
    named = {subject for subject, _, _ in made}
    concepts = {value for _, link, value in made if link == TYPE}
    declared = chain(
        ((each, TYPE, _INDIVIDUAL) for each in named),
        ((each, TYPE, _CLASS) for each in concepts),
    )
    return "".join(sorted(f"<{one}> <{link}> <{other}> .\n" for one, link, other in chain(made, declared)))


def facts(nquads: Told) -> frozenset[Link]:
    """Return the types and links of cases, and those of the things that were made for them."""
    said = _read(nquads)
    links = links_of(said)
    kept = ((s, p, o) for s, p, o in said if p in _object_properties() or (p == TYPE and o.startswith(CG)))
    return frozenset((*kept, *_things(links)))


def links_of(said: Iterable[Link]) -> Links:
    """Return links by subject and property."""
    links: Links = {}
    for subject, link, value in said:
        links.setdefault((subject, link), []).append(value)
    return links


def _read(nquads: Told) -> tuple[Link, ...]:
    told, known = statements(nquads), _looked_at()
    return tuple(
        (s[1:-1], p[1:-1], o[1:-1]) for s, p, o in told if p in known and s[0] == "<" and o[0] == "<"
    )


@cache
def _looked_at() -> frozenset[str]:
    """Return the properties that say what a thing is and what it is linked to, as N-Quads have them."""
    concepts = (f"{CG}aboutConcept", f"{CG}site")
    values = (f"{CG}basis", f"{CG}result", f"{CG}direction")
    return frozenset(f"<{each}>" for each in (TYPE, *concepts, *values, *_object_properties()))


@cache
def _object_properties() -> frozenset[str]:
    """Return the object properties of the shipped ontology."""
    return shipped_axioms().of_type(_OBJECT_PROPERTY)


def _things(links: Links) -> Iterator[Link]:
    overruled = _overruled_diagnoses(links)
    for (claim, link), kinds in links.items():
        if link == TYPE and claim not in overruled and _occurred(claim, kinds, links):
            yield from _thing(claim, kinds, links)


def _thing(claim: str, kinds: list[str], links: Links) -> Iterator[Link]:
    thing = f"{claim}--thing"
    yield claim, f"{CG}aboutInstance", thing
    for concept in links.get((claim, f"{CG}aboutConcept"), ()):
        yield thing, TYPE, concept
    sites = links.get((claim, f"{CG}site"), ()) if f"{CG}PresentFinding" in kinds else ()
    for number, site in enumerate(sorted(set(sites)), start=1):
        yield thing, f"{CG}locatedIn", f"{thing}-site-{number}"
        yield f"{thing}-site-{number}", TYPE, site


def _occurred(claim: str, kinds: list[str], links: Links) -> bool:
    if _CLAIMED.intersection(links.get((claim, f"{CG}basis"), ())):
        return False
    if f"{CG}TestResult" in kinds:
        return _found(claim, links)
    return not {*_OCCURRED, f"{CG}WorkingDiagnosis"}.isdisjoint(kinds)


def _found(test: str, links: Links) -> bool:
    """Say whether a test found its analyte, or a change of it."""
    results = set(links.get((test, f"{CG}result"), ()))
    changed = _CHANGED.intersection(links.get((test, f"{CG}direction"), ()))
    return f"{CG}positive" in results or (bool(changed) and not results & _NORMAL)


def _overruled_diagnoses(links: Links) -> frozenset[str]:
    """Return the working diagnoses of those who have a final one."""
    overruled: set[str] = set()
    for (_, link), claims in links.items():
        if link == f"{CG}hasDiagnosis":
            working = {each for each in claims if f"{CG}WorkingDiagnosis" in links.get((each, TYPE), ())}
            if working != set(claims):
                overruled |= working
    return frozenset(overruled)
