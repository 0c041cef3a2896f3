"""Every public name is on the package's page and its subject's page, and has an example."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import keras_lateral

PAGES = (
    "",
    *(
        f".{room}"
        for room in ("comparison", "datasets", "models", "robustness", "testing", "tuning")
    ),
)


def page_of(package: str) -> Path:
    return Path(str(importlib.import_module(package).__file__))


def names_on(page: Path) -> dict[str, str]:
    """Maps each name to its module, as a page spells it: `from module import X as X`."""
    blocks = [node for node in ast.parse(page.read_text("utf-8")).body if isinstance(node, ast.If)]
    imports = [n for block in blocks for n in block.body if isinstance(n, ast.ImportFrom)]
    return {alias.asname or alias.name: str(n.module) for n in imports for alias in n.names}


INIT = page_of("keras_lateral")
EVERYTHING = names_on(INIT)
ROOMS = [name for name, module in EVERYTHING.items() if module == "keras_lateral"]
NAMES = {name: module for name, module in EVERYTHING.items() if name not in ROOMS}


def names_of_rooms() -> dict[str, set[str]]:
    rooms = {room: importlib.import_module(f"keras_lateral.{room}") for room in ROOMS}
    return {room: set(getattr(module, "__all__", vars(module))) for room, module in rooms.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_re_exported_under_its_own_name(name: str) -> None:
    statement = f"{name} as {name}"
    assert statement in INIT.read_text(encoding="utf-8")
    assert not name.startswith("_")


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_importable_from_its_room(name: str) -> None:
    rooms = [room for room, names in names_of_rooms().items() if name in names]
    if NAMES[name] in ("keras_lateral.method", "keras_lateral.methods"):
        rooms = rooms or ["methods"]
    assert rooms
    for room in rooms:
        module = importlib.import_module(f"keras_lateral.{room}")
        assert getattr(module, name) is getattr(keras_lateral, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_its_own_docstring_with_an_example(name: str) -> None:
    value = getattr(keras_lateral, name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        pytest.skip(f"{name} is an alias of a type")
    docstring = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert docstring, f"{name} has no docstring of its own"
    assert ">>>" in docstring, f"the docstring of {name} shows no example that runs"


def test_all_names_every_public_name_once() -> None:
    listed = keras_lateral.__all__
    assert sorted(listed) == sorted(EVERYTHING)
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(dir(keras_lateral))


@pytest.mark.parametrize("page", PAGES)
def test_no_public_name_is_hidden_by_a_module_of_the_same_name(page: str) -> None:
    """Importing `package.x` sets the attribute `x` of the package, whatever it was before."""
    package = f"keras_lateral{page}"
    folder = page_of(package).parent
    modules = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    names = names_on(page_of(package))
    assert not {name for name in modules & set(names) if names[name] != package}


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'keras_lateral' has no attribute 'Mask'"):
        keras_lateral.Mask  # noqa: B018
