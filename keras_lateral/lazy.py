"""Pages of public names that are loaded when they are used.

A page is a package's `__init__.py` whose imports stand under `if TYPE_CHECKING:`, where editors,
type checkers and the documentation read them. The same lines say at run time where each name comes
from, so they are written once.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
from collections.abc import Callable
from typing import Any

Page = tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]


def page(package: str) -> Page:
    """Returns `__getattr__`, `__dir__` and `__all__` of a package (PEP 562).

    Args:
        package: Its `__name__`.

    Example:

    >>> from keras_lateral.lazy import page
    >>> load, names, public = page("keras_lateral")
    >>> load("seeds_needed").__module__
    'keras_lateral.comparison.statistics.seeds_needed'
    """
    sources = _sources(package)
    public = sorted(sources)

    def load(name: str) -> Any:
        if name not in sources:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        importlib.import_module("keras")  # before modules of ours: `registration.py` says why
        value = _imported(*sources[name])
        setattr(sys.modules[package], name, value)  # found without `load` the next time
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *public})

    return load, names, public


def _imported(module: str, name: str | None) -> Any:
    loaded = importlib.import_module(module)
    return loaded if name is None else getattr(loaded, name)


def _sources(package: str) -> dict[str, tuple[str, str | None]]:
    """Returns the module of each name, and what it is called there; `None` for the module."""
    source = pkgutil.get_data(package, "__init__.py")
    assert source is not None  # every loader of source files has the file
    found: dict[str, tuple[str, str | None]] = {}
    for node in _under_type_checking(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for alias in node.names:
            name = alias.asname or alias.name
            is_module = node.module == package
            found[name] = (
                (f"{package}.{alias.name}", None) if is_module else (node.module, alias.name)
            )
    return found


def _under_type_checking(tree: ast.Module) -> list[ast.stmt]:
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    return [n for block in blocks if ast.unparse(block.test) == "TYPE_CHECKING" for n in block.body]
