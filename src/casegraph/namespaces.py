"""The one table of prefixes: no other module writes the beginning of an IRI as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote

from casegraph.errors import InputError

__all__ = [
    "BASE",
    "CG",
    "ENTAILMENT",
    "FORMATS",
    "OBO",
    "OBO_IN_OWL",
    "PREFIXES",
    "SCHEMA",
    "SD",
    "UNDECLARED",
    "VEGA_LITE",
    "VEGA_LITE_TYPE",
    "VOID_EXT",
    "compact",
    "doi_address",
    "expand",
    "identified",
    "known_prefixes",
    "readable",
    "use_prefixes",
]

#: Where everything of casegraph's own lives.
BASE = "https://w3id.org/casegraph/"
#: The ontology's terms.
CG = BASE + "ontology#"

#: Where the identifiers of OBO ontologies live.
OBO = "http://purl.obolibrary.org/obo/"
#: The properties by which OBO ontologies in OWL give synonyms.
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
#: What a SPARQL service says of itself: W3C's Service Description, and its names of entailment and formats.
SD = "http://www.w3.org/ns/sparql-service-description#"
ENTAILMENT = "http://www.w3.org/ns/entailment/"
FORMATS = "http://www.w3.org/ns/formats/"
#: What VoID lacks for datatypes, as the makers of VoID descriptions at SIB have it.
VOID_EXT = "http://ldf.fi/void-ext#"
#: The vocabulary of schema.org.
SCHEMA = "https://schema.org/"
#: Where SSSOM puts the properties of slots that no mapping set declares.
UNDECLARED = "http://sssom.invalid/"
#: The schema that a picture says it follows.
VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json"
#: The media type of such a specification.
VEGA_LITE_TYPE = "application/vnd.vegalite.v6+json"

#: prefix -> namespace. External ones as bioregistry has them.
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "cg": CG,
        "cgsh": BASE + "shapes#",
        "cgq": BASE + "query/",
        "cgr": BASE + "rule/",
        # What a data set names by a code of a system that has no prefix here: the system, then the code.
        "cgt": BASE + "term/",
        **{
            name: f"{OBO}{name}_"
            for name in (
                "BFO",
                "CHEBI",
                "CL",
                "COB",
                "DOID",
                "DRON",
                "ECO",
                "GO",
                "HP",
                "HsapDv",
                "IAO",
                "MAXO",
                "MONDO",
                "NCBITaxon",
                "NCIT",
                "OAE",
                "OBI",
                "OGMS",
                "PATO",
                "PR",
                "RO",
                "STATO",
                "UBERON",
                "UO",
            )
        },
        "ATC": "http://identifiers.org/atc/",
        "DRUGBANK": "http://identifiers.org/drugbank/",
        "EFO": "http://www.ebi.ac.uk/efo/EFO_",
        "HGNC": "http://identifiers.org/hgnc/",
        "ICD10CM": "http://purl.bioontology.org/ontology/ICD10CM/",
        "LOINC": "https://loinc.org/",
        "MEDGEN": "http://identifiers.org/medgen/",
        "MESH": "http://id.nlm.nih.gov/mesh/",
        "NANDO": "https://identifiers.org/NANDO:",
        "NCBIGene": "https://www.ncbi.nlm.nih.gov/gene/",
        "OMIM": "https://omim.org/entry/",
        "Orphanet": "http://www.orpha.net/ORDO/Orphanet_",
        "RXNORM": "http://purl.bioontology.org/ontology/RXNORM/",
        "SIO": "http://semanticscience.org/resource/SIO_",
        "SNOMEDCT": "http://snomed.info/id/",
        "UCUM": "https://units-of-measurement.org/",
        "UMLS": "http://linkedlifedata.com/resource/umls/id/",
        "UNII": "https://precision.fda.gov/uniisearch/srs/unii/",
        "uniprot": "http://purl.uniprot.org/uniprot/",
        "icd11.foundation": "http://id.who.int/icd/entity/",
        "doi": "https://doi.org/",
        "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
        "dcterms": "http://purl.org/dc/terms/",
        "fabio": "http://purl.org/spar/fabio/",
        "linkml": "https://w3id.org/linkml/",
        "oa": "http://www.w3.org/ns/oa#",
        "oboInOwl": OBO_IN_OWL,
        "orcid": "https://orcid.org/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "pav": "http://purl.org/pav/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        # What the tests of SPARQL write rows in.
        "rs": "http://www.w3.org/2001/sw/DataAccess/tests/result-set#",
        "semapv": "https://w3id.org/semapv/vocab/",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "sssom": "https://w3id.org/sssom/",
        "time": "http://www.w3.org/2006/time#",
        "vann": "http://purl.org/vocab/vann/",
        "void": "http://rdfs.org/ns/void#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)


_added: dict[str, str] = {}


def use_prefixes(prefixes: Mapping[str, str]) -> None:
    """Take up the prefixes of the vocabularies that a user added, in place of those taken up before.

    A prefix of :data:`PREFIXES` keeps its namespace.
    """
    _added.clear()
    _added.update({name: each for name, each in prefixes.items() if name not in PREFIXES})


def known_prefixes() -> Mapping[str, str]:
    """Return :data:`PREFIXES` with those of added vocabularies."""
    return {**PREFIXES, **_added} if _added else PREFIXES


def expand(curie: str) -> str:
    """Return the IRI of a CURIE; an IRI of the web stands for itself.

    :raises InputError: if the prefix is neither in :data:`PREFIXES` nor one of an added vocabulary.

    >>> expand("MONDO:1010089")
    'http://purl.obolibrary.org/obo/MONDO_1010089'
    """
    prefix, colon, local = curie.partition(":")
    if local.startswith("//") and prefix in ("http", "https"):
        return curie
    namespace = PREFIXES.get(prefix) or _added.get(prefix)
    if not colon or namespace is None:
        known = ", ".join(sorted(known_prefixes(), key=str.lower))
        raise InputError(
            f"unknown prefix in {curie!r}",
            expected=f"one of {known}, or that of a vocabulary you add (casegraph vocab add FILE)",
        )
    return namespace + local


def compact(iri: str) -> str:
    """Return the CURIE of an IRI, or the IRI itself where no prefix fits.

    >>> compact("http://purl.obolibrary.org/obo/HP_0000989")
    'HP:0000989'
    >>> compact("https://example.org/x")
    'https://example.org/x'
    """
    known = known_prefixes()
    fitting = [name for name, namespace in known.items() if iri.startswith(namespace)]
    if not fitting:
        return iri
    longest = max(fitting, key=lambda name: len(known[name]))
    return f"{longest}:{iri.removeprefix(known[longest])}"


def doi_address(doi: str) -> str:
    """Return where a DOI leads, with what an address has another meaning for encoded by percent.

    >>> print(doi_address("10.1007/s13555-020-00421-8"), doi_address("10.5555/a(b)<c>;d#e?f%2g"))
    https://doi.org/10.1007/s13555-020-00421-8 https://doi.org/10.5555/a(b)%3Cc%3E;d%23e%3Ff%252g
    """
    return PREFIXES["doi"] + quote(doi, safe="/:;()!$&'*,=@~")


def readable(name: str) -> str:
    """Return the name of a case as people read it: letters in place of what its IRI encodes by percent.

    What is no text, or holds letters that are not seen, stays as the IRI has it.

    >>> readable("clinic/patient%20%C3%A9"), readable("clinic/a%0Ab"), readable("clinic/%FF")
    ('clinic/patient é', 'clinic/a%0Ab', 'clinic/%FF')
    """
    try:
        found = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return found if found.isprintable() else name


def identified(text: str) -> str:
    """Return the IRI that a text is or stands for as a CURIE; empty if it is neither."""
    if "://" in text:
        return text.strip("<>")
    found = re.fullmatch(r"([A-Za-z]+)[:_](\S+)", text.strip())
    known = {each.casefold(): each for each in known_prefixes()}
    prefix = known.get(found[1].casefold()) if found else None
    return expand(f"{prefix}:{found[2]}") if found and prefix else ""
