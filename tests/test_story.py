"""The story of a case as lines that know what they are about; what it says is tested with the commands."""

from __future__ import annotations

from casegraph.facts import read_case
from casegraph.namespaces import BASE
from casegraph.store import Store
from casegraph.story.judged import what_follows
from casegraph.story.lines import Line
from casegraph.story.telling import sections
from casegraph.story.words import Words
from casegraph.told import with_told

CASE = f"{BASE}case/10.1007/s13555-020-00421-8/1"


def told(store: Store) -> dict[str, list[Line]]:
    """Return the story of the first shipped case as heading -> lines."""
    words = Words(read_case(store, CASE), with_told(store))
    return {**dict(sections(words)), "what follows": what_follows(words)}


def test_a_line_knows_its_claim_and_a_dosing_is_set_in_below_its_treatment(seed_store: Store) -> None:
    lines = told(seed_store)["Treatments"]
    names = [line.node.removeprefix(f"{CASE}#") for line in lines]
    il2 = names.index("il2")
    assert names[il2 : il2 + 3] == ["il2", "il2-weekly", "il2-twice-weekly"]
    assert [line.level for line in lines[il2 : il2 + 3]] == [0, 1, 1]
    assert lines[il2].text.startswith("interleukin-2: ")
    assert lines[il2].evidence.startswith("[#il2; case presentation, paragraph 2")
    assert str(lines[il2 + 1]).startswith("  from il2-start: 1,000,000 IU")


def test_every_line_but_those_of_the_head_is_about_one_thing(seed_store: Store) -> None:
    story = list(told(seed_store).items())
    assert len(story) >= 15
    nodes = [line.node for _, lines in story[2:] for line in lines]
    assert len(nodes) >= 100
    assert all(nodes)
    assert len(nodes) == len(set(nodes))


def test_a_judgement_says_what_shows_it_and_what_else_ran(seed_store: Store) -> None:
    lines = [line.text for line in told(seed_store)["what follows"]]
    (quiet,) = (each for each in lines if each.startswith("sustained remission"))
    assert "symptom-free interval, for at least 243 days, printed as “8 months”" in quiet
    assert "beside it ran cyclosporin A, hydroxychloroquine, interleukin-2 and prednisone" in quiet
    assert "The start is not defined" in quiet
    (sparing,) = (each for each in lines if each.startswith("steroid sparing"))
    assert sparing == (
        "steroid sparing: prednisone lowered 20→10 mg/day on "
        "interleukin-2 1,000,000 IU 2x/week (printed as 106 IU in the text); "
        "beside it ran cyclosporin A and hydroxychloroquine"
    )


def test_a_printed_time_stands_with_what_it_is_counted_from(seed_store: Store) -> None:
    words = Words(read_case(seed_store, CASE), with_told(seed_store))
    since = {name: words.since(f"{CASE}#{name}") for name in ("il2-week-1", "flare-week-1", "symptom-free")}
    assert since == {
        "il2-week-1": "0 to 7 days after il2-start",
        "flare-week-1": "0 to 7 days after il2-increase",
        "symptom-free": "243 days or more before writing",
    }
    assert words.since(f"{CASE}#on-il2") == "at or after il2-start"
    assert words.since(f"{CASE}#decline") == ""  # the report gives an order, and no anchor
    assert (
        words.since(f"{CASE}#first-improvement") == ""
    )  # its anchor is the zero point, from which days count
    assert words.since(f"{CASE}#taper-fortnightly").endswith("csa-start by the curator's reading")
    assert words.time(f"{CASE}#panel-1").startswith("when is not told, not after start")  # and no day
    printed = "0 to 7 days after il2-increase, printed as “within 1 week”"
    assert printed in words.time(f"{CASE}#flare-week-1")


def test_a_time_that_is_printed_is_not_told_as_not_told(corpus_store: Store) -> None:
    case = f"{BASE}case/key/pemphigus-il2-interferon-1989/1"
    words = Words(read_case(corpus_store, case), with_told(corpus_store))
    assert words.time(f"{case}#radiotherapy-end").startswith(
        "not after il2-start, 397 to 454 days after radiotherapy-start, that is 13 to 15 months after, "
        "printed as “February 1987”"
    )


def test_a_dose_of_which_one_bound_is_told_reads_as_printed(corpus_store: Store) -> None:
    case = f"{BASE}case/10.2174/1874312901409010077/1"
    words = Words(read_case(corpus_store, case), with_told(corpus_store))
    treated = [line.text for line in dict(sections(words))["Treatments"]]
    assert any("“below 20 mg/day”" in text for text in treated)  # under which it flared, and no highest dose
    assert not any("up to 20" in text for text in treated)


def test_what_may_have_run_at_a_death_does_not_stand_with_it(corpus_store: Store) -> None:
    """Micafungin and voriconazole, whose stops nobody tells, are not told beside a death of pneumonia."""
    cases = ("10.1186/s13256-024-04793-9/1", "key/pemphigus-il2-interferon-1989/1")
    for case in (f"{BASE}case/{each}" for each in cases):
        words = Words(read_case(corpus_store, case), with_told(corpus_store))
        (death,) = (line.text for line in dict(sections(words))["Course"] if line.text.startswith("death"))
        assert words.background(f"{case}#death")[1]
        assert "may have run" not in death
        assert "possibly also" not in death


def test_a_death_is_told_of_what_once(corpus_store: Store) -> None:
    cases = {
        "pmid/39790853/1": "death of Respiratory failure, at death",  # its note says no more
        "key/pemphigus-il2-interferon-1989/1": "death of pemphigus vulgaris, at death-time",
    }
    for case, said in cases.items():
        words = Words(read_case(corpus_store, f"{BASE}case/{case}"), with_told(corpus_store))
        (death,) = (line.text for line in dict(sections(words))["Course"] if line.text.startswith("death"))
        assert death == said
