"""``casegraph serve``: a store over HTTP, for those who come with their own clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from casegraph.cli.form import PATH, Command, say, store_option
from casegraph.errors import MissingExtraError

__all__ = ["serve"]

_MEGABYTE = 1 << 20


@click.command(
    cls=Command,
    examples=(
        ("casegraph serve", "serve casegraph-store/ at http://127.0.0.1:8765/, for reading"),
        ("casegraph serve --new-token token.txt", "make a token, in a file that only you can read"),
        ("casegraph serve --writable --token-file token.txt", "let those who have it change the store"),
        ("casegraph serve --time-limit 5 --max-rows 1000", "answer nothing that takes longer or has more"),
    ),
)
@store_option
@click.option(
    "--host", "address", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Listen here."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one."
)
@click.option("--writable", is_flag=True, help="Let those with the token change the store.")
@click.option("--token-file", type=PATH, help="The file of the token, which only you can read.")
@click.option("--new-token", type=PATH, help="Make such a file, and end.")
@click.option("--allow-remote", is_flag=True, help="Listen where other machines reach it; needs a token.")
@click.option("--open", "open_to_read", is_flag=True, help="Let other machines read without the token.")
@click.option("--allow-host", "hosts", metavar="NAME", multiple=True, help="A name that it may be called by.")
@click.option("--public-url", metavar="URL", default="", help="Its address, if a proxy is in front of it.")
@click.option("--allow-origin", "origins", metavar="URL", multiple=True, help="A site whose pages may read.")
@click.option(
    "--allow-service",
    "services",
    metavar="HOST",
    multiple=True,
    help="A host that SERVICE may ask by https; http://HOST: by http.",
)
@click.option(
    "--default-graph",
    type=click.Choice(("union", "empty")),
    default="union",
    show_default=True,
    help="What a query sees outside GRAPH: all graphs, or the default graph, as the standard has it.",
)
@click.option(
    "--time-limit", metavar="SECONDS", type=click.FloatRange(0.1, 3600), default=30, show_default=True
)
@click.option(
    "--write-time-limit",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 86_400),
    default=300,
    show_default=True,
    help="Of a change.",
)
@click.option("--memory-limit", metavar="MB", type=click.IntRange(64), default=1024, show_default=True)
@click.option("--max-rows", type=click.IntRange(1), default=100_000, show_default=True, help="Of one answer.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=8, show_default=True, help="Queries at a time."
)
@click.option("--log", type=PATH, help="The file of the log; by default it goes to the standard error.")
@click.option("--log-queries", is_flag=True, help="Write the texts of queries into the log.")
def serve(location: str, new_token: Path | None, **options: Any) -> None:
    """Serve a store over HTTP: SPARQL, graphs, stored queries and cases.

    It listens on this machine only, and only reads, unless you say otherwise. It stops at Ctrl-C.
    """
    try:
        _run(location, new_token, options)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        raise MissingExtraError(
            f"{missing} is not installed", todo="pip install 'casegraph[serve]'"
        ) from error


def _run(location: str, new_token: Path | None, options: dict[str, Any]) -> None:
    from casegraph.serve.http.tokens import new_token as make_token
    from casegraph.serve.running import run

    if new_token is not None:
        make_token(new_token)
        say(f"{new_token} has a new token; give it to --token-file, and to those who may write")
        return
    run(_settings(location, options))


def _settings(location: str, options: dict[str, Any]) -> Any:
    from casegraph.serve.limits import Limits
    from casegraph.serve.settings import Settings

    limits = Limits(
        seconds=options.pop("time_limit"),
        write_seconds=options.pop("write_time_limit"),
        memory=options.pop("memory_limit") * _MEGABYTE,
        rows=options.pop("max_rows"),
        workers=options.pop("workers"),
    )
    union = options.pop("default_graph") == "union"
    return Settings(store=location, union=union, limits=limits, **options)
