"""Synthetic case documents in the shape of real ones, out of a seed: the same seed gives the same bytes.

Usage: python benchmarks/synthetic.py --cases 10000 --seed 6 -o cases.jsonl; one case document, JSON, a line.
What they tell is made up and the concepts are those that casegraph ships: nothing in them is evidence.
A few of a thousand are cases of dermatomyositis that were given interleukin-2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from synthetic_terms import Drug, pools

from casegraph.model import CaseDocument

__all__ = ["SEED", "case_document", "case_documents", "case_line"]

SEED = 6
#: Of 1,000 cases: dermatomyositis given IL-2; dermatomyositis with other drugs; IL-2 in other diseases.
MYOSITIS_ON_IL2, MYOSITIS, OTHER_ON_IL2 = 3, 40, 2
_DOMAINS = ("skin", "muscle", "lung", "joint", "serology", "overall")
_DIRECTIONS = (
    "improved",
    "improved",
    "improved",
    "resolved",
    "stabilised",
    "unchanged",
    "unchanged",
    "worse",
)
_SECTIONS = ("title", "abstract", "case-presentation", "discussion")
_STOPS = ("inefficacy", "adverseEvent", "completed", "replaced")
Part = dict[str, Any]


def case_line(number: int, seed: int = SEED) -> bytes:
    """Return one case document as JSON on one line; it does not depend on how many are made.

    >>> case_line(7, seed=1) == case_line(7, seed=1), case_line(7, seed=1) == case_line(7, seed=2)
    (True, False)
    """
    return msgspec.json.encode(_Making(number, seed).document()) + b"\n"


def case_document(number: int, seed: int = SEED) -> CaseDocument:
    """Return one case document."""
    return msgspec.json.decode(case_line(number, seed), type=CaseDocument)


def case_documents(many: int, seed: int = SEED) -> Iterator[CaseDocument]:
    """Yield so many case documents."""
    return (case_document(number, seed) for number in range(many))


class _Making:
    """The making of one document: all chance comes from its seed and number."""

    def __init__(self, number: int, seed: int) -> None:
        self._chance = Random(f"{seed}/{number}")
        self._pools, self._id = pools(), f"{seed}-{number:07}"
        kind = self._chance.randrange(1000)
        self._on_il2 = kind < MYOSITIS_ON_IL2 or 900 <= kind < 900 + OTHER_ON_IL2
        self._myositis = kind < MYOSITIS_ON_IL2 + MYOSITIS
        self._passages = [f"p-{at}" for at in range(1, 3 + self._chance.randrange(3))]
        self._used: set[str] = set()
        self._occasions: Part = {}
        self._treatments: list[Part] = []
        self._responses: list[Part] = []

    def document(self) -> Part:
        """Return the document as plain values."""
        chance = self._chance
        report: Part = {
            "title": f"Synthetic case {self._id}",
            "key": f"synthetic-{self._id}",
            "journal": "Journal of Synthetic Cases",
            "issued": str(2000 + chance.randrange(26)),
            "extent": chance.choice(("fullText", "fullText", "abstractOnly", "partialText")),
        }
        case = self._case()
        passages = {
            each: {"section": chance.choice(_SECTIONS), "paragraph": 1 + chance.randrange(9)}
            for each in self._passages
            if each in self._used
        }
        return {"casegraph": 1, "report": report, "passages": passages, "cases": {"1": case}}

    def _case(self) -> Part:
        chance = self._chance
        self._visits()
        for at in range(1, 2 + (chance.random() < 0.55)):
            self._treatment(at)
        case: Part = {"sex": chance.choice(("female", "female", "male", "unknown"))}
        if chance.random() < 0.9:
            case["age"] = {"years": 18 + chance.randrange(70), "at": "first-visit"}
        case |= {
            "zero_point": "first-visit",
            "findings": self._findings(),
            "diagnoses": self._diagnoses(),
            "tests": self._tests(),
            "treatments": self._treatments,
            "responses": self._responses,
            "adverse_events": self._events(),
            "course": self._course(),
            "statements": self._statements(),
        }
        used = {key: each for key, each in self._occasions.items() if key in self._used}
        return {**case, "occasions": used}

    def _visits(self) -> None:
        weeks = 2 + self._chance.randrange(50)
        bounds = [-7 * weeks - 7, -7 * weeks + 7]
        onset = {
            "anchor": "first-visit",
            "start": bounds,
            "printed": f"{weeks} weeks before",
            "phase": "onset",
        }
        self._occasions |= {"onset": onset, "first-visit": {"phase": "beforeTreatment"}}

    def _at(self, place: str | None) -> Part:
        """Return what each claim has: the passage that says it, and perhaps an occasion."""
        passage = self._chance.choice(self._passages)
        self._used |= {passage} if place is None else {passage, place}
        return {"stated_in": passage} if place is None else {"at": place, "stated_in": passage}

    def _findings(self) -> Part:
        chance = self._chance
        present = 1 + chance.choice((0, 1, 1, 2, 3))
        chosen = _some(chance, self._pools.findings, present + chance.randrange(3))
        listed = [
            {"what": each, **self._at(chance.choice(("onset", "first-visit")))} for each in chosen[:present]
        ]
        if chance.random() < 0.2:
            listed[0]["severity"] = chance.choice(("mild", "moderate", "severe"))
        return {
            "present": listed,
            "absent": [{"what": each, **self._at("first-visit")} for each in chosen[present:]],
        }

    def _disease(self) -> str:
        return self._chance.choice(self._pools.myositis if self._myositis else self._pools.diseases)

    def _diagnoses(self) -> Part:
        self._held = self._disease()
        rest = [each for each in _some(self._chance, self._pools.diseases, 2) if each != self._held]
        kind = "final" if self._chance.random() < 0.9 else "working"
        found: Part = {kind: [{"id": "diagnosis", "what": self._held, **self._at("first-visit")}]}
        draw = self._chance.random()
        if draw < 0.3:
            found["considered" if draw < 0.15 else "excluded"] = [
                {"what": rest[0], **self._at("first-visit")}
            ]
        return found

    def _tests(self) -> list[Part]:
        chance = self._chance
        found: list[Part] = [
            {"what": each, "result": chance.choice(("positive", "negative")), **self._at("first-visit")}
            for each in _some(chance, self._pools.antibodies, chance.choice((0, 1, 1, 2)))
        ]
        if chance.random() < 0.5:
            direction = chance.choice(("raised", "lowered"))
            level = chance.choice(self._pools.levels)
            found.append({"what": level, "direction": direction, **self._at("first-visit")})
        return found

    def _treatment(self, at: int) -> None:
        chance, key = self._chance, f"treatment-{at}"
        il2 = self._on_il2 and at == 1
        taken = {each["what"] for each in self._treatments}
        left = [each for each in self._pools.drugs if each.code not in taken]
        drug = self._pools.il2 if il2 else left[min(int(chance.expovariate(0.15)), len(left) - 1)]
        begun, seen = f"start-{at}", f"later-{at}"
        self._last = seen
        self._occasions[begun] = self._start(at)
        self._occasions[seen] = self._later(begun)
        episode: Part = {"id": key, "what": drug.code, **self._at(begun)}
        if chance.random() < 0.3:
            episode |= {"ends_at": seen, "stop_reason": chance.choice(_STOPS)}
            self._used.add(seen)
        elif chance.random() < 0.3:
            episode["ongoing_at"] = seen
            self._used.add(seen)
        if il2 or chance.random() < 0.6:
            episode["doses"] = [self._dose(key, drug, begun)]
        self._treatments.append(episode)
        if il2 or chance.random() < 0.75:
            self._response(at, episode, seen)

    def _start(self, at: int) -> Part:
        days = self._chance.randrange(60)
        if at == 1:
            return {"anchor": "first-visit", "start": [days, days + 7], "phase": "onTreatment"}
        return {"phase": "onTreatment", "after": [f"start-{at - 1}"]}

    def _later(self, begun: str) -> Part:
        weeks = 1 + self._chance.randrange(30)
        start = [7 * weeks, 7 * weeks + self._chance.randrange(7)]
        return {"anchor": begun, "start": start, "printed": f"after {weeks} weeks", "phase": "onTreatment"}

    def _dose(self, key: str, drug: Drug, begun: str) -> Part:
        chance = self._chance
        amount = round(drug.low * (drug.high / drug.low) ** (0.3 + 0.4 * chance.random()))
        dose = max(amount, int(drug.low) + 1)
        return {
            "id": f"{key}-dose",
            "dose": dose,
            "unit": drug.unit,
            "printed": f"{dose} {drug.unit.strip('[]')}",
            "times": 1 + chance.randrange(2),
            "period_days": chance.choice((1, 1, 7)),
            **self._at(begun),
        }

    def _response(self, at: int, episode: Part, seen: str) -> None:
        chance = self._chance
        answers = episode["doses"][0]["id"] if "doses" in episode and chance.random() < 0.4 else episode["id"]
        for number, domain in enumerate(_some(chance, _DOMAINS, 1 + (chance.random() < 0.25)), 1):
            response = {"id": f"response-{at}-{number}", "to": [answers], "domain": domain, **self._at(seen)}
            response["direction"] = chance.choice(_DIRECTIONS)
            if response["direction"] == "improved" and chance.random() < 0.4:
                response["degree"] = chance.choice(("partial", "marked"))
            self._responses.append(response)

    def _events(self) -> Part:
        draw = self._chance.random()
        if draw >= 0.35:
            return {}
        during = {"during": ["treatment-1"], **self._at("later-1")}
        if draw < 0.15:
            return {"observed": [{"what": self._chance.choice(self._pools.findings), **during}]}
        return {"none" if draw < 0.25 else "none_significant": [during]}

    def _course(self) -> list[Part]:
        draw = self._chance.random()
        kind = ("flare", "relapse", "death")[int(draw / 0.06)] if draw < 0.18 else None
        return [] if kind is None else [{"id": kind, "kind": kind, **self._at(self._last)}]

    def _statements(self) -> list[Part]:
        chance = self._chance
        found: list[Part] = []
        if chance.random() < (0.7 if self._on_il2 else 0.25):
            found.append({"id": "refractory", "kind": "refractory", "about": [self._held]})
            found[-1] |= {
                "domain": [chance.choice(("skin", "muscle", "overall"))],
                "gist": "Called refractory",
            }
        if chance.random() < 0.15:
            found.append({"id": "effective", "kind": "effectiveness", "concerns": ["treatment-1"]})
            found[-1]["gist"] = "Called effective"
        return [{**each, "basis": "authorClaim", **self._at(None)} for each in found]


def _some(chance: Random, pool: Sequence[str], many: int) -> list[str]:
    """Return so many different members of a pool, those at its front most often."""
    chosen: dict[str, None] = {}
    while len(chosen) < min(many, len(pool)):
        chosen[pool[int(len(pool) * chance.random() ** 2)]] = None
    return list(chosen)


def main() -> None:
    """Write the documents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=1000, help="how many case documents")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("-o", "--output", type=Path, required=True, help="a file of JSON lines")
    asked = parser.parse_args()
    with asked.output.open("wb") as file:
        file.writelines(case_line(number, asked.seed) for number in range(asked.cases))
    sys.stderr.write(f"{asked.cases:,} case documents in {asked.output}\n")


if __name__ == "__main__":
    main()
