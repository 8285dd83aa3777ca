"""What is wrong with a rule file is named and placed, and nothing of it is applied."""

from __future__ import annotations

from pathlib import Path

import pytest

from casegraph.errors import CasegraphError, InputError
from casegraph.namespaces import BASE, CG
from casegraph.resources import shipped
from casegraph.rules import apply_rules, in_order, read_rule
from casegraph.terms import all_terms

HEAD = "#+ name: made_up\n#+ definition: Made up.\n#+ source: nobody\n"
PREFIX = f"PREFIX cg: <{CG}>\n"
CONSTRUCT = (
    "CONSTRUCT { ?case cg:treatedWith ?drug } "
    "WHERE { ?case a cg:Case ; cg:hasTreatment/cg:aboutConcept ?drug }\n"
)
CASE = f"{BASE}case/key/made-up/one"
QUADS = "".join(
    f"{each} <{CASE}/asserted> .\n"
    for each in (
        f"<{CASE}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{CG}Case>",
        f"<{CASE}> <{CG}hasTreatment> <{CASE}#drug>",
        f"<{CASE}#drug> <{CG}aboutConcept> <http://purl.obolibrary.org/obo/CHEBI_8382>",
    )
)


def rule_file(folder: Path, text: str, name: str = "made_up") -> Path:
    path = folder / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sound_rule_of_these_tests_is_read_and_applied(tmp_path: Path) -> None:
    rule = read_rule(rule_file(tmp_path, HEAD + PREFIX + CONSTRUCT))
    assert apply_rules({CASE: QUADS}, all_terms(), [rule]) == {
        CASE: f"<{CASE}> <{CG}treatedWith> <http://purl.obolibrary.org/obo/CHEBI_8382> <{CASE}/inferred> .\n"
    }


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (HEAD + PREFIX + "CONSTRUCT { ?case a cg:Case } WHERE { ?case a cg:Case \n", "6:1", "not SPARQL"),
        (
            HEAD + PREFIX + "CONSTRUCT { ?case a cg:Case } WHERE { ?case a cg:Caze }\n",
            "5:47",
            "no term cg:Caze",
        ),
        (
            HEAD + PREFIX + f"CONSTRUCT {{ ?case a <{CG}Caze> }} WHERE {{ ?case a cg:Case }}\n",
            "5:21",
            "no term cg:Caze",
        ),
        (
            HEAD + PREFIX + "PREFIX MONDO: <http://purl.obolibrary.org/obo/MONDO_>\n"
            "CONSTRUCT { ?case cg:diagnosis MONDO:9999999 } WHERE { ?case a cg:Case }\n",
            "6:32",
            "no term MONDO:9999999",
        ),
        (HEAD + PREFIX + "PREFIX MONDO: <http://example.org/>\n" + CONSTRUCT, "5:8", "the prefix MONDO:"),
        (
            HEAD + PREFIX + "CONSTRUCT { ?case a ex:Case } WHERE { ?case a cg:Case }\n",
            "5:21",
            "the prefix ex: is not declared",
        ),
        (HEAD + "PREFIX c: <" + CG + ">\n" + CONSTRUCT.replace("cg:", "c:"), "4:8", "the prefix c:"),
        (
            HEAD.replace("Made up.", "[Made: up") + PREFIX + CONSTRUCT,
            "3",
            "the head of the rule is not right",
        ),
        (HEAD.replace("#+ source: nobody\n", "") + PREFIX + CONSTRUCT, "1", "source"),
        (HEAD + "#+ wants: [phenotype]\n" + PREFIX + CONSTRUCT, "4", "wants"),
        (HEAD + "#+ needs: phenotype\n" + PREFIX + CONSTRUCT, "4", "needs"),
        (PREFIX + CONSTRUCT, "1", "the head of the rule is not right"),
        (HEAD.replace("made_up", "other") + PREFIX + CONSTRUCT, "1", "the rule is called 'other'"),
        (HEAD + PREFIX + "SELECT ?case WHERE { ?case a cg:Case }\n", "5:1", "must be a CONSTRUCT"),
        (HEAD + PREFIX + "ASK { ?case a cg:Case }\n", "5:1", "must be a CONSTRUCT"),
        (HEAD + PREFIX + "DELETE WHERE { ?case a cg:Case }\n", "5:10", "not SPARQL"),
    ],
)
def test_what_is_wrong_with_a_rule_file_is_named_and_placed(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    path = rule_file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_rule(path)
    assert caught.value.where == f"{path}:{place}"
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_term_in_a_comment_or_a_text_is_no_term(tmp_path: Path) -> None:
    noted = "# not cg:Nonsense\n" + CONSTRUCT.replace("} WHERE", '; cg:rule "cg:Nonsense" } WHERE')
    assert read_rule(rule_file(tmp_path, HEAD + PREFIX + noted)).name == "made_up"


def test_a_term_of_another_vocabulary_that_is_there_is_taken(tmp_path: Path) -> None:
    known = (
        "PREFIX MONDO: <http://purl.obolibrary.org/obo/MONDO_>\nPREFIX prov: <http://www.w3.org/ns/prov#>\n"
    )
    asks = "CONSTRUCT { ?case cg:diagnosis MONDO:0016367 } WHERE { ?case prov:wasDerivedFrom ?thing }\n"
    assert read_rule(rule_file(tmp_path, HEAD + PREFIX + known + asks)).name == "made_up"


@pytest.mark.parametrize("needs", ["nonsense", "made_up, nonsense"])
def test_a_need_that_is_not_there_is_placed(tmp_path: Path, needs: str) -> None:
    rule = read_rule(rule_file(tmp_path, HEAD + f"#+ needs: [{needs}]\n" + PREFIX + CONSTRUCT))
    with pytest.raises(InputError) as caught:
        in_order([rule])
    assert str(caught.value) == f"{rule.path}:4: there is no rule nonsense"


def test_a_circle_of_needs_is_told_without_the_rules_that_only_hang_on_it(tmp_path: Path) -> None:
    needs = {"one": "two", "two": "three", "three": "one", "outside": "one"}
    rules = [
        read_rule(
            rule_file(
                tmp_path, HEAD.replace("made_up", name) + f"#+ needs: [{need}]\n" + PREFIX + CONSTRUCT, name
            )
        )
        for name, need in needs.items()
    ]
    with pytest.raises(InputError) as caught:
        in_order(rules)
    assert caught.value.what == "the rules one, three, two need each other"
    assert caught.value.where.count(":4") == 3
    assert "outside" not in str(caught.value)


@pytest.mark.parametrize(
    ("construct", "said"),
    [
        ("{ ?drug cg:treatedWith ?case }", "CHEBI_8382>, which is no part of a case"),
        ("{ _:one cg:treatedWith ?drug }", "which is no part of a case"),
        ("{ <https://example.org/case> cg:treatedWith ?drug }", "which is no part of a case"),
    ],
)
def test_a_rule_gives_nothing_of_what_is_no_part_of_a_case(tmp_path: Path, construct: str, said: str) -> None:
    text = CONSTRUCT.replace("{ ?case cg:treatedWith ?drug }", construct, 1)
    sound = read_rule(rule_file(tmp_path, HEAD + PREFIX + CONSTRUCT))
    stray = read_rule(rule_file(tmp_path, HEAD.replace("made_up", "stray") + PREFIX + text, "stray"))
    with pytest.raises(CasegraphError) as caught:
        apply_rules({CASE: QUADS}, all_terms(), [sound, stray])
    assert said in str(caught.value)
    assert str(stray.path) in str(caught.value)


def test_a_rule_that_goes_from_one_case_to_another_is_refused(tmp_path: Path) -> None:
    text = "CONSTRUCT { ?case cg:hasJudgement ?other } WHERE { ?case a cg:Case . ?other a cg:Case }\n"
    rule = read_rule(rule_file(tmp_path, HEAD + PREFIX + text))
    two = {CASE: QUADS, f"{CASE}-more": QUADS.replace(CASE, f"{CASE}-more")}
    with pytest.raises(CasegraphError, match="which is of another case"):
        apply_rules(two, all_terms(), [rule])


def test_every_shipped_rule_passes_what_is_asked_of_one() -> None:
    assert len({read_rule(path).name for path in shipped("ontology", "rules/*.rq")}) >= 20
