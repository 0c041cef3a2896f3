"""The command and its answer, from a real run on a hundred digits, as a picture of a terminal."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

COMMAND = "keras-lateral compare --dataset digits --limit 10 --epochs 15 --batch-size 20"
WIDTH = 94
FONTS = re.compile(r"@font-face \{.*?\}", flags=re.DOTALL)
JSON = "comparison.json"


def run(folder: Path) -> str:
    """Runs the command in a folder, keeps its numbers there, and returns what it prints."""
    environment = os.environ | {"COLUMNS": str(WIDTH), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "keras_lateral", *COMMAND.split()[1:], "--json", JSON]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.replace(f" --json {JSON}", "")


def answer_of(output: str) -> str:
    """Returns the answer and the first table: what stands between the heading and the second."""
    lines = output.splitlines()
    first = next(place for place, line in enumerate(lines) if re.match(r"\w+: \d+ seeds", line))
    last = next(place for place, line in enumerate(lines) if line.startswith("balanced accuracy"))
    return "\n".join(lines[first:last]).strip()


def svg_of(answer: str) -> str:
    """Returns a drawing of the terminal that loads no font."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ ", style="bold green") + Text(COMMAND, style="bold"))
    for line in answer.splitlines():
        heading = line.endswith("adjusted p") or line.startswith(("test accuracy", "Next:"))
        console.print(Text(line, style="cyan" if heading else ""), soft_wrap=False)
    console.print()  # Rich's frame ends on the base of the last line, which must have no underscore
    drawing = console.export_svg(title="a hundred digits", theme=MONOKAI, unique_id="terminal")
    return FONTS.sub("", drawing).replace("Fira Code, ", "")
