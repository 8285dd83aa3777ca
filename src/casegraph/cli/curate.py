"""``casegraph new`` and ``fmt``: begin a case document, put it into one style."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casegraph.cli.form import PATH, Command, say, write, write_line
from casegraph.curate.new import EXTENTS, SCHEMA_FILE, merged, skeleton
from casegraph.errors import CasegraphError, DocumentError, InputError

if TYPE_CHECKING:
    from casegraph.curate.citation import Citation

__all__ = ["fmt", "new"]


@click.command(
    cls=Command,
    examples=(
        ("casegraph new 10.1000/xyz -o doe-2024.yaml", "a document to fill in"),
        ("casegraph new pmid:12345 --from citation.nbib", "with the bibliography that you saved or pasted"),
        ("casegraph new 10.1000/xyz --text article.txt", "with a passage for each paragraph"),
        ("casegraph new 10.1000/xyz --from - --by 'Jane Doe' --extent abstractOnly", "paste it, then Ctrl-D"),
    ),
)
@click.argument("paper", metavar="DOI|PMID")
@click.option(
    "--from", "pasted", metavar="FILE|-", help="The citation: CSL-JSON, RIS, MEDLINE (.nbib) or BibTeX."
)
@click.option(
    "--text", "article", type=PATH, metavar="FILE", help="The article's text: its paragraphs become passages."
)
@click.option("--title", metavar="TEXT", help="The title as printed.")
@click.option(
    "--extent",
    type=click.Choice(EXTENTS),
    default="fullText",
    show_default=True,
    help="How much of the report you read.",
)
@click.option("--by", metavar="NAME", help="Who curates.")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Write it to a file that is not there yet.")
def new(
    paper: str, pasted: str | None, article: Path | None, output: Path | None, **known: str | None
) -> None:
    """Begin a case document for a paper: the items of the CARE checklist with an example of each entry.

    The paper is named by a DOI, also as an address, or by pmid: and a number. Nothing is fetched: what
    --from does not say, you fill in.
    """
    import msgspec

    from casegraph.curate.citation import identifier
    from casegraph.curate.files import write_new_file

    citation = identifier(paper)
    if pasted is not None:
        citation = _pasted(citation, pasted)
    if known["title"] is not None:
        citation = msgspec.structs.replace(citation, title=known["title"])
    extent = known["extent"] or EXTENTS[0]
    text = skeleton(
        citation,
        extent=extent,
        by=known["by"],
        date=date.today().isoformat(),
        article=None if article is None else _article(article),
    )
    if output is None:
        write(text)
        return
    write_new_file(output, text)
    say(f"{output} is there to fill in; casegraph check {output} says what is wrong with it")
    if not (schema := output.parent / SCHEMA_FILE).exists():
        say(f"for help in your editor: casegraph schema -o {schema}")


def _article(path: Path) -> str:
    from casegraph.curate.passages import passages_of

    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path), expected="a text in UTF-8") from error
    if not passages_of(text):
        raise InputError("no paragraph in it", where=str(path), expected="the text of the article")
    return text


def _pasted(asked: Citation, source: str) -> Citation:
    from casegraph.curate.citation import read_citation

    where = "the pasted text" if source == "-" else source
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=where) from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", where=where, todo="save the citation as UTF-8") from error
    return merged(asked, read_citation(text, where=where), where=where)


@click.command(
    cls=Command,
    examples=(
        ("casegraph fmt smith-2024.yaml", "one order of keys, one indentation"),
        ("casegraph fmt --check my-cases/", "list what would change, and end with exit code 1"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=PATH)
@click.option("--check", "only_check", is_flag=True, help="List the files that would change; change none.")
def fmt(paths: tuple[Path, ...], only_check: bool) -> int:
    """Bring case documents into one style: the order of keys, two spaces, short lists in one line.

    No value changes and no comment is lost. A document that is not well-formed is left as it is.
    """
    from casegraph.curate.files import write_file
    from casegraph.curate.fmt import formatted
    from casegraph.loaders import case_files

    files = [path for path in case_files(paths) if path.suffix.lower() != ".json" or path in paths]
    changed, code = [], 0
    for path in files:
        try:
            before, after = formatted(path)
        except CasegraphError as error:
            said = str(error) if isinstance(error, DocumentError) else f"Error: {error}"
            say(f"{said}\n{path} is left as it was")
            code = max(code, error.exit_code)
            continue
        if before != after:
            changed.append(path)
            write_line(path)
            if not only_check:
                write_file(path, after)
    many = f"{len(changed)} of {len(files)} document{'' if len(files) == 1 else 's'}"
    say(f"{many} {'would change' if only_check else 'changed'}")
    return max(code, 1 if only_check and changed else 0)
