"""``casegraph fmt``: one style, the same values, every comment; what is not well-formed is left alone."""

from __future__ import annotations

import random
import re
import stat
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from casegraph.cli import commands
from casegraph.curate.comments import find_comments
from casegraph.curate.fmt import WIDTH, formatted
from casegraph.curate.order import key_order
from casegraph.errors import CasegraphError, DocumentError, InputError
from casegraph.loaders import read_document
from casegraph.model import Case, DoseSegment, Finding, Report, Treatment

HERE = Path(__file__).parent
FOLDERS = (HERE.parent / "cases", HERE / "documents", HERE / "near_misses")
DOCUMENTS = sorted(path for folder in FOLDERS for path in folder.glob("*.yaml"))

MESSY = """\
# yaml-language-server: $schema=x
casegraph: 1   # the version
# what was read
report:
    # how much
    extent: fullText
    title: "Smart \u2018quotes\u2019 # no comment"
    key: 'x1'
    issued: '2020'
# the patients
cases:
    '1':
        findings:
            present:
            # the itch
            - what: 'HP:0000989 Pruritus'   # a term
              # its name
              id: itch
              gist: >-
                  folded text
                  # not a comment

                  more
            -   {stated_in: p, id: b, what: 'HP:0000989 Pruritus', at: o1}
        # the timeline
        # in two lines

        occasions:
            o1: {phase: onset, printed: True}
            o2: {printed: 1e3, anchor: o1, start: [1, +5]}
        sex: female
        # the end
curation:
    date: '2020-01-01'
    by: 'no'
passages:
    p: {section: title}
"""
NEAT = """\
# yaml-language-server: $schema=x
casegraph: 1  # the version
# what was read
report:
  title: "Smart \u2018quotes\u2019 # no comment"
  key: 'x1'
  issued: '2020'
  # how much
  extent: fullText
curation:
  by: 'no'
  date: '2020-01-01'
passages:
  p: {section: title}
# the patients
cases:
  '1':
    sex: female
    # the timeline
    # in two lines

    occasions:
      o1: {printed: True, phase: onset}
      o2: {anchor: o1, start: [1, +5], printed: 1e3}
    findings:
      present:
        # the itch
        # its name
        - id: itch
          what: 'HP:0000989 Pruritus'  # a term
          gist: >-
            folded text
            # not a comment

            more
        - {id: b, what: 'HP:0000989 Pruritus', at: o1, stated_in: p}
    # the end
"""


