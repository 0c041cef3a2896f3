"""The command line and its exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from keras_lateral.comparison.command.options import add_compare, check_options
from keras_lateral.quiet import VARIABLE
from keras_lateral.version import __version__

FINE, WRONG, STOPPED, CUT_OFF = 0, 2, 130, 141

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "JAX_LOGGING_LEVEL": "ERROR", VARIABLE: "1"}
"""Silence the backends' start-up messages, in this process and in its workers."""

_EXPECTED_ERRORS = (ValueError, OSError, ImportError, RuntimeError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command `keras-lateral`.

    Args:
        arguments: Arguments after the command's name. Defaults to those of the process.

    Returns:
        0 if all went well; 2 if the request cannot be carried out, after one message on standard
        error; 130 if it was stopped by Ctrl-C; 141 if the reader of its output has gone. Wrong
        usage ends the process with 2, as argparse does.
    """
    options = _parser().parse_args(arguments)
    if not options.verbose:
        for name, level in QUIET.items():
            os.environ.setdefault(name, level)
    try:
        check_options(options)
        run_compare(options)
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for Python's last flush
        return CUT_OFF
    except _EXPECTED_ERRORS as error:
        if options.traceback:
            raise
        _print_error(f"keras-lateral compare: {error}")
        return WRONG
    except KeyboardInterrupt:
        _print_error(
            f"\nStopped. Finished trainings are kept in {str(options.folder)!r}. The same command "
            "resumes from there."
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


def _print_error(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
