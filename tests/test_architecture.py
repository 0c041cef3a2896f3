"""Imports flow one way through the rooms, and importing the package imports no heavy module."""

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import keras_lateral

PACKAGE = Path(keras_lateral.__file__).parent

# From left to right: a room reads its own files and the groups to its left, never a neighbour.
ORDER = (
    {"types"},
    {"ops"},
    {"models"},
    {"layers", "initializers", "regularizers"},
    {"analysis"},
    {"callbacks", "robustness"},
    {"comparison", "tuning"},
    {"plots"},
    {"reports"},
    {"command"},
)
# Any room may read these, and they those before them here.
LEAVES = ("extras", "whole_file", "record", "datasets")
BESIDE = {"testing"}  # may read every room, and no room reads them
RANK = {room: rank for rank, group in enumerate(ORDER) for room in group}

HEAVY = {
    "PIL",
    "art",
    "imagecorruptions",
    "jax",
    "keras_tuner",
    "matplotlib",
    "scipy",
    "sklearn",
    "tensorboard",
    "tensorflow",
    "tensorflow_datasets",
    "torch",
}

FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = [path for path in FILES if path.parent != PACKAGE or path.name[:2] != "__"]


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    """The first folder below the package, or the file's own name: both may be a room."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_names(nodes: Iterator[ast.AST]) -> set[str]:
    """Dotted names of what is imported; `from a.b import c` counts as `a.b.c`."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_read(source: str) -> set[str]:
    names = imported_names(ast.walk(ast.parse(source)))
    return {name.split(".")[1] for name in names if name.startswith("keras_lateral.")}


def at_module_level(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs on import: not a function's body, not `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from at_module_level(child)


def may_read(room: str, other: str) -> bool:
    if other == room or other == "__version__":
        return True
    if room in LEAVES:
        return other in LEAVES[: LEAVES.index(room)]
    if other in BESIDE:
        return False
    return room in BESIDE or other in LEAVES or RANK[other] < RANK[room]


def forbidden_reads(room: str, source: str) -> set[str]:
    return {other for other in rooms_read(source) if not may_read(room, other)}


def test_every_module_stands_in_a_known_room() -> None:
    known = {*RANK, *LEAVES, *BESIDE}
    assert not [name_of(path) for path in MODULES if room_of(path) not in known]


def test_a_room_reads_only_the_rooms_to_its_left() -> None:
    found = {
        name_of(path): forbidden_reads(room_of(path), path.read_text(encoding="utf-8"))
        for path in MODULES
    }
    assert not {name: rooms for name, rooms in found.items() if rooms}


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("ops", "from keras_lateral.gradient_mask.layer import GradientMask"),
        ("ops", "import keras_lateral.layers"),
        ("layers", "from keras_lateral import regularizers"),
        ("layers", "def f():\n    from keras_lateral.plots import draw"),
        ("plots", "from keras_lateral.testing import check_layer"),
        ("datasets", "from keras_lateral.keras_tools.types import Tensor"),
        ("extras", "from keras_lateral.datasets import load_images"),
    ],
)
def test_the_rule_finds_what_breaks_it(room: str, source: str) -> None:
    assert forbidden_reads(room, source)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("layers", "from keras_lateral.gradient_mask.mask import mask"),
        ("layers", "from keras_lateral.layers.base import Base"),
        ("plots", "import keras_lateral.analysis.report\nimport keras"),
        ("testing", "from keras_lateral.plots import draw"),
        ("datasets", "from keras_lateral.extras import import_optional"),
    ],
)
def test_the_rule_lets_pass_what_keeps_it(room: str, source: str) -> None:
    assert not forbidden_reads(room, source)


def test_imports_are_absolute() -> None:
    relative = [
        (name_of(path), node.lineno)
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_only_the_public_api_of_keras_is_imported() -> None:
    private = ("keras.src", "tensorflow.keras", "tensorflow.python", "jax._src")
    found = {path: imported_names(ast.walk(parsed(path))) for path in FILES}
    assert not [
        (name_of(path), name)
        for path, names in found.items()
        for name in names
        if name.startswith(private)
    ]


def test_no_heavy_module_is_imported_at_module_level() -> None:
    found = {path: imported_names(at_module_level(parsed(path))) for path in FILES}
    assert not [
        (name_of(path), name)
        for path, names in found.items()
        for name in names
        if name.split(".")[0] in HEAVY
    ]


def test_a_module_level_import_inside_try_or_a_class_is_found() -> None:
    source = "try:\n    import torch\nexcept ImportError:\n    pass\nclass A:\n    import jax.numpy"
    assert imported_names(at_module_level(ast.parse(source))) == {"torch", "jax.numpy"}


def heavy_modules_held(backend: str) -> tuple[set[str], set[str]]:
    """Those of a fresh interpreter after `import keras`, and after `import keras_lateral`."""
    code = (
        "import sys, keras; print(*sys.modules);"
        "import keras_lateral; print(*sys.modules); assert keras_lateral.__version__"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = (set(line.split()) & HEAVY for line in result.stdout.splitlines()[-2:])
    return before, after


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_importing_the_package_adds_no_heavy_module_to_those_of_keras(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    before, after = heavy_modules_held(backend)
    assert after == before
    assert backend in after
    assert backend == "tensorflow" or "tensorflow" not in after
