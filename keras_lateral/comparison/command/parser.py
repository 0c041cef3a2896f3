"""A parser that answers wrong usage in a line, with what was probably meant."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from keras_lateral.text import did_you_mean

WRONG = 2
"""Exit status of what cannot be carried out."""


class Parser(argparse.ArgumentParser):
    """A parser whose commands each report what they do not know, by their own name and help.

    Attributes:
        commands: Names of its commands, if it has some.
    """

    commands: tuple[str, ...] = ()
    _typed: Sequence[str] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parses arguments, of which none may be left over."""
        self._typed = sys.argv[1:] if args is None else list(args)
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            left = ", ".join(map(repr, unknown))
            self.error(f"Not understood: {left}. A name with spaces needs quotation marks.")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Ends the process; what is misspelt comes before what is missing because of it."""
        said = self._misspelt() or message
        self.exit(WRONG, f"{self.prog}: error: {said}\nSee {self.prog} --help\n")

    def _misspelt(self) -> str:
        """Returns a sentence on the first command or option that there is none of."""
        options = ["--help", *re.findall(r"(?<![\w-])--[a-z][a-z-]*", self.format_usage())]
        for word in self._typed:
            if self.commands and not word.startswith("-"):
                if word in self.commands:
                    return ""
                return f"No command is called {word!r}.{did_you_mean(word, self.commands)}"
            name = word.partition("=")[0]
            if name == "--":
                return ""
            if name.startswith("--") and not any(option.startswith(name) for option in options):
                return f"No option is called {name}.{did_you_mean(name, options)}"
        return ""


def path(text: str) -> Path:
    """A file or folder; an empty text, as of an unset variable, would be the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError(
            f"expected the name of a file or folder, received {text!r} (the current one is '.')"
        )
    return Path(text)
