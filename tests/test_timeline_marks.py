"""The marks of a timeline one by one: nothing stands where nobody told, and what is printed is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from casegraph.facts import read_case
from casegraph.ingest import Loaded, load
from casegraph.namespaces import BASE
from casegraph.plot.picture import Picture
from casegraph.plot.timeline.timeline import timeline
from casegraph.store import Store, open_store
from casegraph.story.words import Words
from casegraph.told import with_told
from drawn_pictures import Mark, columns, lanes, marks, said, signs, timelines, views

TACROLIMUS = "case/10.1007/s10067-008-0973-2/1"
SOARES = "case/10.1155/crrh/5560523/1"
REGISTRY_4 = "case/10.3899/jrheum.101321/4"


def picture_of(store: Store, case: str) -> Picture:
    return timeline(Words(read_case(store, f"{BASE}{case}"), with_told(store)))


def only_picture(folder: Path, text: str) -> Picture:
    """Return the timeline of a document of one case."""
    document = folder / "document.yaml"
    document.write_text(text, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [document]))
        ((_, picture),) = timelines(store).values()
    return picture


def of_claim(picture: Picture, claim: str) -> list[Mark]:
    return [mark for mark in marks(picture) if mark["href"] == f"#{claim}"]


def labels(drawn: list[Mark]) -> list[str]:
    """Return the labels of the rows of some marks, each once."""
    return list(dict.fromkeys(mark["row"][4:].replace("\n", " ") for mark in drawn))


#: made up: a death is told, and nothing of when it was.
_UNDATED = """
casegraph: 1
report: {title: Made up - a death without a time, doi: 10.5555/undated, extent: fullText}
passages:
  p1: {section: case-presentation, paragraph: 1}
cases:
  '1':
    sex: male
    course:
      - {id: death, kind: death, stated_in: p1}
"""


def test_a_death_without_a_time_is_told_and_no_empty_panel_breaks_the_picture(tmp_path: Path) -> None:
    picture = only_picture(tmp_path, _UNDATED)
    assert list(views(picture)) == ["Course"]
    assert said(marks(picture)) == ["no time told"]
    assert all(view["layer"] and view["data"]["values"] for view in picture.spec["vconcat"])
    assert "No time is told of it, so that nothing has a place." in picture.summary
    assert "order" not in picture.summary
    assert not any("columns" in note for note in picture.notes)


# ends and starts of which neither time nor order is told


def test_a_stop_of_which_neither_time_nor_order_is_told_has_words_alone(corpus_store: Store) -> None:
    """Methotrexate was replaced by mycophenolate; nobody tells when, nor before or after what."""
    picture = picture_of(corpus_store, TACROLIMUS)
    stopped = lanes(picture)["methotrexate"]
    assert signs(stopped) == []
    assert said(stopped) == ["stopped: replaced, order not told"]
    assert {mark["part"] for mark in stopped} == {"unsure", "words"}
    assert said(lanes(picture)["mmf"]) == ["order not told"]
    middle = {mark["x"] for mark in marks(picture) if mark["part"] == "about"}
    assert not middle & set(columns(picture).values())


# several courses of one drug


def test_two_courses_of_one_drug_have_different_labels(corpus_store: Store) -> None:
    """Rituximab first within three months of admission, again after September 2006: this one failed."""
    picture = picture_of(corpus_store, TACROLIMUS)
    drawn = lanes(picture)
    assert labels(drawn["rituximab"]) == ["rituximab, from month-3"]
    assert labels(drawn["rituximab-2"]) == ["rituximab, from after- september-2006"]
    assert labels(of_claim(picture, "none-to-second-rituximab")) == [
        "overall on rituximab, from after-september-2006"
    ]
    whats = [row[1].text for row in picture.rows if row[0].text == "Treatments"]
    assert {"rituximab, from month-3", "rituximab, from after-september-2006"} <= set(whats)
    assert "rituximab" not in whats


@pytest.mark.parametrize(
    ("case", "last"),
    [
        # apremilast came before anifrolumab or with it: nobody tells; immunoglobulin ran beside it
        (SOARES, ["apremilast", "ivig-2"]),
        # nothing is told of when methylprednisolone began or ended
        (REGISTRY_4, ["methylprednisolone"]),
        # the second rituximab is not placed before the first
        (TACROLIMUS, ["rituximab", "mmf", "rituximab-2", "ivig-2", "methylprednisolone"]),
    ],
)
def test_treatments_of_unknown_start_stand_below_the_others(
    case: str, last: list[str], corpus_store: Store
) -> None:
    drawn = lanes(picture_of(corpus_store, case))
    assert [each for each in drawn if each in last] == list(drawn)[-len(last) :] == last


def test_what_was_stopped_before_a_drug_stands_above_it(corpus_store: Store) -> None:
    order = list(lanes(picture_of(corpus_store, REGISTRY_4)))
    assert max(map(order.index, ("azathioprine", "cyclosporin", "methotrexate"))) < order.index("rituximab")
