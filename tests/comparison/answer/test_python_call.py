"""The Python that makes a comparison again is complete: nothing in it is undefined."""

import ast
import builtins
from dataclasses import replace
from typing import Any

import pytest

import keras_lateral
from keras_lateral import Comparison
from keras_lateral.comparison.answer.python_call import python_call
from keras_lateral.robustness import FGSM, PGD, Corruption, Pruned, SimBA
from tests.comparison_samples import HOSTILE, with_images

pytestmark = pytest.mark.home

ATTACKS = {
    condition.name: condition.settings()
    for condition in (
        *(Corruption("fog", 3), Corruption("snow", 1, seed=4), Pruned(0.8)),
        *(Pruned(0.5, structure="filters", scope="layer"), SimBA(0.2, iterations=300)),
    )
}


def with_settings(**settings: Any) -> Comparison:
    comparison = with_images({"gradient_mask": 0.1, HOSTILE[1]: 0.0}, seeds=1)
    return replace(comparison, settings={**comparison.settings, **settings})


def undefined(code: str) -> set[str]:
    """Returns the names that are read and nowhere imported, defined or assigned."""
    nodes = list(ast.walk(ast.parse(code)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    known = {alias.name for node in imports for alias in node.names}
    known |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    known |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {node.id for node in names} - known - set(dir(builtins))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"augment": "flip_and_shift", "schedule": "cosine", "conditions": ATTACKS},
        {"augment": "mine", "callbacks": "<lambda>", "conditions": {"own": {"a": 1}}},
        {"model": HOSTILE[1], "data": HOSTILE[0], "augment": HOSTILE[3], "callbacks": HOSTILE[2]},
        {"data": "digits", "test_images": 100},
    ],
)
def test_nothing_is_undefined_and_what_is_imported_exists(settings) -> None:
    code = python_call(with_settings(**settings))
    assert undefined(code) == set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module == "keras_lateral":
            assert all(hasattr(keras_lateral, alias.name) for alias in node.names)


def test_conditions_are_the_very_ones() -> None:
    code = python_call(with_settings(conditions=ATTACKS))
    (call,) = [
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.keyword) and node.arg == "conditions"
    ]
    made = eval(
        ast.unparse(call),
        {c.__name__: c for c in (Corruption, Pruned, PGD, FGSM, SimBA)},
    )
    assert {condition.name: condition.settings() for condition in made} == ATTACKS


def test_the_schedule_and_the_seeds_are_in_it() -> None:
    code = python_call(with_images({"gradient_mask": 0.1}, seeds=3))
    assert "seeds=[0, 1, 2]," in code
    assert "epochs=30," in code
    assert "callbacks=lambda: [CosineLearningRate()]," in code
    assert "return small_network((24, 24, 3), classes=4)" in code


def test_a_budget_and_folds_are_told_as_they_were() -> None:
    settings = {"until_sure": {"seeds": 20, "minutes": None}, "folds": 5, "test_images": 60}
    code = python_call(with_settings(**settings))
    assert undefined(code) == set()
    assert "until_sure=UntilSure(seeds=20)," in code
    assert "seeds=[" not in code
    assert "used: 60 images in 5 folds" in code


@pytest.mark.slow
def test_it_runs_as_it_stands() -> None:
    settings = {"data": "digits", "image_shape": [8, 8, 1], "classes": 10, "epochs": 1}
    made = with_images({"gradient_mask": 0.1}, seeds=1)
    comparison = replace(made, settings={**made.settings, **settings})
    names: dict[str, object] = {}
    exec(python_call(comparison), names)  # noqa: S102
    assert names["comparison"].methods == ("gradient_mask",)
