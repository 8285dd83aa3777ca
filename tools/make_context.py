"""Writes ontology/context.jsonld, the JSON-LD context of the graphs, from the ontology and the prefixes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef

from casegraph.namespaces import BASE, CG, PREFIXES

ROOT = Path(__file__).resolve().parents[1]
#: What the graphs are of: each kind of IRI has its prefix.
PARTS = {name: f"{BASE}{name}/" for name in ("case", "dataset", "group", "report")}
Term = str | dict[str, str | bool]


def context(ontology: Path) -> str:
    """Return the context as JSON: prefixes, then a key for each property with the kind of its values."""
    graph = Graph().parse(ontology)
    terms = {str(each).removeprefix(CG): _term(graph, each) for each in _properties(graph)}
    prefixes = {
        name: {"@id": namespace, "@prefix": True}
        for name, namespace in sorted((PARTS | dict(PREFIXES)).items(), key=lambda pair: pair[0].casefold())
        if name not in terms
    }
    made = {"@context": {"@version": 1.1, "@vocab": CG, **prefixes, **terms}}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _properties(graph: Graph) -> list[URIRef]:
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    return sorted(
        {
            each
            for kind in kinds
            for each in graph.subjects(RDF.type, kind)
            if isinstance(each, URIRef) and each.startswith(CG)
        }
    )


def _term(graph: Graph, each: URIRef) -> Term:
    """Return the definition of a key: words of closed lists and concepts are short, other things are IRIs."""
    name, reach = f"cg:{each.removeprefix(CG)}", str(graph.value(each, RDFS.range) or "")
    if reach.startswith(str(XSD)):
        kind = reach.removeprefix(str(XSD))
        return name if kind == "string" else {"@id": name, "@type": f"xsd:{kind}"}
    of_words = bool(reach) and (None, RDF.type, URIRef(reach)) in graph
    is_concept = (each, RDF.type, OWL.AnnotationProperty) in graph
    return {"@id": name, "@type": "@vocab" if of_words or is_concept else "@id"}


if __name__ == "__main__":
    path = ROOT / "ontology" / "context.jsonld"
    path.write_text(context(ROOT / "ontology" / "casegraph.ttl"), encoding="utf-8")
    sys.stdout.write(f"wrote {path.name}\n")
