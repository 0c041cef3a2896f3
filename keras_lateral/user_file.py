"""A user's own Python file: loaded once by its path, and errors that show the user's own lines."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from keras_lateral.text import did_you_mean
from keras_lateral.used_code import used_statements

REFERENCE = re.compile(r"(.+?\.py):([A-Za-z_]\w*)")
"""`FILE.py:NAME`"""

_modules: dict[str, ModuleType] = {}
_files: set[str] = set()


def is_reference(text: str) -> bool:
    """Returns whether a text is of the form `FILE.py:NAME`.

    Example:

    >>> from keras_lateral.user_file import is_reference
    >>> is_reference("my.py:build"), is_reference("gradient_mask")
    (True, False)
    """
    return REFERENCE.fullmatch(text) is not None


def reference_meant(text: str, name: str) -> str:
    """Returns the reference `FILE.py:NAME` that a text of another form was probably meant to be.

    Args:
        text: What was typed, without `.py`, without a name, or with another ending.
        name: The name, unless one was typed.

    Example:

    >>> from keras_lateral.user_file import reference_meant
    >>> [reference_meant(text, "build") for text in ("my.py", "my:net", "my.pyy:net")]
    ['my.py:build', 'my.py:net', 'my.py:net']
    """
    file, _, typed = text.partition(":")
    path = Path(file)
    beside = path.with_name(f"{path.name}.py")
    misspelt = path.suffix.startswith(".p") and not beside.expanduser().is_file()
    path = path.with_suffix(".py") if misspelt else beside
    return f"{path}:{typed if typed.isidentifier() else name}"


def file_and_name(text: str) -> tuple[Path, str]:
    """Returns the file and the name of `FILE.py:NAME`.

    Raises:
        ValueError: If it has another form, or the file does not exist.
    """
    found = REFERENCE.fullmatch(text)
    if found is None:
        raise ValueError(f"Expected FILE.py:NAME, such as my.py:build. Received: {text!r}")
    path = Path(found[1]).expanduser()
    if not path.is_file():
        what = "It is a folder" if path.is_dir() else "It does not exist"
        raise ValueError(f"Expected a Python file. Received: {str(path)!r}. {what}.")
    return path.resolve(), found[2]


def loaded_file(path: Path) -> ModuleType:
    """Returns a file as a module, loaded when it is first asked for, or when it was edited.

    What lies beside it can be imported from it, as when it is run. The module's name says nothing
    of its folder, so that a model with classes of its own is the same wherever the file lies.

    Raises:
        ValueError: If it cannot be loaded; with the error and the user's own lines.
    """
    digest = code_digest(path)
    stem = re.sub(r"\W", "_", path.stem)
    name = f"keras_lateral_file_{stem}_{digest[:8]}"
    if name in _modules:
        return _modules[name]
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _files.update(map(str, _with_imported(path, set())))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ValueError(
            f"The file {str(path)!r} cannot be loaded. {in_users_words(error)}"
        ) from error
    _modules[name] = module
    return module


def named_in(path: Path, name: str) -> Any:
    """Returns what has a name in a file.

    Raises:
        ValueError: If nothing has. The message lists what the file defines.
    """
    module = loaded_file(path)
    if not hasattr(module, name):
        defined = sorted(_defined(path))
        there = f"It defines: {', '.join(defined)}" if defined else "It defines nothing"
        meant = did_you_mean(name, defined)
        raise ValueError(f"The file {str(path)!r} has no {name!r}.{meant} {there}.")
    return getattr(module, name)


def called(function: Callable[..., Any], what: str, **arguments: Any) -> Any:
    """Returns what a user's function returns.

    Args:
        function: The function.
        what: What it is, the subject of a sentence.
        **arguments: Its arguments.

    Raises:
        ValueError: If it raises; with the error and the user's own lines.
    """
    try:
        return function(**arguments)
    except (Exception, SystemExit) as error:
        raise ValueError(f"{what} fails. {in_users_words(error)}") from error


def in_users_words(error: BaseException) -> str:
    """Returns an error with the line of the user's file at which it happened."""
    if isinstance(error, SyntaxError):
        where, line = f"{error.filename}, line {error.lineno}", error.text
    else:
        frames = traceback.extract_tb(error.__traceback__)
        mine = [frame for frame in frames if frame.filename in _files]
        if not mine:
            return f"{type(error).__name__}: {error}"
        where, line = f"{mine[-1].filename}, line {mine[-1].lineno}", mine[-1].line
    text = f": `{line.strip()}`" if line else ""
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {message} ({where}{text})"


def code_digest(path: Path, name: str = "") -> str:
    """Returns a digest of the code of a file and of the files beside it that it imports.

    Comments and formatting do not count, nor do the names of folders.

    Args:
        path: The file.
        name: If given, only what this name uses counts, so that other parts may be edited.
    """
    digest = hashlib.sha256()
    for file in _with_imported(path.resolve(), set(), name):
        text = file.read_bytes()
        with suppress(SyntaxError, ValueError):  # loading it says what is wrong
            text = ast.unparse(_tree(file, name if file == path.resolve() else "")).encode()
        digest.update(text)
    return digest.hexdigest()[:16]


def _with_imported(path: Path, seen: set[Path], name: str = "") -> Iterator[Path]:
    """Yields a file, and those beside it that it imports, or a name in it uses, and so on."""
    if path in seen:
        return
    seen.add(path)
    yield path
    for module in sorted(_imported(path, name)):
        beside = path.parent.joinpath(*module.split("."))
        for file in (beside.with_suffix(".py"), beside / "__init__.py"):
            if file.is_file():
                yield from _with_imported(file.resolve(), seen)


def _imported(path: Path, name: str) -> set[str]:
    names: set[str] = set()
    with suppress(SyntaxError, ValueError):
        for node in ast.walk(_tree(path, name)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.name for alias in node.names}
    return names


def _defined(path: Path) -> set[str]:
    """Returns the names that a file defines itself, without those with an underscore."""
    names: set[str] = set()
    for node in _tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def _tree(path: Path, name: str = "") -> ast.Module:
    """Returns the code of a file, or what a name in it uses."""
    tree = ast.parse(path.read_bytes())
    return ast.Module(used_statements(tree, name), []) if name else tree
