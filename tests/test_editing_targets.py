"""The text of an update tells which graphs it may write to, whatever its strings and comments say."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from casegraph.store.targets import Targets, joint, targets

OTHERS = "what is not known"


def told(found: Targets) -> set[str]:
    """Return what an update may write to: names, variables as they are shown, and the default graph."""
    names = found.named | ({"DEFAULT"} if found.default else set()) | ({OTHERS} if found.others else set())
    shown = found.watched.split(f"FILTER(<{found.show}>(COALESCE(")[1:]
    return names | {each.partition(",")[0] for each in shown}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }", {"urn:g"}),
        ("INSERT DATA{GRAPH<urn:g>{<urn:s><urn:p>1}<urn:s><urn:p>2}", {"urn:g", "DEFAULT"}),
        ("insert data { graph <urn:g> { <urn:s> <urn:p> 'GRAPH }', \"\"\"{ \" GRAPH\"\"\" } }", {"urn:g"}),
        ("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 # } GRAPH <urn:h> {\n } }", {"urn:g"}),
        ("PREFIX e: <urn:e:> PREFIX : <urn:d#> INSERT DATA { GRAPH e:a.b\\-c { :s :p : } GRAPH : {} }",
         {"urn:e:a.b-c", "urn:d#"}),
        ("PREFIX e: <urn:e:> INSERT DATA { GRAPH e:\u00e4%20 { e:s e:p 1 } }", {"urn:e:\u00e4%20"}),
        ("PREFIX e: <urn:e:> INSERT DATA { GRAPH e:a\u203f { e:s e:p 1 } }", {"urn:e:a\u203f"}),
        ("INSERT DATA { <urn:s> <urn:p> true.GRAPH <urn:g> { <urn:s> <urn:p> 5.GRAPH <urn:n> {} } }",
         {"urn:g", "DEFAULT"}),
        ("PREFIX a.b-c: <urn:> INSERT DATA { GRAPH a.b-c:d { <urn:s> a <urn:t> } }", {"urn:d"}),
        ("PREFIX e: <urn:> CLEAR DEFAULT; PREFIX e: <g#> CREATE GRAPH e:n", {OTHERS, "DEFAULT"}),
        ("INSERT DATA { GRAPH <g> { <urn:s> <urn:p> 1 } }", {OTHERS}),
        ("INSERT DATA { GRAPH <http://e.org/a/../b> { <urn:s> <urn:p> 1 } }", {OTHERS}),
        ("DELETE { GRAPH ?a { ?s ?p ?o } } INSERT { GRAPH $b { ?s ?p ?o } } WHERE { GRAPH ?c { ?s ?p ?o } }",
         {"?a", "$b"}),
        ("DELETE WHERE { GRAPH ?a { ?s ?p ?o } GRAPH <urn:g> { ?s ?p ?o } }", {"?a", "urn:g"}),
        ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }; DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
         {"urn:g", "DEFAULT"}),
        ("INSERT { GRAPH <urn:g> { ?s ?p ?o } } USING <urn:h> WHERE { FILTER EXISTS { GRAPH ?x { ?s ?p 1 }}}",
         {"urn:g"}),
        ("CLEAR SILENT GRAPH <urn:g>; DROP DEFAULT; CREATE GRAPH <urn:h>", {"urn:g", "urn:h", "DEFAULT"}),
        ("CLEAR ALL", {"DEFAULT", OTHERS}),
        ("DROP NAMED", {OTHERS}),
        ("COPY GRAPH <urn:g> TO <urn:h>; ADD DEFAULT TO GRAPH <urn:i>; MOVE SILENT <urn:j> TO DEFAULT",
         {"urn:h", "urn:i", "urn:j", "DEFAULT"}),
        ("LOAD <urn:x> INTO GRAPH <urn:g>", {OTHERS}),
    ],
)  # fmt: skip
def test_what_an_update_may_write_to_is_read_from_its_text(text: str, expected: set[str]) -> None:
    assert told(targets(text)) == expected


#: Each writes to <urn:n>: by words without a space between them, and by prefixes named like keywords.
GLUED = [
    "INSERT DATA { GRAPHe:n { <urn:s> <urn:p> 1 } }",
    "INSERT DATA { GRAPH:n { <urn:s> <urn:p> 1 } }",
    "INSERT DATA { <urn:s> <urn:p> trueGRAPH <urn:n> { <urn:s> <urn:p> 1 } }",
    "INSERT DATA { <urn:s> <urn:p> true.GRAPH :n { <urn:s> <urn:p> 1 } }",
    "INSERT DATA { <urn:s> <urn:p> h:GRAPH <urn:n> { <urn:s> <urn:p> 1 } }",
    "INSERTDATA { GRAPH :n { <urn:s> <urn:p> 1 } }",
    "COPY <urn:g> TO:n",
    "COPY <urn:g> TOGRAPH:n",
    "COPY GRAPH:g TO GRAPH:n",
    "COPYSILENT GRAPH:g TO GRAPH:n",
    "WITH:n INSERT { <urn:s> <urn:p> 1 } WHERE { }",
    "CREATE GRAPH:n",
    "CREATEGRAPH:n",
    "MOVE SILENT:g TO:n",
    "INSERT { GRAPH <urn:\\u006e> { <urn:s> <urn:p> 1 } } WHERE { }",
    "INSERT { <urn:s> <urn:p> ?x } WHERE { VALUES (?x ?y) { (1 2) } FILTER(?x<?y#>\n) }; CREATE GRAPH :n",
]


@pytest.mark.parametrize("text", GLUED)
def test_a_graph_is_not_overlooked_where_no_space_is(text: str) -> None:
    spaces = {"": "urn:", "e": "urn:", "h": "http://h:", "GRAPH": "urn:x:", "SILENT": "urn:x:"}
    prefixes = "".join(f"PREFIX {name}: <{space}> " for name, space in spaces.items())
    whole, bare = prefixes + text, ox.Store()
    bare.update("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } }")
    bare.update(whole)
    assert bare.contains_named_graph(ox.NamedNode("urn:n"))
    assert told(targets(whole)) & {"urn:n", OTHERS}


@pytest.mark.parametrize("end", ["", " ", ";", "; # ;", " # ;", ";\n"])
@pytest.mark.parametrize(
    "text", ["", "PREFIX e: <urn:e>", "CLEAR DEFAULT", "INSERT DATA { <urn:s> <urn:p> ';' }"]
)
def test_another_operation_can_follow(text: str, end: str) -> None:
    if end.lstrip().startswith(";") and not text.endswith(("T", "}")):
        return  # a semicolon after no operation is an error already
    bare, whole = ox.Store(), f"{text}{end}"
    bare.update(f"{whole}\n{joint(whole)}INSERT DATA {{ <urn:after> <urn:p> 1 }}")
    assert "urn:after" in str(list(bare))
    assert len(bare) == 1 + ("INSERT" in text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", ["a.", "a-", "'", '"\\\\', "<", "<a", "{", "a:", "a:.", "a:%4", '"""x', "?", "#'\\n"]
)
def test_a_text_is_read_once_whatever_it_is(part: str) -> None:
    text = f"INSERT DATA {{ {part * 100_000}"
    assert targets(text).named == set()
    assert joint(text) == ";"


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_long_string_that_ends_too_early_is_read_once(quote: str) -> None:
    part = f"a{quote}\\{quote * 3}"  # which begins another one, if the first is no string
    assert targets(f"INSERT DATA {{ <urn:s> <urn:p> {quote * 3}{part * 100_000}\\").named == set()
