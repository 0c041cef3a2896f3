"""What keeps a trained model from being set back, by comparing it with one that is new."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.comparison.kept_models.model_state import (
    build_optimizer,
    optimizer_state,
    state_of,
)
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.lasting_config import lasting_config

KNOWN = ("keras", "keras_lateral")
"""The packages whose layers keep in variables all that changes in training."""


def why_not_to_keep(fresh: Any) -> str | None:
    """Returns why a model cannot be set back whatever its training does; `None` if it can.

    On TensorFlow its optimizer is built: `fit` would do so while it compiles a step, and compile
    that twice for it.

    Args:
        fresh: A compiled model that is not trained.
    """
    if not fresh.built:
        return "its weights are made only by its first batch"
    if keras.config.backend() == "tensorflow":
        build_optimizer(fresh)
        if not all(_is_constant(variable) for variable in optimizer_state(fresh)):
            # Made within a compiled step, slots would lose first values like these.
            return "its optimizer's slots do not begin as constants"
    return None


def difference_in_variables(trained: Any, fresh: Any) -> str | None:
    """Returns why a trained model cannot get the state of a new one; `None` if it can.

    Args:
        trained: A compiled model after training.
        fresh: A model that was built in the same way, not trained, with a built optimizer.
    """
    if [_form(v) for v in state_of(trained)] != [_form(v) for v in state_of(fresh)]:
        return "its training adds or removes variables"
    return None


def difference_in_python(trained: Any, fresh: Any) -> str | None:
    """Returns what no variable holds and differs after a trained model was set back, or `None`.

    Args:
        trained: The model that was set back.
        fresh: The model whose state it got.
    """
    if _settings(trained) != _settings(fresh):
        return "its settings change from training to training"
    changed = _changed_attributes(trained, fresh)
    if changed is not None:
        return f"its {changed} changes in training and is no variable"
    return None


def same_values(first: Any, second: Any) -> bool:
    """Returns whether all variables of two models, metrics included, have the same values."""
    pairs = zip(_all_values(first), _all_values(second), strict=True)
    return all(a.tobytes() == b.tobytes() for a, b in pairs)


def runs_other_code(model: Any, changes: Callable[..., Any]) -> bool:
    """Returns whether a model holds code that is neither Keras' nor this library's.

    Such code may keep in Python, or draw while it is compiled, what no variable shows.

    Args:
        model: A compiled model.
        changes: The function that has changed it.
    """
    parts = [model, *all_layers(model)]
    configs = [_config_of(part) for part in parts if not isinstance(part, keras.Model)]
    return (
        not _is_known(changes)
        or not all(_is_known(type(part)) for part in parts)
        or not all(_holds_known_code(config) for config in (*configs, _compile_config_of(model)))
        or any(not _is_known(value) for part in parts for value in _own_functions(part))
    )


def _all_values(model: Any) -> list[np.ndarray]:
    variables = [*state_of(model), *model.metrics_variables]
    return [np.asarray(ops.convert_to_numpy(variable.value)) for variable in variables]


def _form(variable: Any) -> tuple[tuple[int, ...], str, bool]:
    return tuple(variable.shape), str(variable.dtype), bool(variable.trainable)


def _is_constant(variable: Any) -> bool:
    values = np.asarray(ops.convert_to_numpy(variable.value))
    return values.size == 0 or bool((values == values.flat[0]).all())


def _settings(model: Any) -> str:
    """Returns the configurations of the layers and of the compilation as text."""
    layers = [layer for layer in all_layers(model) if not isinstance(layer, keras.Model)]
    configs = [[type(layer).__name__, _config_of(layer)] for layer in layers]
    parts = [configs, [layer.trainable for layer in layers], _compile_config_of(model)]
    numbers = {layer.name: f"layer {number}" for number, layer in enumerate(layers)}
    return json.dumps(_without_names(lasting_config(parts), numbers), sort_keys=True, default=_name)


def _without_names(config: Any, numbers: dict[str, str]) -> Any:
    """Returns a configuration whose keys hold no layers' names, which count up."""
    if isinstance(config, dict):
        values = {key: _without_names(value, numbers) for key, value in config.items()}
        return {_numbered(str(key), numbers): value for key, value in values.items()}
    if isinstance(config, (list, tuple)):
        return [_without_names(part, numbers) for part in config]
    return config


def _numbered(path: str, numbers: dict[str, str]) -> str:
    return "/".join(numbers.get(name, name) for name in path.split("/"))


def _config_of(layer: Any) -> Any:
    try:
        return layer.get_config()
    except NotImplementedError:  # a layer of the user's that cannot be saved
        return {"class_name": type(layer).__name__, "module": type(layer).__module__}


def _compile_config_of(model: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what could not be saved; nothing is
        return model.get_compile_config()


def _name(value: Any) -> str:
    return str(getattr(value, "__qualname__", type(value).__qualname__))


def _changed_attributes(trained: Any, fresh: Any) -> str | None:
    """Returns an attribute of a layer of the user's that differs, of those that Python compares."""
    pairs = zip([trained, *all_layers(trained)], [fresh, *all_layers(fresh)], strict=False)
    for part, first in pairs:
        if _is_known(type(first)):
            continue
        # TensorFlow sets no attribute to the value that its class has.
        for name in sorted((vars(part).keys() | vars(first).keys()) - _names_of_keras()):
            before, after = (getattr(owner, name, ...) for owner in (first, part))
            if _is_plain(before) and _is_plain(after) and before != after:
                return f"attribute `{type(first).__name__}.{name}`"
    return None


@cache
def _names_of_keras() -> set[str]:
    """Returns the names of the attributes that Keras itself gives to layers and models."""
    inputs = keras.Input((1,))
    models = (keras.Sequential(), keras.Model(inputs, keras.layers.Dense(1)(inputs)))
    for model in models:
        model.compile("sgd", "mse")
    own = [name for part in (*models, keras.layers.Layer()) for name in vars(part)]
    return {"_name", "name", *own}


def _is_plain(value: Any) -> bool:
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(_is_plain(item) for item in (*value.keys(), *value.values()))
    return value is None or isinstance(value, (bool, int, float, str, bytes))


def _own_functions(part: Any) -> Iterator[Any]:
    """Yields the functions that were given to one object, such as a `train_step`."""
    for value in vars(part).values():
        if isinstance(value, (partial, type(_name), type(part.call))):
            yield value


def _holds_known_code(config: Any) -> bool:
    """Returns whether all classes and functions of a configuration are known."""
    if isinstance(config, dict):
        if config.get("class_name") is not None and "module" in config:
            registered = str(config.get("registered_name"))
            module = str(config["module"]).partition(".")[0]
            if module not in KNOWN and not registered.startswith("keras_lateral>"):
                return False
        return all(_holds_known_code(value) for value in config.values())
    if isinstance(config, (list, tuple)):
        return all(_holds_known_code(item) for item in config)
    return not callable(config) and not isinstance(config, keras.layers.Layer)


def _is_known(code: Any) -> bool:
    """Returns whether a class or function is Keras' or this library's."""
    while isinstance(code, partial):
        code = code.func
    module = str(getattr(code, "__module__", None) or type(code).__module__)
    return module.partition(".")[0] in KNOWN
