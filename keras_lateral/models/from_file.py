"""A user's own model: built by a function in a Python file, or read from a saved file."""

from __future__ import annotations

import inspect
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.recompiled import optimizer_with, recompile
from keras_lateral.keras_tools.seeds import keeping_draws
from keras_lateral.keras_tools.training_step import build_for, unchanged
from keras_lateral.models.compiled import LEARNING_RATE, compiled_by_head
from keras_lateral.models.weights_digest import digest_of_arrays
from keras_lateral.text import error_in_short
from keras_lateral.user_file import called, code_digest, file_and_name, named_in

SAVED = (".keras", ".h5", ".hdf5")
"""Endings of saved models."""


@dataclass(frozen=True)
class ModelOfFunction:
    """Builds a model by a function in the user's file; can be pickled whatever the file holds.

    Args:
        path: The file.
        name: Name of the function.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Learning rate; `None` for the model's own.
    """

    path: Path
    name: str
    image_shape: tuple[int, ...]
    classes: int
    learning_rate: float | None = None

    def __call__(self) -> keras.Model:
        """Returns a new compiled model."""
        what = f"{self.path.name}:{self.name}"
        with keeping_draws():
            function = named_in(self.path, self.name)
        arguments = _arguments_asked_for(function, what, self._offered())
        model = called(function, what, **arguments)
        if not isinstance(model, keras.Model):
            raise ValueError(
                f"{what}: expected a function that returns a keras.Model. Received one that "
                f"returns {model!r}"
            )
        rate = None if "learning_rate" in arguments else self.learning_rate
        return made_ready(model, self.image_shape, rate, what)

    @property
    def identity(self) -> dict[str, str]:
        """What makes it another model, beside its configuration."""
        return {"model_code": code_digest(self.path, self.name)}

    def _offered(self) -> dict[str, Any]:
        rate = LEARNING_RATE if self.learning_rate is None else self.learning_rate
        values = (self.image_shape, self.classes, rate)
        return dict(zip(_OFFERED, values, strict=True))


_OFFERED = ("image_shape", "classes", "learning_rate")
"""The arguments that a user's function may take."""


