"""What added vocabularies say of the classes that cases name, as axioms beside the shipped ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casegraph.namespaces import CG, PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import Triple

__all__ = ["added_axioms"]

_TYPE, _OWL, _RDFS = PREFIXES["rdf"] + "type", PREFIXES["owl"], PREFIXES["rdfs"]


def added_axioms(links: str) -> tuple[Triple, ...]:
    """Return the links from classes up to their roots as axioms.

    What a class is a part or a kind of becomes, as in the shipped slices, ``cg:within some`` of it.

    :param links: N-Triples, as :meth:`casegraph.terms.Terms.chains` gives them.

    >>> from casegraph.terms import shipped_terms
    >>> len(added_axioms(shipped_terms().chains([PREFIXES["UBERON"] + "0002387"]))) > 10
    True
    """
    from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

    made: dict[Triple, None] = {}
    a, above = NamedNode(_TYPE), NamedNode(f"{_RDFS}subClassOf")
    for number, quad in enumerate(parse(links.encode(), format=RdfFormat.N_TRIPLES)):
        child, link, parent = quad.triple.subject, quad.predicate, quad.triple.object
        axioms = [Triple(child, a, NamedNode(f"{_OWL}Class"))]
        if isinstance(parent, NamedNode):
            axioms.append(Triple(parent, a, NamedNode(f"{_OWL}Class")))
        if link == above:
            axioms.append(quad.triple)
        else:
            within = BlankNode(f"added{number}")
            axioms += [
                Triple(child, above, within),
                Triple(within, a, NamedNode(f"{_OWL}Restriction")),
                Triple(within, NamedNode(f"{_OWL}onProperty"), NamedNode(f"{CG}within")),
                Triple(within, NamedNode(f"{_OWL}someValuesFrom"), parent),
            ]
        made.update(dict.fromkeys(axioms))
    return tuple(made)
