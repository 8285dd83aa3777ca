"""What treatments are coloured by: the groups of drugs that most of them belong to, at most six."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from casegraph.namespaces import CG, expand
from casegraph.plot.cohort.cohort import Cohort, treatment_label
from casegraph.plot.cohort.courses import Lane
from casegraph.rows import Rows

__all__ = ["OTHER", "groups_of"]

OTHER: Final = "other treatments"
_MOST: Final = 6
#: The group of what is a drug at all, which tells no treatment from another.
_ANY: Final = expand("CHEBI:23888")
_GROUPS: Final = f"""
SELECT DISTINCT ?drug ?group {{ GRAPH ?ontology {{ ?drug <{CG}drugGroup> ?group }} }} ORDER BY ?drug ?group"""


def groups_of(cohort: Cohort, lanes: Collection[Lane]) -> Mapping[str, str]:
    """Return drug -> the name of its group; of a cohort that asks for drugs, what they are called.

    :raises StoreError: if the store fails.
    """
    drugs = Counter(run.drug for each in lanes for run in each.runs)
    groups = {drug: [drug] for drug in drugs} if cohort.drugs else _groups(cohort, drugs)
    sizes = Counter[str]()
    for drug, found in groups.items():
        sizes.update(dict.fromkeys(found, drugs[drug]))
    kept = {group for group, _ in sorted(sizes.items(), key=lambda each: (-each[1], each[0]))[:_MOST]}
    called = {
        drug: _name(cohort, [each for each in found if each in kept], sizes) for drug, found in groups.items()
    }
    drawn = {run.drug for each in lanes for run in each.runs if run.is_drawn}
    room = _MOST - len({called[drug] for drug in drawn} - {OTHER})
    # what is drawn and in no group of these has a colour of its own, as far as there are
    own = sorted((drug for drug in drawn if called[drug] == OTHER), key=lambda drug: (-drugs[drug], drug))
    return called | {drug: treatment_label(cohort, drug) for drug in own[:room]}


def _groups(cohort: Cohort, drugs: Iterable[str]) -> dict[str, list[str]]:
    """Return drug -> the groups of drugs that it is in; not that of all drugs, and not one of enzymes."""
    found: dict[str, list[str]] = {drug: [] for drug in drugs}
    for row in Rows.read(cohort.store.query(_GROUPS, union=False)):
        drug, group = str(row["drug"]), str(row["group"])
        if drug in found and group != _ANY and _ANY in cohort.terms.above(group):
            found[drug].append(group)
    return found


def _name(cohort: Cohort, groups: list[str], sizes: Mapping[str, int]) -> str:
    largest = min(groups, key=lambda group: (-sizes[group], group), default=None)
    return OTHER if largest is None else treatment_label(cohort, largest)
