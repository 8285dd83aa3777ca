"""How a text is compared with names: the words of both in alphabetical order, upper and lower case alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["CLOSE", "LEAST_LIKENESS", "Hit", "holding_hits", "key_of", "lengths_within", "nearest_keys"]

#: Of 100; below it a name is no help to who mistyped another.
LEAST_LIKENESS = 65
#: Where a name is that like the text, names that are less so are not told: most typing mistakes are small.
CLOSE = 85
#: Of a name that is the text but for hyphens and spaces.
_HYPHEN = 99
_WORD = re.compile(r"\w+")
#: Between the letters and the digits of a word, and between words.
_BORDER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that a text may mean.

    :param matched: ``identifier``, ``label``, ``synonym``, ``brand name``, ``words`` (a name has all
        words of the text), or ``spelling``: a name is like the text and no more.
    :param name: the name that matched.
    :param likeness: of 100; 100 where a name or the identifier is the text itself.
    """

    iri: str
    matched: str
    name: str
    likeness: int = 100

    @property
    def exact(self) -> bool:
        """Whether the text is the name or the identifier itself, and not only like it."""
        return self.matched not in ("spelling", "words")


def key_of(name: str) -> str:
    """Return a name for comparison.

    >>> key_of("Papules, Gottron's")
    'gottron papules s'
    """
    return " ".join(sorted(_WORD.findall(name.casefold())))


def lengths_within(key: str, least: int) -> tuple[int, int]:
    """Return how short and how long a key can be that is as like another as that.

    >>> lengths_within("alopecia", 65)
    (3, 17)
    """
    share = least / (200 - least)
    return int(len(key) * share), int(len(key) / share) + 1


def holding_hits(text: str, named: Iterable[tuple[str, str]], limit: int) -> list[Hit]:
    """Return hits for terms with a name that holds all words of a text, those with the fewest more first."""
    length = len(key_of(text))
    hits: dict[str, Hit] = {}
    for iri, name in sorted(named, key=lambda pair: (len(pair[1]), pair[0])):
        likeness = min(round(100 * length / max(len(key_of(name)), 1)), 99)
        hits.setdefault(iri, Hit(iri, "words", name, likeness))
    return list(hits.values())[:limit]


def nearest_keys(text: str, keys: Sequence[str], limit: int, least: int) -> list[tuple[str, int]]:
    """Return the keys of names that are most like a text, best first, with their likeness.

    A name that differs by a hyphen or a space alone is likest, however short it is.

    >>> nearest_keys("alopezia", ["alopecia", "anaemia"], limit=2, least=65)
    [('alopecia', 88)]
    >>> nearest_keys("IL2", ["ild", key_of("IL-2")], limit=2, least=65)
    [('2 il', 99), ('ild', 67)]
    """
    from rapidfuzz import fuzz, process

    key = key_of(text)
    otherwise = {key_of(_BORDER.sub(" ", text)), key_of(_BETWEEN.sub("", text))} - {key}
    hits = dict.fromkeys((each for each in keys if each in otherwise), _HYPHEN)
    for name, likeness, _ in process.extract(key, keys, scorer=fuzz.ratio, limit=limit, score_cutoff=least):
        hits.setdefault(name, round(likeness))
    return sorted(hits.items(), key=lambda pair: -pair[1])[:limit]
