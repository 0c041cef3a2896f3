"""What the code is like to live in, in numbers: `python docs/structure.py [FOLDER ...]`.

Each folder holds one package, and is a column of the table; the default is this project's. Tests
and pages of imports (`__init__.py`) do not count. "Files behind" a function are those that Python
reads for it besides its own: what somebody may have to look into who follows it.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

FEATURES = ("gradient_saliency", "receptive_fields")

SUBJECTS = {
    "Gradient Mask": (
        *("GradientMask", "GradientMaskConv2D", "apply_gradient_mask", "gradient_mask_report"),
        *("GradientMaskSchedule", "GradientMaskMonitor", "plot_gradient_mask"),
        *("gradient_mask_space", "gradient_mask_method"),
    ),
    "frame": (
        *("FrameRegularizer", "SoftOrthogonality", "attach_regularizer", "DeltaOrthogonal"),
        *("frame_bounds", "FrameBoundsMonitor", "RegularizerSchedule", "plot_frame_spectrum"),
        *("frame_regularizer_space", "regularizer_method"),
    ),
    "receptive field": (
        *("ReceptiveField", "receptive_fields", "effective_receptive_field", "expanding_layers"),
        *("ReceptiveFieldFreeze", "plot_receptive_field", "receptive_field_freeze_space"),
        *("receptive_field_freeze_method",),
    ),
}
"""Public names that together make up a subject."""

LONG = 40


class House:
    """A package's files, and who reads whom.

    Args:
        folder: The package's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = [path for path in sorted(folder.rglob("*.py")) if "tests" not in path.parts]
        self.trees = {
            self._module(path): ast.parse(path.read_text(encoding="utf-8"))
            for path in paths
            if path.name != "__init__.py"
        }
        self.lines = {
            self._module(path): len(path.read_text(encoding="utf-8").splitlines())
            for path in paths
            if path.name != "__init__.py"
        }

    def _module(self, path: Path) -> str:
        return ".".join((self.folder.name, *path.relative_to(self.folder).with_suffix("").parts))

    @cached_property
    def reads(self) -> dict[str, set[str]]:
        """The files of the package that each file imports, wherever in it the import stands."""
        return {name: set(self._imported(tree)) - {name} for name, tree in self.trees.items()}

    def _imported(self, tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    for name in (f"{node.module}.{alias.name}", node.module):
                        if name in self.trees:
                            yield name
                            break

    def home(self, name: str) -> str | None:
        """Returns the file in which a function or class is defined."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        homes = (
            module
            for module, tree in self.trees.items()
            if any(isinstance(node, kinds) and node.name == name for node in tree.body)
        )
        return next(homes, None)

    def behind(self, *modules: str) -> set[str]:
        """Returns all files that some files read, directly or not, with them."""
        found, new = set(modules), list(modules)
        while new:
            others = self.reads[new.pop()] - found
            found |= others
            new += others
        return found

    def rooms(self, names: tuple[str, ...]) -> set[str]:
        """Returns the packages below the top one that hold the files behind some names."""
        homes = [home for name in names if (home := self.home(name)) is not None]
        parts = [module.split(".") for module in self.behind(*homes)]
        return {part[1] for part in parts if len(part) > 2}

    def circles(self) -> int:
        """Returns how many files stand in a circle of imports."""
        left = {name: set(others) for name, others in self.reads.items()}
        while free := [name for name, others in left.items() if not others & set(left)]:
            for name in free:
                del left[name]
        return sum(name in self.behind(*self.reads[name]) for name in left)


def functions(house: House) -> list[ast.FunctionDef]:
    """Returns all functions and methods."""
    nodes = (node for tree in house.trees.values() for node in ast.walk(tree))
    return [node for node in nodes if isinstance(node, ast.FunctionDef)]


def body_lines(function: ast.FunctionDef) -> int:
    """Returns the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def ninth_decile(values: list[int]) -> int:
    """Returns the smallest value that nine of ten do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 9 // 10) - 1)]


def traits(house: House) -> dict[str, str]:
    """Returns the rows of the table."""
    lines, readers = list(house.lines.values()), Counter[str]()
    for others in house.reads.values():
        readers.update(others)
    folders = Counter(name.rpartition(".")[0] for name in house.trees)
    found = {
        "files": str(len(lines)),
        "lines a file, median / ninth decile": (
            f"{statistics.median(lines):.0f} / {ninth_decile(lines)}"
        ),
        "files in the largest folder": str(max(folders.values())),
        f"function bodies over {LONG} lines": str(
            sum(body_lines(function) > LONG for function in functions(house))
        ),
        "internal imports a file, ninth decile": str(
            ninth_decile([len(others) for others in house.reads.values()])
        ),
        "files that one other file reads": str(sum(n == 1 for n in readers.values())),
        "files in circles of imports": str(house.circles()),
    }
    for name in FEATURES:
        home = house.home(name)
        found[f"files behind `{name}`"] = str(len(house.behind(home))) if home else "-"
    for subject, names in SUBJECTS.items():
        rooms = house.rooms(names)
        found[f"packages behind the {subject}"] = f"{len(rooms)}: {', '.join(sorted(rooms))}"
    return found


def table(folders: list[Path]) -> str:
    """Returns the table as Markdown."""
    columns = [traits(House(folder)) for folder in folders]
    headings = ["trait", *(folder.parent.name for folder in folders)]
    rows = [headings, ["---"] * len(headings)]
    rows += [[name, *(column[name] for column in columns)] for name in columns[0]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[1] / "keras_lateral"
    sys.stdout.write(table([Path(name).resolve() for name in sys.argv[1:]] or [default]) + "\n")
