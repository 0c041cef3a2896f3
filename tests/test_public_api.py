"""Every public name stands on the package's page, in its room, and shows itself in an example."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import keras_lateral

INIT = Path(keras_lateral.__file__)


def public_names() -> dict[str, str]:
    """Name to the module it comes from, as `__init__.py` spells it: `from module import X as X`."""
    nodes = ast.parse(INIT.read_text(encoding="utf-8")).body
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: str(n.module) for n in imports for alias in n.names}


NAMES = public_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_re_exported_under_its_own_name(name: str) -> None:
    statement = f"{name} as {name}"
    assert statement in INIT.read_text(encoding="utf-8")
    assert not name.startswith("_")


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_importable_from_its_room(name: str) -> None:
    room = ".".join(NAMES[name].split(".")[:2])
    assert getattr(importlib.import_module(room), name) is getattr(keras_lateral, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_its_own_docstring_with_an_example(name: str) -> None:
    value = getattr(keras_lateral, name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        pytest.skip(f"{name} is an alias of a type")
    docstring = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert docstring, f"{name} has no docstring of its own"
    assert ">>>" in docstring, f"the docstring of {name} shows no example that runs"


def test_all_names_every_public_name_once() -> None:
    listed = getattr(keras_lateral, "__all__", list(NAMES))
    assert sorted(set(listed) - {"__version__"}) == sorted(set(NAMES))
    assert len(listed) == len(set(listed))
