"""Draws the treatments of a case as text: one line a drug, one column a place in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from casegraph.story.words import Words, joined

__all__ = ["Chart", "draw", "panels"]

_MARKS = {"improved": "+", "resolved": "o", "worse": "-", "unchanged": "=", "stabilised": "="}
_TURNS = ("Flare", "Relapse")
_NARROWEST = 4
_KEY = (
    "Columns are occasions in order, not to scale; numbers are their ranks.",
    "~ before a number: not certainly after the column before; a / b: no order between the two is known.",
    "> still given   | stopped   ? stop only implied, or not stated   (dose) derived",
    ". may still have run; behind an outcome: it may have come as late as that",
    "+ better   o gone   - worse   = unchanged   ! flare or relapse",
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: its lines, what each column stands for, and the key to the signs."""

    lines: tuple[str, ...]
    columns: tuple[str, ...]
    starts: tuple[int, ...] = ()
    key: tuple[str, ...] = _KEY


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One dosing from a column on: until the column where the line ends, and the sign it ends with."""

    begins: int
    until: int
    sign: str
    text: str
    maybe_until: int | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    """Outcomes in a column: their signs, and the column that they may have come as late as."""

    column: int
    signs: str
    latest: int


@dataclass(frozen=True, slots=True)
class _Lane:
    name: str
    stretches: tuple[_Stretch, ...] = ()
    marks: tuple[_Mark, ...] = ()


def draw(words: Words) -> Chart:
    """Draw the treatments of a case and what became of each domain."""
    lanes = (*_treatment_lanes(words), *_outcome_lanes(words))
    used = sorted({column for lane in lanes for column in _columns(lane)})
    if not used:
        return Chart((), ())
    widths = _widths(lanes, used)
    margin = max(len(lane.name) for lane in lanes) + 2
    starts = {column: margin + sum(widths[each] for each in used if each < column) for column in used}
    at_rank = {column: _at_rank(words, column) for column in used}
    before = dict(zip(used[1:], used, strict=False))
    heads = {
        column: _doubt(words, at_rank[before.get(column, column)], at_rank[column]) + str(column)
        for column in used
    }
    head = _written({starts[column]: heads[column] for column in used}, "")
    lines = [head, *(_drawn(lane, starts) for lane in lanes)]
    legend = [f"{heads[column]:>3} {_explained(words, at_rank[column])}" for column in used]
    untold = [words.drug(each) for each in words.facts.claims("hasTreatment") if not _column(words, each)]
    if untold:
        legend.append(f"    not drawn, for no time is stated: {', '.join(dict.fromkeys(untold))}")
    return Chart(tuple(lines), tuple(legend), tuple(starts.values()))


def panels(chart: Chart, width: int | None) -> list[str]:
    """Return the lines of a chart, cut between columns into panels one below the other where it is too wide.

    :param width: how many characters a line may have; None is any number.
    """
    longest = max(map(len, chart.lines), default=0)
    if width is None or longest <= width:
        return list(chart.lines)
    margin, lines, begin = chart.starts[0], [], chart.starts[0]
    while begin < longest:
        fitting = [each for each in (*chart.starts, longest) if begin < each <= begin + width - margin]
        end = max(fitting, default=begin + max(width - margin, 1))
        lines += [f"{line[:margin]:<{margin}}{line[begin:end]}".rstrip() for line in chart.lines]
        lines.append("")
        begin = end
    return lines[:-1]


def _explained(words: Words, occasions: list[str]) -> str:
    return joined(*(f"{words.facts.name(each)}: {words.time(each)}" for each in occasions), by=" / ")


def _treatment_lanes(words: Words) -> Iterator[_Lane]:
    """Yield a lane a drug; more than one where courses of it overlap or have no order."""
    last = max((words.facts.rank(each) for each in _referred(words)), default=0)
    drugs: dict[str, list[str]] = {}
    for episode in words.facts.claims("hasTreatment"):
        if _column(words, episode):
            drugs.setdefault(words.drug(episode), []).append(episode)
    for drug, courses in drugs.items():
        rows: list[list[_Stretch]] = []
        for course, following in zip(courses, (*courses[1:], None), strict=True):
            stretches = _course(words, course, _column(words, following) if following else last)
            row = next((row for row in rows if _fits(row[-1], stretches[0])), None)
            if row is None:
                rows.append(stretches)
            else:
                row += stretches
        yield from (_Lane(drug, tuple(row)) for row in rows)


def _fits(before: _Stretch, after: _Stretch) -> bool:
    return before.begins < after.begins and before.until <= after.begins


def _column(words: Words, claim: str) -> int:
    return words.facts.rank(words.facts.value(claim, "at"))


def _course(words: Words, episode: str, limit: int) -> list[_Stretch]:
    """Return the dosings of one course; *limit* is the column up to which it may have run."""
    at = _column(words, episode)
    doses: dict[int, list[str]] = {}
    for dose in words.facts.values(episode, "hasSegment") or (episode,):
        doses.setdefault(_column(words, dose) or at, []).append(dose)
    columns = sorted(doses)
    texts = _dosings(words, [doses[column] for column in columns])
    stretches = []
    for begins, following, text in zip(columns, (*columns[1:], 0), texts, strict=True):
        until, sign, maybe = _end(words, doses[begins][-1], episode, limit)
        if following:
            until, sign, maybe = following, "", None
        stretches.append(_Stretch(begins, max(until, begins), sign, text, maybe))
    return stretches


def _dosings(words: Words, steps: list[list[str]]) -> Iterator[str]:
    """Yield the text of each step; a unit only where it changes, what was derived in brackets."""
    unit = ""
    for step in steps:
        texts = []
        for dose in step:
            amount, _, rest = (words.dose(dose) or "given").partition(" ")
            text = amount if rest == unit else joined(amount, rest, by=" ")
            derived = words.facts.name(words.facts.value(dose, "basis") or "") == "derived"
            texts.append(f"({text})" if derived else text)
            unit = rest
        yield ", ".join(texts)


def _end(words: Words, dose: str, episode: str, limit: int) -> tuple[int, str, int | None]:
    """Return up to where a dosing ran for certain, the sign there, and up to where it may have run."""
    facts = words.facts
    stop = facts.value(dose, "endsAt") or facts.value(episode, "endsAt")
    ongoing = facts.value(dose, "ongoingAt") or facts.value(episode, "ongoingAt")
    if stop is not None and facts.name(facts.value(episode, "endBasis") or "") != "implied":
        return facts.rank(stop), "|", None
    if stop is not None:
        return facts.rank(stop), "?", max(limit, facts.rank(stop))
    if ongoing is not None:
        return facts.rank(ongoing), ">", None
    begins = _column(words, dose) or _column(words, episode)
    return begins, "?", max(limit, begins)


def _outcome_lanes(words: Words) -> Iterator[_Lane]:
    referred = _referred(words)
    marks: dict[str, dict[int, _Mark]] = {}
    for claim in words.facts.claims("hasResponse", "lacksResponse", "hasCourse"):
        column = _column(words, claim)
        turn = words.facts.kind(claim) in _TURNS
        direction = words.facts.name(words.facts.value(claim, "direction") or "")
        sign = "!" if turn else _MARKS.get(direction, "")
        for domain in words.facts.values(claim, "domain") if column and sign else ():
            lane = marks.setdefault(words.label(domain), {})
            there = lane.get(column, _Mark(column, "", column))
            latest = max(there.latest, _latest(words, claim, referred))
            lane[column] = _Mark(column, there.signs + sign, latest)
    for domain, found in sorted(marks.items()):
        yield _Lane(domain, marks=tuple(found[column] for column in sorted(found)))


def _latest(words: Words, claim: str, referred: set[str]) -> int:
    """Return the last column of the chart that a claim may belong to: nothing there is certainly later."""
    at = words.facts.value(claim, "at") or ""
    later = words.facts.values(at, "notAfter")
    return max(words.facts.rank(each) for each in {at, *referred} if each not in later)


def _columns(lane: _Lane) -> Iterator[int]:
    for mark in lane.marks:
        yield from (mark.column, mark.latest)
    for stretch in lane.stretches:
        yield from {stretch.begins, stretch.until, stretch.maybe_until or stretch.begins}


def _widths(lanes: tuple[_Lane, ...], used: list[int]) -> dict[int, int]:
    """Return the width of each column: wide enough for what is written from it to the next thing."""
    widths = dict.fromkeys(used, _NARROWEST)
    for lane in lanes:
        begins = [stretch.begins for stretch in lane.stretches]
        for stretch, following in zip(lane.stretches, (*begins[1:], 0), strict=False):
            sign = stretch.until == stretch.begins
            for end, room in ((stretch.until, 2), (following, 3 if sign else 2)):
                spanned = [column for column in used if stretch.begins <= column < end]
                lacking = len(stretch.text) + room - sum(widths[column] for column in spanned)
                if spanned and lacking > 0:
                    widths[spanned[-1]] += lacking
    return widths


def _drawn(lane: _Lane, starts: dict[int, int]) -> str:
    line = lane.name
    for mark in lane.marks:
        begins = starts[mark.column]
        line = _written({begins: "." * (starts[mark.latest] - begins + 1)}, line)
    line = _written({starts[mark.column]: mark.signs for mark in lane.marks}, line)
    for stretch in lane.stretches:
        begins, until = starts[stretch.begins], starts[stretch.until]
        if stretch.maybe_until is not None:
            line = _written({until: "." * (starts[stretch.maybe_until] - until)}, line)
        line = _written({begins: "─" * (until - begins), until: stretch.sign}, line)
        line = _written({begins: joined(stretch.text, "" if until > begins else stretch.sign, by=" ")}, line)
    return line.rstrip()


def _written(parts: dict[int, str], line: str) -> str:
    """Return the line with parts written over it at their places."""
    for place, part in sorted(parts.items()):
        line = f"{line:<{place}}"
        line = line[:place] + part + line[place + len(part) :]
    return line


def _at_rank(words: Words, column: int) -> list[str]:
    """Return the occasions of a column that something in the chart refers to."""
    referred = _referred(words)
    return [each for each in words.facts.occasions() if each in referred and words.facts.rank(each) == column]


def _referred(words: Words) -> set[str]:
    facts = words.facts
    claims = [*facts.claims("hasTreatment", "hasResponse", "lacksResponse")]
    claims += [each for each in facts.claims("hasCourse") if facts.kind(each) in _TURNS]
    claims += [dose for claim in claims for dose in facts.values(claim, "hasSegment")]
    links = ("at", "endsAt", "ongoingAt")
    return {each for claim in claims for link in links for each in facts.values(claim, link)}


def _doubt(words: Words, before: list[str], here: list[str]) -> str:
    """Return ``~`` where a column is not certainly after the one before it."""
    pairs = [(first, second) for first in before for second in here if first != second]
    sure = all(second in words.facts.values(first, "notAfter") for first, second in pairs)
    return "" if sure or before == here else "~"
