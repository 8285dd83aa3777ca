"""The command line: a table of commands, each imported only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from io import StringIO, TextIOWrapper
from types import MappingProxyType
from typing import Any

import click

from casegraph.errors import CasegraphError
from casegraph.version import __version__

__all__ = ["COMMANDS", "commands", "main"]

#: name -> (module:function, what it does in one line).
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("casegraph.cli.demo:demo", "Load the shipped cases and answer the headline question."),
        "load": ("casegraph.cli.load:load", "Bring cases into a store, whatever their format."),
        "check": ("casegraph.cli.check:check", "Find every mistake in case documents."),
        "new": ("casegraph.cli.curate:new", "Begin a case document for a paper."),
        "fmt": ("casegraph.cli.curate:fmt", "Bring case documents into one style."),
        "diff": ("casegraph.cli.diff:diff", "Tell what changed between two case documents, or two stores."),
        "explain": ("casegraph.cli.check:explain", "Tell what a code of check means."),
        "validate": ("casegraph.cli.validate:validate", "Check data against SHACL shapes."),
        "cases": ("casegraph.cli.cases:cases", "List the cases of a store."),
        "show": ("casegraph.cli.show:show", "Tell a case in plain words."),
        "plot": ("casegraph.cli.plot:plot", "Draw a case: its timeline as a picture."),
        "remove": ("casegraph.cli.cases:remove", "Take a report and its cases out of a store."),
        "notices": ("casegraph.cli.notices:notices", "Tell which reports are retracted or corrected."),
        "query": ("casegraph.cli.ask:query", "Ask a stored query, or list them all."),
        "sparql": ("casegraph.cli.ask:sparql", "Ask a SPARQL query."),
        "export": ("casegraph.cli.export:export", "Hand cases over in the formats of other tools."),
        "merge": ("casegraph.cli.merge:merge", "Bring in other people's graphs, and take them out."),
        "stats": ("casegraph.cli.stats:stats", "Count what a store holds, and outcomes by drug."),
        "why": ("casegraph.cli.why:why", "Give the evidence and the rules behind an answer."),
        "term": ("casegraph.cli.vocabulary:term", "Look a term up by its name, synonym or identifier."),
        "vocab": ("casegraph.cli.vocab:vocab", "Add whole vocabularies, list them, remove them."),
        "map": ("casegraph.cli.map:table_map", "Tell what the columns of a table mean."),
        "schema": ("casegraph.cli.vocabulary:schema", "Print the JSON Schema of a case document."),
        "digest": ("casegraph.cli.cases:digest", "Print a SHA-256 for each graph of a store."),
        "verify": ("casegraph.cli.keep:verify", "Find whatever changed in a store since it was written."),
        "backup": ("casegraph.cli.keep:backup", "Copy a store, also while others use it."),
        "restore": ("casegraph.cli.keep:restore", "Make a store of a backup."),
        "compact": ("casegraph.cli.keep:compact", "Make a store smaller and faster."),
        "migrate": ("casegraph.cli.keep:migrate", "Bring a store of an older version to this one."),
        "serve": ("casegraph.cli.serve:serve", "Serve a store over HTTP: SPARQL, queries, cases."),
        "reason": ("casegraph.cli.vocabulary:reason", "Classify the ontology and the cases of a store."),
    }
)
_EXAMPLES = (
    ("casegraph demo", "see what it does"),
    ("casegraph load my-cases/", "bring your case documents into casegraph-store/"),
    ("casegraph query", "list the stored queries"),
)
_FAILED, _PIPE_CLOSED, _INTERRUPTED = 3, 141, 130


class _Commands(click.Group):
    """The group of all commands; it knows their names and summaries without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), function)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "casegraph --help lists them"
            raise click.UsageError(f"no command is called {name!r}; {hint}", ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("\nExamples:\n")
        for line, meaning in _EXAMPLES:
            formatter.write(f"  # {meaning}\n  {line}\n")

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run a command; as a program, end with an exit code and never with a traceback."""
        run: Callable[..., Any] = super().main
        if not settings.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **settings)
        sys.exit(_guarded(partial(run, *args, standalone_mode=False, **settings)))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that closed the pipe, such as ``head``, ends it quietly."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(_PIPE_CLOSED) from None


def _guarded(run: Callable[[], Any]) -> int:
    try:
        code = run()
    except click.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CasegraphError as error:
        return _failure(f"Error: {error}", error.exit_code)
    except OSError as error:
        return _failure(f"Error: {error}", _FAILED)
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return _failure(f"casegraph failed: {said}; please report this", _FAILED)
    return code if isinstance(code, int) else 0


def _failure(message: str, code: int) -> int:
    if os.environ.get("CASEGRAPH_DEBUG") == "1":
        import traceback

        click.echo(traceback.format_exc(), err=True)
    click.echo(message, err=True)
    return code


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="casegraph")
def commands() -> None:
    """Turn published case reports into a knowledge graph: load, check, ask, and see the evidence.

    Answers go to the standard output, everything else to the standard error. The exit code is 0 if all is
    well, also without a row; 1 for a violation, a rejected document or ASK false; 2 if the input or the call
    is wrong; 3 if the tool failed; 4 if the store is locked.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and end the program with its exit code.

    :param args: the words after ``casegraph``; by default those of this process.
    :raises SystemExit: always; 0 fine, 1 a violation, 2 wrong call, 3 failure, 4 store locked.
    """
    sys.stdout, sys.stderr = sys.stdout or StringIO(), sys.stderr or StringIO()  # None where it was closed
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    commands.main(args=args, prog_name="casegraph")
