"""Imports flow one way through the packages, and importing the package imports no heavy module."""

import ast
import importlib.util
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import keras_lateral

PACKAGE = Path(keras_lateral.__file__).parent

# From left to right: a package reads its own files and the groups to its left, no other ones.
ORDER = (
    {"keras_tools"},
    {"gradient_mask"},
    {"frame", "receptive_field", "saliency"},
    {"robustness"},
    {"overview"},
    {"neighbours", "remedies"},
    {"methods", "models"},
    {"tuning"},
    {"comparison"},
)
# Any package may read these, and each of them those before it.
LEAVES = (
    *("version", "quiet", "extras", "files", "text", "record", "figure", "method", "datasets"),
    *("used_code", "user_file"),
)
# They offer public names where Keras' users look for them. They read all packages; none reads them.
FACES = {
    *("analysis", "callbacks", "initializers", "layers"),
    *("ops", "plots", "regularizers", "reports"),
}
BESIDE = {*FACES, "testing", "lazy", "registration", "__init__", "__main__"}
RANK = {package: rank for rank, group in enumerate(ORDER) for package in group}

HEAVY = {
    "PIL",
    "art",
    "imagecorruptions",
    "imagehash",
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
MODULES = [path for path in FILES if path.name != "__init__.py"]

LARGEST = 25  # files in one folder: more are two subjects, or need a folder of their own


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def package_of(path: Path) -> str:
    """The first folder below the package, or the file's own name."""
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


def packages_read(source: str) -> set[str]:
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


def may_read(package: str, other: str) -> bool:
    if other == package:
        return True
    if package in LEAVES:
        return other in LEAVES[: LEAVES.index(package)]
    if other in BESIDE:
        return False
    return package in BESIDE or other in LEAVES or RANK[other] < RANK[package]


def forbidden_reads(package: str, source: str) -> set[str]:
    return {other for other in packages_read(source) if not may_read(package, other)}


def test_every_module_stands_in_a_known_package() -> None:
    known = {*RANK, *LEAVES, *BESIDE}
    assert not [name_of(path) for path in MODULES if package_of(path) not in known]


def test_a_package_reads_only_the_packages_to_its_left() -> None:
    found = {
        name_of(path): forbidden_reads(package_of(path), path.read_text(encoding="utf-8"))
        for path in MODULES
    }
    assert not {name: packages for name, packages in found.items() if packages}


def test_a_packages_own_page_names_what_it_gives_and_does_nothing_else() -> None:
    """Such a page is no module of the package: it may offer names from any package."""
    pages = [path for path in FILES if path.name == "__init__.py" and path.parent != PACKAGE]
    for path in pages:
        read = {
            name
            for node in parsed(path).body
            if not isinstance(node, ast.If)
            for name in imported_names(ast.walk(node))
        }
        assert read <= {"typing.TYPE_CHECKING", "keras_lateral.lazy.page", "keras"}, name_of(path)


def modules_read(path: Path) -> set[str]:
    names = imported_names(ast.walk(parsed(path)))
    return {name.removeprefix("keras_lateral.") for name in names if "keras_lateral." in name}


def test_no_modules_import_each_other_in_a_circle() -> None:
    name = {path: name_of(path).removesuffix(".py").replace("/", ".") for path in MODULES}
    reads = {
        name[path]: {
            other
            for read in modules_read(path)
            for other in (read, read.rpartition(".")[0])
            if other in set(name.values()) - {name[path]}
        }
        for path in MODULES
    }
    while free := [module for module, others in reads.items() if not others & set(reads)]:
        for module in free:
            del reads[module]
    assert not reads


def test_no_folder_is_too_large_to_be_one_subject() -> None:
    count = Counter(path.parent for path in MODULES)
    assert not {name_of(folder): n for folder, n in count.items() if n >= LARGEST}


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("keras_tools", "from keras_lateral.gradient_mask.layer import GradientMask"),
        ("gradient_mask", "import keras_lateral.layers"),
        ("frame", "from keras_lateral import saliency"),
        ("frame", "def f():\n    from keras_lateral.comparison.compare_methods import compare"),
        ("saliency", "from keras_lateral.testing import check_layer"),
        ("datasets", "from keras_lateral.keras_tools.arguments import Tensor"),
        ("extras", "from keras_lateral.datasets import load_images"),
    ],
)
def test_the_rule_finds_what_breaks_it(package: str, source: str) -> None:
    assert forbidden_reads(package, source)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("gradient_mask", "from keras_lateral.keras_tools.arguments import Tensor"),
        ("frame", "from keras_lateral.frame.penalty import Penalty"),
        ("saliency", "import keras_lateral.gradient_mask.report\nimport keras"),
        ("testing", "from keras_lateral.frame.penalty import Penalty"),
        ("plots", "from keras_lateral.saliency.plots import plot_saliency"),
        ("datasets", "from keras_lateral.extras import import_optional"),
    ],
)
def test_the_rule_lets_pass_what_keeps_it(package: str, source: str) -> None:
    assert not forbidden_reads(package, source)


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


def in_a_fresh_interpreter(code: str, backend: str = "tensorflow") -> list[str]:
    """Runs code and returns the lines that it prints."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.splitlines()


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_importing_the_package_adds_no_heavy_module_to_those_of_keras(backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    code = (
        "import sys, keras; print(*sys.modules);"
        "import keras_lateral; print(*sys.modules); assert keras_lateral.__version__;"
        "[getattr(keras_lateral, name) for name in keras_lateral.__all__]; print(*sys.modules)"
    )
    lines = in_a_fresh_interpreter(code, backend)[-3:]
    before, after, used = (set(line.split()) & HEAVY for line in lines)
    assert before == after == used
    assert backend in after
    assert backend == "tensorflow" or "tensorflow" not in after


def test_importing_the_package_alone_imports_no_keras() -> None:
    (line,) = in_a_fresh_interpreter("import sys, keras_lateral; print(*sys.modules)")
    assert not {"keras", "numpy", *HEAVY} & set(line.split())
