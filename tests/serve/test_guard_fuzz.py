"""Random texts: the guard refuses or passes, and what it passes calls no one and kills nobody."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from victim import Victim

from casegraph.errors import InputError
from casegraph.serve.guard.text import refuse
from casegraph.serve.guard.weighing import Weight, heaviest_possible
from casegraph.serve.limits import Limits
from casegraph.store.tokens import scan

NOBODY = "<http://127.0.0.1:9/>"
#: Each prefix is one by which a keyword in its place names an address that the engine refuses to call.
PROLOGUE = "".join(f"PREFIX {each}: {NOBODY} " for each in ("", "a", "urn")) + "PREFIX ex: <http://e:> "
PIECES = (
    "SERVICE service :x ex: ex:SERVICE service:x urn:x a:SERVICE LOAD load:x { } {} # ' ''' \" \"\"\" \\ "
    "\\u000A \\uD800 \\u0027 \\' < > <#> <x#> ?a ?b $x FILTER( BIND( AS ( ) () [] [ ] 1 1. true a . ; , << "
    ">> <<( )>> || && = + - ! ^ ^^ / | {| |} ~ UNION OPTIONAL GRAPH EXISTS NOT IN @en _:b COALESCE( VALUES "
    f"SELECT WHERE MINUS IF( %41 \\- * ? <http://x#> <urn:y'z#> 1< ?a< <= a:b {NOBODY}"
).split(" ")
CALLS = (
    f"SERVICE {NOBODY} {{ }}",
    f"?s ?p ?o . SERVICE {NOBODY} {{ }}",
    f"BIND(1 AS ?a) FILTER(?a < 2) SERVICE {NOBODY} {{ }}",
    f"VALUES ?v {{ 'x' }} SERVICE {NOBODY} {{ }}",
    "VALUES ?v { '''x''' 'y' } service:x { }",
    "?s ?p ex:x . service:x { }",
    f"?s ?p true . ex:SERVICE {NOBODY} {{ }}",
    f"FILTER(COALESCE(1 < <http://x#>, true)) SERVICE {NOBODY} {{ }}",
    "FILTER(?a < ?b) SERVICE :x # >\n { }",
    "{ SELECT * { ?s ?p ?o FILTER(1 = 1 || ?s < 2) } } UNION { SERVICE :x { } }",
    "?s ?p 'a' , \"b\"@en , 1.5 . SERVICE :x { }",
    "<<( ?s ?p ?o )>> ?a ?b . SERVICE :x { }",
    "?s (<urn:p>|^<urn:q#>)* ?o . SERVICE :x { }",
    "FILTER(?a IN (<urn:x#>, <y>)) SERVICE :x {}",
)
_CUT = re.compile(r"<[^ >]*>|\w+:\w*|\w+|'''|\s+|.", re.DOTALL)
glued = st.lists(st.sampled_from((*PIECES, " ", "\n", "\r")), max_size=30).map("".join)


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    """Return a process that may die."""
    with_limits = Victim()
    yield with_limits
    with_limits.end()


def _passes(text: str) -> bool:
    try:
        refuse(text, limits=Limits())
    except InputError:
        return False
    return True


@given(text=glued)
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_light_at_a_glance_is_light(text: str) -> None:
    weight = Weight()
    try:
        found = max((weight.add(token) for token in scan(text)), default=0)
    except InputError:
        return
    assert found <= heaviest_possible(text)


def _mutant(chance: random.Random) -> str:
    """Return a query that calls out, with a few pieces put in, left out or exchanged."""
    pieces = _CUT.findall(chance.choice(CALLS))
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4, 5))):
        place = chance.randrange(len(pieces) + 1)
        taken = chance.choice((0, 0, 1, 1))
        pieces[place : place + taken] = chance.choice(((), (chance.choice((*PIECES, " ", "\n", "\r")),)))
    base = chance.choice(("", f"BASE {NOBODY} "))
    return f"{base}{PROLOGUE}ASK {{ {''.join(pieces)}\n}}"


def _said_of_mutants(victim: Victim, count: int) -> Counter[str]:
    chance = random.Random(20)  # noqa: S311  # the same texts each time
    said: Counter[str] = Counter()
    for _ in range(count):
        text = _mutant(chance)
        answer = victim.run(text) if _passes(text) else "refused"
        assert answer not in ("call", "memory") and not answer.startswith("signal"), text
        said[answer] += 1
    return said


@given(text=glued)
@example(text="}")
@example(text="}{")
@settings(max_examples=100, deadline=None)
def test_any_text_is_refused_or_passed(text: str) -> None:
    """Nothing but InputError is raised, and the tokens of what passes lie one after the other in the text."""
    whole = f"{PROLOGUE}ASK {{ {text}\n}}"
    if _passes(whole):
        position = 0
        for token in scan(whole):
            assert whole[token.start : token.end] == token.text
            assert re.fullmatch(r"(?:\s|#[^\r\n]*)*", whole[position : token.start])
            position = token.end


@given(text=st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_characters_are_refused_or_passed(text: str) -> None:
    _passes(text)
    _passes(f"ASK {{ ?s ?p '{text}' }}")


@pytest.mark.slow
@given(text=glued)
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_passes_kills_nobody(victim: Victim, text: str) -> None:
    for whole in (f"{PROLOGUE}ASK {{ {text}\n}}", text):
        if _passes(whole):
            assert victim.run(whole) in ("ok", "syntax", "error", "time")


@pytest.mark.slow
def test_no_call_is_smuggled(victim: Victim) -> None:
    said = _said_of_mutants(victim, 3_000)
    assert said["refused"] > 1_000
    assert said["ok"] > 0
    assert said["syntax"] > 50


@pytest.mark.slow
def test_the_victim_sees_calls(victim: Victim) -> None:
    """Without the guard, what the mutants are made from calls out."""
    said = Counter(victim.run(f"{PROLOGUE}ASK {{ {call} }}") for call in CALLS)
    assert said["call"] > len(CALLS) / 2


@pytest.mark.long
def test_no_call_is_smuggled_in_many(victim: Victim) -> None:
    assert _said_of_mutants(victim, 20_000).total() == 20_000
