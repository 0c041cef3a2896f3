"""Lets the documentation read Keras' section `Example:`, whose code stands unindented below it."""

import re
import textwrap
from typing import Any

import griffe

# From the heading to the next one, or to the end.
EXAMPLE = re.compile(r"^Example:\n(.*?)(?=^[A-Z][\w ]*:$|\Z)", flags=re.MULTILINE | re.DOTALL)


def as_google_section(example: re.Match[str]) -> str:
    return "Examples:\n" + textwrap.indent(textwrap.dedent(example[1]), "    ")


class KerasSections(griffe.Extension):
    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(as_google_section, obj.docstring.value)
