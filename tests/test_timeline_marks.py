"""The marks of a timeline one by one: nothing stands where nobody told, and what is printed is there."""

from __future__ import annotations

from pathlib import Path

from casegraph.ingest import Loaded, load
from casegraph.plot.picture import Picture
from casegraph.store import open_store
from drawn_pictures import marks, said, timelines, views



def only_picture(folder: Path, text: str) -> Picture:
    """Return the timeline of a document of one case."""
    document = folder / "document.yaml"
    document.write_text(text, encoding="utf-8")
    with open_store(":memory:", writable=True) as store:
        assert all(isinstance(each, Loaded) for each in load(store, [document]))
        ((_, picture),) = timelines(store).values()
    return picture


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
