"""The command line of a study's report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.common.records import Records, gather


def publish(
    arguments: Sequence[str] | None,
    description: str,
    results: Path,
    text: Callable[[Records], str],
    write: Callable[[Records, Path], None],
) -> None:
    """Gathers the runs, and prints the tables or writes documents and figures.

    Args:
        arguments: Command-line arguments.
        description: Description of the command.
        results: Folder of the runs, unless the arguments name another.
        text: Returns the tables.
        write: Writes documents and figures from the runs, given the folder for figures.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--results", type=Path, default=results)
    parser.add_argument("--print", action="store_true", help="print the tables, write no README")
    options = parser.parse_args(arguments)
    records = gather(options.results)
    if options.print:
        print(text(records))
    else:
        write(records, options.results)
