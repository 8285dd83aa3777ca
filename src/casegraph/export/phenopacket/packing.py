"""What is packed and what is left behind while a case is made into a phenopacket."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import msgspec

from casegraph.export.phenopacket.times import ages_of, is_day_alone, time_element
from casegraph.export.stored import StoredCase
from casegraph.loaders.words import code_of
from casegraph.losses import Loss, shortened
from casegraph.model import Code

__all__ = ["Json", "Packing", "given", "told_fields"]

#: a message of the standard in its JSON form.
Json = dict[str, Any]

#: The vocabularies that words of closed lists are written in, the preferred one first.
_VOCABULARIES = ("HP", "NCIT", "PATO", "LOINC", "SNOMEDCT")
#: What is said of a field that is left behind; all others have no place.
_REASONS = {"per_weight": "duplicate", "per_weight_unit": "duplicate"}
#: A term of a vocabulary that has no prefix here: its own prefix follows.
_FOREIGN = "cgt:"


@dataclass(slots=True)
class Packing:
    """The case that is packed, the prefixes it made use of, and the losses in the order they were met.

    Paths are fields of the case, such as ``findings/present/0/site``.
    """

    stored: StoredCase
    losses: list[Loss] = field(default_factory=list)
    prefixes: set[str] = field(default_factory=set)

    def lose(self, path: str, value: object, reason: str) -> None:
        """Note what is left behind."""
        said = told_fields(value) if isinstance(value, msgspec.Struct) else value
        self.losses.append(Loss(self.stored.iri, path, shortened(said), reason))

    def lose_rest(self, told: msgspec.Struct, path: str, carried: Set[str]) -> None:
        """Note every field of a claim that says something and is not carried.

        The name of a claim says nothing. That a record states it is said by the packet of that record.
        """
        silent = {"id"} if self.stored.report.record is None else {"id", "stated_in"}
        for name, value in told_fields(told).items():
            if name not in carried | silent:
                self.lose(f"{path}/{name}", value, _REASONS.get(name, "no-place"))

    def term(self, code: Code) -> Json:
        """Return a term of a case document as an OntologyClass.

        The address of a system that has no prefix stays in per cent: with its signs it would be another IRI.

        >>> from casegraph.model import Case, Report
        >>> packing = Packing(StoredCase("case:1", Case(), Report(title="x", extent="fullText"), {}))
        >>> packing.term("cgt:DrugCentral:1610 losartan"), packing.prefixes
        ({'id': 'DrugCentral:1610', 'label': 'losartan'}, {'DrugCentral'})
        >>> packing.term("cgt:http%3A%2F%2Fexample.org%2Fcodes:G40.9 epilepsy")["id"]
        'http%3A%2F%2Fexample.org%2Fcodes:G40.9'
        """
        name, _, label = code.partition(" ")
        if name.startswith(_FOREIGN):
            name = name.removeprefix(_FOREIGN)
        prefix, _, local = name.partition(":")
        if not local.startswith("//"):
            self.prefixes.add(prefix)
            name = f"{prefix}:{unquote(local)}"
        return {"id": name, "label": label} if label != code.partition(" ")[0] else {"id": name}

    def terms(self, codes: tuple[Code, ...]) -> list[Json]:
        """Return terms of a case document as OntologyClasses."""
        return [self.term(code) for code in codes]

    def unit(self, term: Code | None, ucum: str | None) -> Json | None:
        """Return a unit as an OntologyClass: the one that the data set gave, else its UCUM code."""
        if term is not None:
            return self.term(term)
        if ucum is None:
            return None
        self.prefixes.add("UCUM")
        return {"id": f"UCUM:{ucum}", "label": ucum}

    @staticmethod
    def code(closed_list: str, word: str) -> Code | None:
        """Return the term that stands for a word of a closed list."""
        return code_of(closed_list, word, _VOCABULARIES)

    def word(self, closed_list: str, word: str | None, path: str) -> Json | None:
        """Return the term that stands for a word of a closed list; none is guessed where no table has it."""
        if word is None:
            return None
        code = self.code(closed_list, word)
        if code is None:
            self.lose(path, word, "no-code")
            return None
        return self.term(code)

    def one_term(self, codes: tuple[Code, ...], path: str) -> Json | None:
        """Return the term where the standard has room for one; all are left behind where there are more."""
        if len(codes) > 1:
            self.lose(path, codes, "no-place")
        return self.term(codes[0]) if len(codes) == 1 else None

    def time(self, key: str | None, path: str) -> Json | None:
        """Return the TimeElement of an occasion: a stage, an age, a date; none is made of a relative time."""
        if key is None:
            return None
        occasion, case = self.stored.case.occasions[key], self.stored.case
        if occasion.stage is not None:
            return {"ontologyClass": self.term(occasion.stage)}
        found = time_element(occasion)
        if found is None and (age := ages_of(case).get(key)):
            found = {"age": {"iso8601duration": age}}
        if found is None:
            said = f"{key}: {occasion.printed}" if occasion.printed else key
            self.lose(path, said, "no-time")
        elif occasion.end is not None or is_day_alone(occasion.printed or ""):
            self.lose(path, occasion.printed or key, "not-exact")
        return found


def given(**fields: Any) -> Json:
    """Return the fields that have a value; what is unknown is left out.

    >>> given(term={"id": "HP:1"}, onset=None, modifiers=[])
    {'term': {'id': 'HP:1'}}
    """
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {}, "")}


def told_fields(told: msgspec.Struct) -> Json:
    """Return the fields of a part of a case that say something."""
    values = ((each, getattr(told, each.name)) for each in msgspec.structs.fields(told))
    return {each.name: value for each, value in values if value != each.default and value not in ((), {})}
