"""Lines of Python that make parts of a training, and the names that they import."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from keras_lateral.datasets.published.sets import NAMES, PREFIX
from keras_lateral.methods import known_methods
from keras_lateral.text import printable

OWN_MODELS = ("small_network", "resnet18", "resnet34", "freeze_base_network")
"""Functions of this library that make models, which are named after them."""

NOTHING: Mapping[str, str] = MappingProxyType({})
HERE, DATASETS = "keras_lateral", "keras_lateral.datasets"


@dataclass
class PythonCode:
    """Collects names to import, and functions that say what has to be put in their place."""

    imported: dict[str, set[str]] = field(default_factory=dict)
    functions: list[list[str]] = field(default_factory=list)

    def use(self, name: str, module: str = HERE) -> str:
        """Returns a name, which is imported."""
        self.imported.setdefault(module, set()).add(name)
        return name

    def imports(self) -> list[str]:
        """Returns the lines that import what is used."""
        return [
            f"from {module} import {', '.join(sorted(names, key=str.lower))}"
            for module, names in sorted(self.imported.items())
        ]

    def is_known(self, data: str) -> bool:
        """Returns whether a set of images can be loaded by its name."""
        return data in NAMES or data.startswith(PREFIX)

    def known_data(self, name: str, settings: Mapping[str, Any], then: str = "") -> list[str]:
        """Returns a line that loads a set by its name.

        Args:
            name: Its name.
            settings: Settings that say how many of its images were used.
            then: What is called on it.
        """
        counts = counts_of_images(settings)
        more = f"  # or a part of it, by its method `subset`; used: {counts}" if counts else ""
        loaded = f"{self.use('load_images', DATASETS)}({in_python(name)}){then}"
        return [f"data = {loaded}{more}"]

    def model(self, settings: Mapping[str, Any]) -> list[str]:
        """Returns a function that builds the model."""
        name, shape = str(settings.get("model", "")), settings.get("image_shape")
        if name in OWN_MODELS and shape and settings.get("classes"):
            made = f"{self.use(name)}({tuple(shape)!r}, classes={settings['classes']})"
            return ["def build_model():", f"    return {made}"]
        parameters = settings.get("parameters")
        size = f" of {parameters:,} parameters" if isinstance(parameters, int) else ""
        return placeholder("build_model()", f"the compiled model {name}{size}".replace("  ", " "))

    def augment(self, name: Any) -> list[str]:
        """Returns the argument `augment`, where there is one."""
        if not name:
            return []
        if name == "flip_and_shift":
            return [f"augment={self.use('flip_and_shift')},"]
        text = f"the augmentation {name}"
        self.functions.append(placeholder("augment(images, generator)", text))
        return ["augment=augment,"]

    def class_weight(self, classes: Any) -> list[str]:
        """Returns the argument `class_weight`, where there is one."""
        if classes is None:
            return []
        weights = classes if isinstance(classes, str) else dict(enumerate(classes))
        return [f"class_weight={value_in_python(weights)},"]

    def methods(self, methods: Sequence[str], own: Mapping[str, str] = NOTHING) -> str:
        """Returns the argument with methods.

        Args:
            methods: Their names.
            own: What stands for those that are known otherwise than by name.
        """
        known = {line.name for line in known_methods()}
        unknown = [name for name in methods if not set(name.split("+")) <= known | set(own)]
        listed = ", ".join(own.get(name) or in_python(name) for name in methods)
        note = "  # your own are given as objects of class Method" if unknown else ""
        return f"[{listed}],{note}"


def counts_of_images(settings: Mapping[str, Any]) -> str:
    """Returns how many images were trained and tested on."""
    if settings.get("folds") and "test_images" in settings:
        return f"{settings['test_images']:,} images in {settings['folds']} folds"
    keys = [key for key in ("training_images", "test_images") if key in settings]
    return " and ".join(f"{settings[key]:,} {key.replace('_', ' ')}" for key in keys)


def placeholder(signature: str, what: str) -> list[str]:
    """Returns a function that says what has to be put in its place."""
    message = in_python(f"Put in {what.strip()}")
    return [f"def {signature}:", f"    raise NotImplementedError({message})"]


def in_python(value: Any) -> str:
    """Returns a text as a Python string, with everything escaped that is not visible."""
    return json.dumps(printable(str(value)), ensure_ascii=False)


def value_in_python(value: Any) -> str:
    """Returns a value as it is written in Python."""
    return in_python(value) if isinstance(value, str) else repr(value)


def call_in_python(name: str, *given: Any, **options: Any) -> str:
    """Returns a call as it is written in Python.

    Example:

    >>> from keras_lateral.comparison.answer.python_code import call_in_python
    >>> print(call_in_python("load_images", "digits", split_seed=1))
    load_images("digits", split_seed=1)
    """
    arguments = [value_in_python(value) for value in given]
    arguments += [f"{key}={value_in_python(value)}" for key, value in options.items()]
    return f"{name}({', '.join(arguments)})"
