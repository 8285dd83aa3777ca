"""Which cases are of one patient after what was decided of pairs, and what every two of them say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import combinations

from casegraph.merge.beside import Beside, CasePair
from casegraph.merge.conflicts import conflict_quads
from casegraph.merge.plan import link_iri
from casegraph.merge.same import patients_of
from casegraph.namespaces import BASE, CG, PREFIXES
from casegraph.resources import ontology_digest
from casegraph.rows import Rows
from casegraph.store import Store
from casegraph.terms import all_terms
from casegraph.terms.files import added_files, open_added

__all__ = [
    "PATIENTS",
    "comparison_graph",
    "comparisons",
    "comparisons_there",
    "digests_of",
    "pairs_of",
    "patients_quads",
    "vocabulary_digest",
]

#: The graph that tells which cases are one patient.
PATIENTS = f"{BASE}patients"
#: What the graphs begin with that tell what two cases of one patient agree and disagree in.
_COMPARED = f"{BASE}compared/"


def patients_quads(pairs: Iterable[tuple[str, str]]) -> str:
    r"""Return the graph of patients as sorted N-Quads: each linked case is counted as the first of them.

    The first is the one with the smallest IRI, so that the order of decisions does not matter. A case that is
    linked with no other is left out.

    :param pairs: IRIs of cases that were decided to tell of one patient, in any order and direction.

    >>> said = patients_quads([("urn:c", "urn:b"), ("urn:b", "urn:a")])
    >>> [line.split()[::2] for line in said.splitlines()][-1]
    ['<urn:c>', '<urn:a>', '.']
    """
    counted = ((case, cases[0]) for cases in patients_of(pairs) for case in cases)
    return "".join(sorted(f"<{case}> <{CG}countedAs> <{first}> <{PATIENTS}> .\n" for case, first in counted))


def pairs_of(same: Iterable[tuple[str, str]]) -> set[CasePair]:
    """Return every two cases of each patient, also those that no link joins directly."""
    return {CasePair(*both) for cases in patients_of(same) for both in combinations(cases, 2)}


def comparison_graph(pair: CasePair) -> str:
    """Return the graph that tells what two cases agree and disagree in."""
    return f"{_COMPARED}{link_iri(*pair).rpartition('/')[2]}"


def comparisons_there(store: Store) -> dict[CasePair, frozenset[str]]:
    """Return the pairs of cases that a store has a comparison of, with the digests of what was compared.

    The digest of the vocabularies by which it was compared is among them.

    :raises StoreError: if the store fails.
    """
    asked = f"""SELECT ?graph ?case ?digest {{ GRAPH ?graph {{
      ?graph <{CG}compares> ?case
      OPTIONAL {{ ?graph <{CG}comparedDigest>|<{CG}comparedVocabulary> ?digest }} }} }}"""
    cases: dict[str, set[str]] = {}
    digests: dict[str, set[str]] = {}
    for row in Rows.read(store.query(asked, union=False)):
        graph = str(row["graph"])
        cases.setdefault(graph, set()).add(str(row["case"]))
        digests.setdefault(graph, set()).update((str(row["digest"]),) if row["digest"] else ())
    return {CasePair(*sorted(both)): frozenset(digests[graph]) for graph, both in cases.items()}


def digests_of(pair: CasePair, digests: Mapping[str, str]) -> frozenset[str]:
    """Return the digests of what two cases say, of those that are known."""
    return frozenset(digests[case] for case in pair if case in digests)


def vocabulary_digest() -> str:
    """Return which vocabularies are at hand, as a SHA-256: the shipped terms and each that was added.

    :raises InputError: if a vocabulary is damaged.
    """
    added = (f"{path.stem}\t{open_added(path).about()['sha256']}" for path in added_files())
    return sha256("\n".join((ontology_digest(), *added)).encode()).hexdigest()


def comparisons(beside: Beside, pairs: Collection[CasePair], digests: Mapping[str, str]) -> Iterator[str]:
    """Yield the graph of the comparison of each pair, as N-Quads.

    :param digests: case -> digest of its content, as the ledger has it.
    :raises StoreError: if the store fails.
    """
    by = vocabulary_digest() if pairs else ""
    for pair, found in beside.comparisons(sorted(pairs), all_terms()):
        graph = comparison_graph(pair)
        said = [f"<{PREFIXES['rdf']}type> <{CG}CaseComparison>"]
        said += [f"<{CG}compares> <{case}>" for case in pair]
        said += [f'<{CG}comparedDigest> "{each}"' for each in digests_of(pair, digests)]
        said.append(f'<{CG}comparedVocabulary> "{by}"')
        yield "".join(f"<{graph}> {each} <{graph}> .\n" for each in sorted(said))
        yield conflict_quads(graph, found.conflicts, found.agreements)
