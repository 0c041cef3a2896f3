"""The command line: which command was asked for, and how it ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from keras_lateral.comparison.command.options import add_compare, check_options
from keras_lateral.version import __version__

FINE, WRONG, STOPPED = 0, 2, 130

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_LOGGING_LEVEL": "ERROR"}
"""What the backends' start-up messages are silenced by, in this process and in its workers'."""

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
    if not options.verbose:
        for name, level in QUIET.items():
            os.environ.setdefault(name, level)
    try:
        check_options(options)
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


def run_compare(options: argparse.Namespace) -> None:
    """Runs the comparison. Only here is a backend imported: help and wrong usage need none."""
    from keras_lateral.comparison.command import run

    run.run_compare(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keras-lateral", description="What helps convolutional networks on little data."
    )
    parser.add_argument("--version", action="version", version=f"keras-lateral {__version__}")
    add_compare(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    return parser


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
