"""The cases with a positive test for the antibody of a disease or finding, which its cohort does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from casegraph.namespaces import CG
from casegraph.parameters import terms_of
from casegraph.plot.cohort.cohort import Cohort, label_of
from casegraph.query import example_of
from casegraph.rows import Rows
from casegraph.store.syntax import named

__all__ = ["Positive", "positive_besides"]

#: The cohorts that are asked for by what a case has, and for what.
_ASKED: Final[Mapping[str, str]] = {"cases_by_diagnosis": "disease", "cases_by_finding": "finding"}
_ROOT: Final = f"{CG}Autoantibody"
_MAPPED: Final = f"SELECT DISTINCT ?antibody {{ GRAPH ?ontology {{ ?antibody <{CG}positivityFinding> %s }} }}"
_POSITIVE: Final = f"""SELECT DISTINCT ?case {{ VALUES ?antibody {{ %s }}
  GRAPH ?inferred {{ ?case <{CG}autoantibody> ?antibody }} }}"""

_DIED: Final = f"SELECT ?case {{ GRAPH ?asserted {{ ?case <{CG}hasCourse> ?turn . ?turn a <{CG}Death> }} }}"


@dataclass(frozen=True, slots=True)
class Positive:
    """An antibody that a disease is called by, or whose positivity is the finding that is asked for.

    :param antibody: its IRI.
    :param name: what it is called.
    :param asked: what the cohort asks for, ``disease`` or ``finding``.
    :param outside: the cases that were positive for it, or a kind of it, and are not in the cohort.
    :param died: of how many of these a death is told.
    """

    antibody: str
    name: str
    asked: str
    outside: tuple[str, ...]
    died: int


def positive_besides(cohort: Cohort) -> tuple[Positive, ...]:
    """Return the antibodies of the disease or the finding that a cohort asks for, with who is not in it.

    :raises StoreError: if the store fails.
    """
    parameter = _ASKED.get(cohort.query.name, "")
    if parameter not in cohort.values:
        return ()
    found = {
        each: _cases(cohort, _POSITIVE % _kinds(cohort, each)) for each in _antibodies(cohort, parameter)
    }
    outside = {each: cases - cohort.patients.keys() for each, cases in found.items()}
    died = _cases(cohort, _DIED) if any(outside.values()) else set()
    return tuple(
        Positive(each, label_of(cohort, each), parameter, tuple(sorted(cases)), len(cases & died))
        for each, cases in outside.items()
    )


def _antibodies(cohort: Cohort, parameter: str) -> list[str]:
    concept = _asked(cohort, parameter)
    known = cohort.terms.below(_ROOT)
    if parameter == "finding":
        rows = Rows.read(cohort.store.query(_MAPPED % named(concept), union=False))
        return sorted({str(row["antibody"]) for row in rows} & set(known))
    disease = label_of(cohort, concept)
    return [iri for iri in known if any(_names(name, disease) for name in cohort.terms.names(iri))]


def _asked(cohort: Cohort, parameter: str) -> str:
    """Return the concept that a cohort asks for, without those below it."""
    within, example = cohort.query.head.parameters[parameter].within, example_of(cohort.query, parameter)
    found, *_ = terms_of(
        "concept", cohort.values[parameter], example=example, within=within, terms=cohort.terms
    )
    return found.value


def _names(antibody: str, disease: str) -> bool:
    """Tell whether a disease is called by an antibody: its label begins with the name of that.

    >>> _names("anti-MDA5 antibody", "anti-MDA5 dermatomyositis"), _names("anti-Mi-2", "anti-Mi2 myositis")
    (True, True)
    >>> _names("anti-MDA5", "dermatomyositis"), _names("antibody", "antibody deficiency")
    (False, False)
    """
    words = _plain(antibody).removesuffix("antibody").split()
    return bool(words) and _plain(disease).split()[: len(words)] == words


def _plain(name: str) -> str:
    return name.casefold().replace("-", "")


def _kinds(cohort: Cohort, antibody: str) -> str:
    return " ".join(str(named(each)) for each in cohort.terms.below(antibody))


def _cases(cohort: Cohort, question: str) -> set[str]:
    """Return the cases of the whole store that answer a question."""
    return {str(row["case"]) for row in Rows.read(cohort.store.query(question, union=False))}
