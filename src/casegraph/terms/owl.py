"""Reads a vocabulary in OWL as RDF/XML (``.owl``, ``.rdf``, ``.xml``) or Turtle (``.ttl``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from casegraph.errors import InputError
from casegraph.namespaces import OBO, OBO_IN_OWL, PREFIXES
from casegraph.terms.entry import Entry, require_terms

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

__all__ = ["read_owl", "require_xml"]

_EXPECTED = "an OWL ontology as RDF/XML or Turtle"
_RDF, _RDFS, _OWL, _SKOS = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "skos"))
_SYNONYMS = {f"{OBO_IN_OWL}hasExactSynonym", f"{_SKOS}altLabel"}
_SUBCLASS, _LABEL, _DEPRECATED = f"{_RDFS}subClassOf", f"{_RDFS}label", f"{_OWL}deprecated"
_DEFINITIONS = {f"{OBO}IAO_0000115", f"{_SKOS}definition"}
_REPLACED_BY, _PART_OF = f"{OBO}IAO_0100001", f"{OBO}BFO_0000050"
_LICENCES = {f"{PREFIXES['dcterms']}license"}
#: An entity that is longer, or made of others, is not the short name of a namespace.
_LONGEST_ENTITY = 300

Facts = dict[tuple[str, str], list["NamedNode | BlankNode | Literal"]]


def read_owl(path: Path) -> tuple[tuple[Entry, ...], str, str]:
    """Return the named classes of a file, its version and its licence; empty where it does not say.

    Superclasses are the named ones; a whole is the filler of a ``part of`` restriction. Labels are those in
    English or without a language, where there is one.

    :raises InputError: if the file cannot be read, is cut off, or has no class.
    """
    facts = _facts(path)
    types = ((subject, values) for (subject, link), values in facts.items() if link == f"{_RDF}type")
    found = (subject for subject, values in types if _is_a("Class", values))
    entries = tuple(_entry(iri, facts) for iri in found if not iri.startswith(("_:", _OWL)))
    version, licence = _about(facts)
    return require_terms(entries, str(path), _EXPECTED), version, licence


def _facts(path: Path) -> Facts:
    from pyoxigraph import RdfFormat, parse

    turtle = path.suffix.lower() == ".ttl"
    try:
        data = path.read_bytes()
        if not turtle:
            require_xml(data, str(path))
        quads = parse(data, format=RdfFormat.TURTLE if turtle else RdfFormat.RDF_XML, base_iri=_base(path))
        facts: Facts = {}
        for quad in quads:
            _note(quad.triple, facts)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"not OWL: {error}", where=str(path), expected=_EXPECTED) from error
    return facts


def _base(path: Path) -> str:
    return path.resolve().as_uri()


def _note(triple: Triple, facts: Facts) -> None:
    from pyoxigraph import NamedNode

    subject = triple.subject.value if isinstance(triple.subject, NamedNode) else str(triple.subject)
    if not isinstance(triple.object, type(triple)):
        facts.setdefault((subject, triple.predicate.value), []).append(triple.object)


def require_xml(data: bytes, name: str) -> None:
    """Refuse XML that is cut off, which an RDF/XML parser may read as if it were whole, or a trap.

    :raises InputError: if it is not well-formed, or an entity is external, long or made of others.
    """
    parser = expat.ParserCreate()

    def entity(name: str, _: bool, value: str | None, *external: str | None) -> None:
        if value is None or "&" in value or len(value) > _LONGEST_ENTITY:
            what = f"the entity {name!r} is external, very long or made of other entities"
            raise InputError(what, where=name, todo="write it out in the file")

    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"not well-formed XML: {error}", where=name, expected="a whole XML file") from error


def _is_a(kind: str, types: list[NamedNode | BlankNode | Literal]) -> bool:
    return any(each.value == _OWL + kind for each in types)


def _entry(iri: str, facts: Facts) -> Entry:
    labels = _texts(iri, {_LABEL}, facts)
    definitions = _texts(iri, _DEFINITIONS, facts)
    above = facts.get((iri, _SUBCLASS), [])
    replaced = [_iri(each.value) for each in facts.get((iri, _REPLACED_BY), [])]
    return Entry(
        iri,
        labels[0] if labels else None,
        (*labels[1:], *_texts(iri, _SYNONYMS, facts)),
        tuple(each.value for each in above if _is_named(each)),
        tuple(whole for each in above for whole in _whole(str(each), facts)),
        definitions[0] if definitions else None,
        obsolete=any(each.value in ("true", "1") for each in facts.get((iri, _DEPRECATED), [])),
        replaced_by=replaced[0] if replaced else None,
    )


def _texts(iri: str, links: set[str], facts: Facts) -> list[str]:
    """Return texts in English or without a language; if there are none, those in others."""
    found = [each for link in sorted(links) for each in facts.get((iri, link), [])]
    said = [(getattr(each, "language", None) or "en", each.value) for each in found]
    english = [text for language, text in said if language.lower().split("-")[0] == "en"]
    return english or [text for _, text in said]


def _is_named(node: NamedNode | BlankNode | Literal) -> bool:
    from pyoxigraph import NamedNode

    return isinstance(node, NamedNode) and not node.value.startswith(_OWL)


def _whole(restriction: str, facts: Facts) -> list[str]:
    if not any(each.value == _PART_OF for each in facts.get((restriction, f"{_OWL}onProperty"), [])):
        return []
    fillers = facts.get((restriction, f"{_OWL}someValuesFrom"), [])
    return [each.value for each in fillers if _is_named(each)]


def _iri(name: str) -> str:
    """Return the IRI that a replacement stands for; releases write it as an IRI or as a CURIE."""
    curie = re.fullmatch(r"([A-Za-z]\w*)[:_](\w+)", name)
    return f"{OBO}{curie[1]}_{curie[2]}" if curie else name


def _about(facts: Facts) -> tuple[str, str]:
    types = ((subject, values) for (subject, link), values in facts.items() if link == f"{_RDF}type")
    heads = [subject for subject, values in types if _is_a("Ontology", values)]
    found = {"version": "", "licence": ""}
    for head in heads:
        for links, name in (({f"{_OWL}versionInfo"}, "version"), (_LICENCES, "licence")):
            texts = _texts(head, links, facts)
            found[name] = found[name] or (texts[0] if texts else "")
    return found["version"], found["licence"]
