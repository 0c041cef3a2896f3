"""The command line: which command was asked for, and how it ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from keras_lateral.command.compare import run_compare
from keras_lateral.command.options import add_compare

FINE, WRONG, STOPPED = 0, 2, 130

_EXPECTED = (ValueError, OSError, ImportError, RuntimeError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command `keras-lateral`.

    Args:
        arguments: What stands after the command's name. Defaults to what the process was given.

    Returns:
        0 if all went well; 2 if what was asked for cannot be done, after one message on standard
        error; 130 if it was stopped by Ctrl-C. Wrong usage ends the process with 2, as argparse
        does.
    """
    options = _parser().parse_args(arguments)
    # Read by worker processes, which import the backend anew.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        run_compare(options)
    except _EXPECTED as error:
        if options.traceback:
            raise
        _say(f"keras-lateral compare: {error}")
        return WRONG
    except KeyboardInterrupt:
        _say(
            f"\nStopped. Every training that was done is kept in {str(options.folder)!r}. The same "
            "command goes on from there."
            if options.folder is not None
            else "\nStopped, before the first training."
        )
        return STOPPED
    return FINE


def _parser() -> argparse.ArgumentParser:
    # Imported here: the top page imports this room too.
    from keras_lateral import __version__

    parser = argparse.ArgumentParser(
        prog="keras-lateral", description="What helps convolutional networks on little data."
    )
    parser.add_argument("--version", action="version", version=f"keras-lateral {__version__}")
    add_compare(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    return parser


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
