"""The command line and its exit codes."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keras_lateral.comparison.command.interrupts import STOPPED, interrupts
from keras_lateral.comparison.command.options import add_compare, check_options
from keras_lateral.comparison.command.parser import WRONG, Parser
from keras_lateral.comparison.command.words import system_error
from keras_lateral.quiet import VARIABLE
from keras_lateral.version import __version__

FINE, CUT_OFF = 0, 141

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
    with interrupts(whole_process=arguments is None) as heard, _short_warnings():
        options = argparse.Namespace(folder=None, traceback=False)
        try:
            _parser().parse_args(arguments, options)
            typed = sys.argv[1:] if arguments is None else arguments
            options.command = ["keras-lateral", *typed]
            _run(options)
        except BrokenPipeError:  # whoever read the output has gone, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python's last flush
            return CUT_OFF
        except KeyboardInterrupt:
            return _stopped(options.folder)
        except Exception as error:
            if heard.pressed:  # what Ctrl-C became on its way through a backend
                return _stopped(options.folder)
            if options.traceback or not isinstance(error, _EXPECTED_ERRORS):
                raise
            _print_error(f"keras-lateral compare: {_in_words(error, options.folder)}")
            return WRONG
    return FINE


def _run(options: argparse.Namespace) -> None:
    if not options.verbose:
        for name, level in QUIET.items():
            os.environ.setdefault(name, level)
    check_options(options)
    run_compare(options)


def run_compare(options: argparse.Namespace) -> None:
    """Runs the comparison. Only here is a backend imported: help and wrong usage need none."""
    from keras_lateral.comparison.command import run

    run.run_compare(options)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="keras-lateral", description="What helps convolutional networks on little data."
    )
    parser.add_argument("--version", action="version", version=f"keras-lateral {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_compare(commands)
    parser.commands = tuple(commands.choices)
    return parser


def _stopped(folder: Path | None) -> int:
    """Says what is kept, and how to go on."""
    patterns = ("runs/*.json", "tuning/*/*-trial-*.json")
    found = [folder.expanduser().glob(pattern) for pattern in patterns] if folder else []
    kept = sum(len(list(files)) for files in found)
    trainings = "1 finished training is" if kept == 1 else f"{kept} finished trainings are"
    _print_error(
        f"\nStopped: {trainings} kept in {str(folder)!r}, and the same command goes on from there."
        if kept
        else "\nStopped before a training was finished: the same command starts again."
    )
    return STOPPED


def _in_words(error: Exception, folder: Path | None) -> str:
    if not isinstance(error, OSError):
        return str(error)
    text = system_error(error)
    kept = folder is not None and any(folder.expanduser().glob("runs/*.json"))
    return f"{text} The same command then goes on with the trainings in {folder}." if kept else text


@contextmanager
def _short_warnings() -> Iterator[None]:
    """Shows warnings as sentences, each once, without a line of the code that they come from."""
    before, seen = warnings.showwarning, set[str]()

    def show(message: Any, category: Any, *place: Any, **more: Any) -> None:
        if category is UserWarning:
            text = str(message).strip()
            text = text if text.count('"') != 1 else text.replace('"', "")  # Keras forgets one
            if text not in seen:
                _print_error(f"Note: {text}")
            seen.add(text)
        else:
            before(message, category, *place, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


def _print_error(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")