def _arguments_asked_for(function: Any, what: str, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Returns those of the offered arguments that a function's signature has."""
    _check_function(function, what)
    parameters = inspect.signature(function).parameters.values()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = {p.name for p in parameters if p.default is p.empty and p.kind not in variable}
    by_position = {p.name for p in parameters if p.kind is p.POSITIONAL_ONLY}
    unknown = sorted((needed - set(offered)) | (needed & by_position))
    if unknown:
        raise ValueError(
            f"{what}: expected a function without arguments, or with some of "
            f"{', '.join(offered)}, by these names. Received one that needs {', '.join(unknown)}."
        )
    return {p.name: offered[p.name] for p in parameters if p.name in offered}


def _check_function(function: Any, what: str) -> None:
    if not callable(function) or isinstance(function, keras.Model):
        raise ValueError(
            f"{what}: expected a function that returns a model, so that every training gets a new "
            f"one. Received: {function!r}"
        )


@dataclass(frozen=True)
class SavedModel:
    """Builds models with the architecture and compilation of a saved one.

    Args:
        path: A `.keras` or `.h5` file of a whole model.
        image_shape: `(height, width, channels)` of the images.
        learning_rate: Learning rate; `None` for that which was saved.
        pretrained: Whether training starts from the saved weights. If not, each model gets new
            random ones, drawn by its layers' initializers; only what layers have adapted to data
            before training, as `Normalization` does, is kept.
    """

    path: Path
    image_shape: tuple[int, ...]
    learning_rate: float | None = None
    pretrained: bool = False

    def __call__(self) -> keras.Model:
        """Returns a new compiled model."""
        saved = self._saved()
        model = type(saved).from_config(saved.get_config())
        if not model.built:
            model.build_from_config(saved.get_build_config())
        if self.pretrained:
            model.set_weights(saved.get_weights())
        else:
            self._check_trains(saved)
            _keep_adapted(model, saved)
        config = saved.get_compile_config() if saved.compiled else None
        if config:
            model.compile_from_config(config)
        return made_ready(model, self.image_shape, self.learning_rate, self.path.name)

    @property
    def identity(self) -> dict[str, str]:
        """What makes it another model, beside its configuration."""
        if not self.pretrained:
            return {}
        return {"initial_weights": digest_of_arrays(*self._saved().get_weights())}

    def _saved(self) -> keras.Model:
        return _loaded(self.path, self.path.stat().st_mtime_ns)

    def _check_trains(self, saved: keras.Model) -> None:
        frozen = LayerLabels(saved).of_all(x for x in all_layers(saved) if _is_frozen(x))
        if frozen:
            raise ValueError(
                f"{self.path.name}: the layers {frozen} do not train, and without their saved "
                "weights they would stay random. Start from the saved weights (`pretrained`), or "
                "save the model with layers that train."
            )


def _is_frozen(layer: keras.layers.Layer) -> bool:
    own = [v for v in layer.weights if not hasattr(layer, "adapt")]
    return not layer.trainable and bool(own) and not isinstance(layer, keras.Model)


def _keep_adapted(model: keras.Model, saved: keras.Model) -> None:
    """Copies what preprocessing layers have learned from data before any training."""
    for new, old in zip(all_layers(model), all_layers(saved), strict=True):
        if hasattr(old, "adapt") and old.weights:
            new.set_weights(old.get_weights())


@lru_cache(maxsize=1)
def _loaded(path: Path, changed: int) -> keras.Model:
    with keeping_draws(), warnings.catch_warnings():
        # Each training has an optimizer of its own, so what the saved one knew is not used.
        warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
        try:
            with warnings.catch_warnings():
                # The optimizer's state has no part in a training that starts anew.
                warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
                return keras.saving.load_model(path)
        except Exception as error:
            raise ValueError(
                f"The file {str(path)!r} cannot be read as a saved model. Keras says: "
                f"{error_in_short(error)}{_hint(error)}"
            ) from error


def _hint(error: Exception) -> str:
    """Returns what to do about a model with code of the user's own, which its file lacks."""
    if not any(word in str(error) for word in ("Could not locate", "Lambda", "Unknown layer")):
        return ""
    return (
        " A file does not hold the code of classes and functions of your own: give a function, "
        "FILE.py:FUNCTION, in a file that has them, which returns the loaded model, or "
        "`keras.models.clone_model` of it for new weights."
    )


def made_ready(
    model: keras.Model, image_shape: tuple[int, ...], learning_rate: float | None, what: str
) -> keras.Model:
    """Returns a model compiled as it is, by its head, or with another learning rate.

    Args:
        model: The model.
        image_shape: `(height, width, channels)` of the images.
        learning_rate: Learning rate; `None` for the model's own, or 0.001.
        what: What it is, the begin of an error.

    Raises:
        ValueError: If it cannot take the images, or be compiled.
    """
    x = np.zeros((1, *image_shape), "float32")
    try:
        build_for(model, x)
        with unchanged(model):
            model(keras.ops.convert_to_tensor(x))
    except Exception as error:
        raise ValueError(
            f"{what}: its model {model.name!r} cannot take images of shape {image_shape}. "
            f"Keras says: {error_in_short(error)}"
        ) from error
    if not model.compiled:
        rate = LEARNING_RATE if learning_rate is None else learning_rate
        return compiled_by_head(model, image_shape, rate)
    if learning_rate is not None and model.optimizer is not None:
        return recompile(
            model, optimizer=optimizer_with(model.optimizer, learning_rate=learning_rate)
        )
    return model


def builder_of_file(
    text: str,
    image_shape: tuple[int, ...],
    classes: int,
    learning_rate: float | None,
    *,
    pretrained: bool = False,
) -> Callable[[], keras.Model]:
    """Returns what builds the model that `FILE.py:FUNCTION`, or a saved file, means.

    Args:
        text: Either of them.
        image_shape: `(height, width, channels)` of the images.
        classes: Number of classes.
        learning_rate: Learning rate; `None` for the model's own.
        pretrained: Whether a saved model's weights are the start.

    Raises:
        ValueError: If the file does not exist.
    """
    if is_saved(text):
        return SavedModel(checked_saved(text), image_shape, learning_rate, pretrained)
    path, name = file_and_name(text)
    if pretrained:
        raise ValueError(
            "Invalid value for argument `pretrained`. A function in a file returns the weights "
            f"that training starts from. Received: pretrained=True with {text!r}"
        )
    return ModelOfFunction(path, name, image_shape, classes, learning_rate)


def check_file(text: str) -> None:
    """Raises if what `FILE.py:FUNCTION`, or a saved file, means cannot be loaded.

    Raises:
        ValueError: If it cannot, or the file has no such function.
    """
    if is_saved(text):
        path = checked_saved(text)
        _loaded(path, path.stat().st_mtime_ns)
        return
    path, name = file_and_name(text)
    with keeping_draws():
        function = named_in(path, name)
    _arguments_asked_for(function, f"{path.name}:{name}", dict.fromkeys(_OFFERED))


def is_saved(text: str) -> bool:
    """Returns whether a text is the name of a saved model's file."""
    return text.endswith(SAVED)


def checked_saved(text: str) -> Path:
    """Returns the path of a saved model.

    Raises:
        ValueError: If there is none, it is damaged, or holds weights alone.
    """
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError(f"Expected the file of a saved model. {str(path)!r} does not exist.")
    if path.name.endswith(".weights.h5"):
        raise ValueError(
            f"Expected the file of a whole saved model. {str(path)!r} holds weights alone."
        )
    if path.suffix == ".keras" and not zipfile.is_zipfile(path):  # Keras would say it is not there
        raise ValueError(
            f"Expected the file of a saved model. {str(path)!r} is damaged, or no model that Keras "
            "has saved."
        )
    return path.resolve()