def run(*args: str | Path, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(commands, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def written(folder: Path, text: str, name: str = "case.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


# -- what it makes of a document


def test_one_style(tmp_path: Path) -> None:
    before, after = formatted(written(tmp_path, MESSY))
    assert before == MESSY
    assert after == NEAT


def test_a_neat_document_stays_as_it_is(tmp_path: Path) -> None:
    assert formatted(written(tmp_path, NEAT)) == (NEAT, NEAT)


def test_the_order_of_keys_is_that_of_the_model() -> None:
    assert key_order(Report) == Report.__struct_fields__
    assert key_order(Case)[:4] == ("sex", "age", "member_of", "label")
    assert key_order(Finding)[:3] == ("id", "what", "at")
    assert key_order(DoseSegment)[:3] == ("id", "at", "dose")
    assert key_order(Treatment)[-1] == "doses"
    for struct in (Report, Case, Finding, DoseSegment, Treatment):
        assert sorted(key_order(struct)) == sorted(struct.__struct_fields__)


def test_there_are_documents_to_format() -> None:
    assert len(DOCUMENTS) >= 28


@pytest.mark.slow
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_keeps_values_and_comments_and_is_formatted_once(path: Path, tmp_path: Path) -> None:
    before, after = formatted(path)
    again = written(tmp_path, after)
    assert read_document(again).document == read_document(path).document
    assert sorted(each.text for each in find_comments(after)) == sorted(
        each.text for each in find_comments(before)
    )
    assert formatted(again)[1] == after
    for line in after.splitlines():
        assert len(line) <= WIDTH or "{" not in line, "a mapping in one line that is too long for it"


def test_a_list_too_long_for_its_line_gets_a_line_for_each(tmp_path: Path) -> None:
    names = [f"Somebody Quite Longnamed {number}" for number in range(5)]
    text = f"casegraph: 1\nreport: {{title: A, authors: [{', '.join(names)}], key: a, extent: fullText}}\n"
    after = formatted(written(tmp_path, text))[1]
    assert after.splitlines()[3:5] == ["  authors:", f"    - {names[0]}"]


TRICKY = [
    "'2020'", "2020", "'1'", "'yes'", "yes", "No", "True", "'true'", "0x1F", "010", "1_000", "1e3", ".5",
    "5.", "+1", "1.50", "~", "'~'", "null", "12:30", "2020-01-01", "'2020-01-01'",
    '"a\\tb"', '"\\u00e9"', "'it''s'",
    "a # b", "'a # b'", "-1", "'- a'", "“smart”", "=", "<<", "'  led and trailed  '", "é𝄞", "''", "a: 1",
]  # fmt: skip
BLOCKS = [
    "|\n{0}a\n{0}# no comment\n{0}  deeper\n",
    ">-\n{0}a\n{0}b\n\n{0}c\n",
    "|-\n{0}x: 1\n",
    ">\n{0}- a\n",
]


@pytest.mark.slow
@given(st.lists(st.sampled_from([*TRICKY, *BLOCKS]), min_size=1, max_size=6), st.randoms(), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_no_value_changes_and_no_comment_is_lost(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], chance: random.Random, step: int
) -> None:
    keys = ["gist", "what", "at", "id", "stated_in", "severity"]
    chance.shuffle(keys)
    indent, inner = " " * step, " " * (2 * step + 2)
    lines = ["casegraph: 1", "report:", f"{indent}literature:"]
    for number, (key, value) in enumerate(zip(keys, values, strict=False)):
        dash = "- " if number == 0 else "  "
        if number and chance.random() < 0.5:
            lines.append(f"{indent * 2}  # comment {number}")
        if "\n" in value:
            lines.append(f"{indent * 2}{dash}{key}: {value.format(inner + '  ')}".rstrip("\n"))
        elif ": " not in value and " # " not in value.strip("'"):
            lines.append(f"{indent * 2}{dash}{key}: {value}" + "  # behind" * (chance.random() < 0.3))
        else:
            lines.append(f"{indent * 2}{dash}{key}: '{value.strip(chr(39))}'")
    text = "\n".join([*lines, f"{indent}# last", f"{indent}title: A title", ""])
    path = written(tmp_path_factory.mktemp("fmt"), text)
    _, after = formatted(path)
    assert yaml.load(after, Loader=yaml.BaseLoader) == yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    assert yaml.safe_load(after) == yaml.safe_load(text) if not {"=", "<<"} & set(values) else True
    assert after.count("#") == text.count("#")
    assert formatted(written(path.parent, after))[1] == after


def test_a_comment_that_stands_deeper_stays_with_the_key_above(tmp_path: Path) -> None:
    text = (
        "casegraph: 1\nreport:\n  title: A\n  extent: fullText\n  text:\n    characters: 1\n"
        f"    sha256: '{'a' * 64}'\n      # of the sum\n    # of both\n"
    )
    after = formatted(written(tmp_path, text))[1]
    assert [line.strip()[:10] for line in after.splitlines()[4:]] == [
        "text:", "sha256: 'a", "# of the s", "characters", "# of both",
    ]  # fmt: skip


def test_line_ends_that_are_kept_move_with_their_text(tmp_path: Path) -> None:
    text = (
        "casegraph: 1\nreport:\n  title: A\n  extent: fullText\n  literature:\n"
        "    - gist: |+\n        a\n\n\n      id: b\npassages: {}\n"
    )
    after = formatted(written(tmp_path, text))[1]
    assert after.endswith("    - id: b\n      gist: |+\n        a\n\n\npassages: {}\n")
    assert formatted(written(tmp_path, after))[1] == after


@pytest.mark.slow
def test_windows_line_ends_and_byte_order_marks_go(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + NEAT.replace("\n", "\r\n"))
    assert formatted(path)[1] == NEAT


def test_a_document_that_is_not_finished_is_formatted(tmp_path: Path) -> None:
    text = "casegraph: 1\nreport:\n    extent: fullText\n    title:  # fill in\n    sexx: 1\n"
    after = formatted(written(tmp_path, text))[1]
    assert after == "casegraph: 1\nreport:\n  title:  # fill in\n  extent: fullText\n  sexx: 1\n"


# -- what it leaves alone


@pytest.mark.parametrize(
    "name", ["tab", "duplicate-key", "alias", "tag", "unclosed-bracket", "two-documents"]
)
def test_what_is_not_well_formed_is_left_alone(name: str, tmp_path: Path) -> None:
    text = (HERE / "invalid" / f"{name}.yaml").read_bytes()
    path = tmp_path / "case.yaml"
    path.write_bytes(text)
    with pytest.raises(DocumentError):
        formatted(path)
    _, said = run("fmt", path, code=1)
    assert f"{path} is left as it was" in said
    assert re.search(rf"^{re.escape(str(path))}:\d+:\d+ ", said, re.MULTILINE)
    assert path.read_bytes() == text


def test_json_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, '{"casegraph": 1}', "case.json")
    with pytest.raises(InputError, match="no style of ours"):
        formatted(path)
    written(tmp_path, NEAT)
    run("fmt", path, code=2)
    assert run("fmt", tmp_path)[0] == ""


def test_what_would_change_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, MESSY)
    for wrong in (("'no'", "no"), ("# the itch", "# an itch"), ("[1, +5]", "[+5, 1]")):
        monkeypatch.setattr("casegraph.curate.fmt.ordered", lambda text, wrong=wrong: text.replace(*wrong))
        with pytest.raises(CasegraphError, match="without changing it"):
            formatted(path)


# -- the command


def test_check_lists_and_changes_nothing(tmp_path: Path) -> None:
    messy, neat = written(tmp_path, MESSY, "messy.yaml"), written(tmp_path, NEAT, "neat.yaml")
    out, said = run("fmt", "--check", tmp_path, code=1)
    assert out == f"{messy}\n"
    assert "1 of 2 documents would change" in said
    assert messy.read_text(encoding="utf-8") == MESSY
    assert run("fmt", "--check", neat) == ("", "0 of 1 document would change\n")


def test_a_file_is_replaced_whole_and_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    goal = written(tmp_path, MESSY, "goal.yaml")
    goal.chmod(0o640)
    inode = goal.stat().st_ino
    link = tmp_path / "link.yaml"
    link.symlink_to(goal)
    assert run("fmt", link)[0] == f"{link}\n"
    assert link.is_symlink()
    assert stat.S_IMODE(goal.stat().st_mode) == 0o640
    assert goal.stat().st_ino != inode
    assert goal.read_text(encoding="utf-8") == NEAT
    assert sorted(each.name for each in tmp_path.iterdir()) == ["goal.yaml", "link.yaml"]
    assert run("fmt", link) == ("", "0 of 1 document changed\n")


def test_a_folder_that_cannot_be_written_to_keeps_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, MESSY)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    _, said = run("fmt", path, code=2)
    assert "No space left on device" in said
    assert path.read_text(encoding="utf-8") == MESSY
    assert list(tmp_path.iterdir()) == [path]
