"""Python that makes a comparison again, complete but for what no record can know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.tuned.tuning_text import tune_arguments
from keras_lateral.datasets.published.sets import NAMES, PREFIX
from keras_lateral.methods import known_methods
from keras_lateral.text import printable

OWN_MODELS = ("small_network", "resnet18", "resnet34", "freeze_base_network")
"""Functions of this library that make models, which are named after them."""


def python_call(comparison: ComparedRuns) -> str:
    """Returns Python that makes a comparison again.

    Every name in it is imported or defined. What the record does not hold, such as a model of the
    user's own, stands there as a function that says what has to be put in.

    Args:
        comparison: The comparison.

    Example:

    >>> from keras_lateral import Comparison
    >>> from keras_lateral.comparison.answer.python_call import python_call
    >>> settings = {"model": "small_network", "image_shape": [8, 8, 1], "classes": 10, "epochs": 3}
    >>> print(python_call(Comparison("digits", ("gradient_mask",), (0, 1), (), settings)))
    from keras_lateral import compare, small_network
    from keras_lateral.datasets import load_images
    <BLANKLINE>
    data = load_images("digits")
    <BLANKLINE>
    <BLANKLINE>
    def build_model():
        return small_network((8, 8, 1), classes=10)
    <BLANKLINE>
    <BLANKLINE>
    comparison = compare(
        build_model,
        data,
        ["gradient_mask"],
        seeds=[0, 1],
        epochs=3,
    )
    """
    settings, code = comparison.settings, _Code()
    arguments = [
        *("build_model,", "data,", code.methods(comparison.methods)),
        code.seeds(comparison),
        *(f"{key}={settings[key]!r}," for key in ("epochs", "batch_size") if key in settings),
        *code.conditions(settings.get("conditions") or {}),
        *code.augment(settings.get("augment")),
        *code.callbacks(settings.get("schedule") or settings.get("callbacks")),
        *code.tune(settings),
        *code.training_images(settings),
        *([] if comparison.effect == 0.005 else [f"effect={comparison.effect!r},"]),
    ]
    call = ["comparison = compare(", *(f"    {argument}" for argument in arguments), ")"]
    blocks = [code.data(comparison), code.model(settings), *code.functions, call]
    body = "\n\n\n".join("\n".join(block) for block in blocks)
    return "\n".join([*code.imports(), "", body])


@dataclass
class _Code:
    """Lines of Python, and the names that they need to be imported."""

    names: set[str] = field(default_factory=lambda: {"compare"})
    loads: bool = False
    functions: list[list[str]] = field(default_factory=list)

    def imports(self) -> list[str]:
        lines = [f"from keras_lateral import {', '.join(sorted(self.names, key=str.lower))}"]
        lines += ["from keras_lateral.datasets import load_images"] if self.loads else []
        return lines

    def data(self, comparison: ComparedRuns) -> list[str]:
        name = str(comparison.settings.get("data", comparison.name))
        counts = _counts(comparison.settings)
        used = f"; used: {counts}" if counts else ""
        if name in NAMES or name.startswith(PREFIX):
            self.loads = True
            more = f"  # or a part of it, by its method `subset`{used}" if counts else ""
            return [f"data = load_images({_text(name)}){more}"]
        note = f"# Put in the path of the folder {_text(name)}, or its images{used}."
        return [note, f"data = {_text(name)}"]

    def model(self, settings: Mapping[str, Any]) -> list[str]:
        name, shape = str(settings.get("model", "")), settings.get("image_shape")
        if name in OWN_MODELS and shape and settings.get("classes"):
            self.names.add(name)
            made = f"{name}({tuple(shape)!r}, classes={settings['classes']})"
            return ["def build_model():", f"    return {made}"]
        parameters = settings.get("parameters")
        size = f" of {parameters:,} parameters" if isinstance(parameters, int) else ""
        return _placeholder("build_model()", f"the compiled model {name}{size}".replace("  ", " "))

    def methods(self, methods: Sequence[str]) -> str:
        known = {line.name for line in known_methods()}
        own = [name for name in methods if not set(name.split("+")) <= known]
        names = ", ".join(_text(name) for name in methods)
        return f"[{names}]," + ("  # your own are given as objects of class Method" if own else "")

    def seeds(self, comparison: ComparedRuns) -> str:
        budget = comparison.settings.get("until_sure")
        if not budget:
            return f"seeds={list(comparison.seeds)!r},"
        self.names.add("UntilSure")
        given = [f"{key}={value!r}" for key, value in budget.items() if value is not None]
        return f"until_sure=UntilSure({', '.join(given)}),"

    def conditions(self, conditions: Mapping[str, Mapping[str, Any]]) -> list[str]:
        calls = {name: _condition_call(settings) for name, settings in conditions.items()}
        if not calls:
            return []
        self.names |= {call.partition("(")[0] for call in calls.values() if call}
        lines = [
            f"    {call}," if call else f"    # and your own: {printable(name)}"
            for name, call in calls.items()
        ]
        return ["conditions=[", *lines, "],"]

    def augment(self, name: Any) -> list[str]:
        if not name:
            return []
        if name == "flip_and_shift":
            self.names.add("flip_and_shift")
            return ["augment=flip_and_shift,"]
        text = f"the augmentation {name}"
        self.functions.append(_placeholder("augment(images, generator)", text))
        return ["augment=augment,"]

    def callbacks(self, name: Any) -> list[str]:
        if not name or name in ("no_callbacks", "constant"):
            return []
        if name in ("cosine", "cosine_decay"):
            self.names.add("CosineLearningRate")
            return ["callbacks=lambda: [CosineLearningRate()],"]
        self.functions.append(_placeholder("callbacks()", f"the callbacks {name}"))
        return ["callbacks=callbacks,"]

    def training_images(self, settings: Mapping[str, Any]) -> list[str]:
        validation, classes = settings.get("validation"), settings.get("class_weight")
        lines = []
        if validation is not None:
            own = isinstance(validation, str)
            lines.append(f"validation={_text(validation) if own else repr(validation)},")
        if classes is not None:
            even = isinstance(classes, str)
            weights = _text(classes) if even else repr(dict(enumerate(classes)))
            lines.append(f"class_weight={weights},")
        if "sample_weight" in settings:
            lines.append("# and sample_weight, the weight of each training image")
        return lines

    def tune(self, settings: Mapping[str, Any]) -> list[str]:
        given = tune_arguments(settings)
        if not given:
            return [] if given is None else ["tune=True,"]
        self.names.add("Tune")
        return [f"tune=Tune({given}),"]


def _counts(settings: Mapping[str, Any]) -> str:
    """Returns how many images were trained and tested on."""
    if settings.get("folds") and "test_images" in settings:
        return f"{settings['test_images']:,} images in {settings['folds']} folds"
    keys = [key for key in ("training_images", "test_images") if key in settings]
    return " and ".join(f"{settings[key]:,} {key.replace('_', ' ')}" for key in keys)


def _placeholder(signature: str, what: str) -> list[str]:
    """Returns a function that says what has to be put in its place."""
    message = _text(f"Put in {what.strip()}")
    return [f"def {signature}:", f"    raise NotImplementedError({message})"]


CALLS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "projected gradient descent": (
        "PGD",
        {"step_size": None, "steps": 10, "norm": "linf", "restarts": 1, "seed": 0},
    ),
    "PGD": ("PGD", {"step_size": None, "steps": 10, "norm": "linf"}),
    "fast gradient sign method": ("FGSM", {"norm": "linf", "seed": 0}),
    "SimBA": (
        "SimBA",
        {
            "iterations": 1000,
            "basis": "pixel",
            "order": "random",
            "frequencies": 0.125,
            "step": "first",
            "seed": 0,
        },
    ),
}
"""For each attack, its class and the defaults of its settings."""


def _condition_call(settings: Mapping[str, Any]) -> str:
    """Returns a call that makes a condition of this library; "" of any other."""
    if "corruption" in settings and "severity" in settings:
        first = f"{_text(settings['corruption'])}, {settings['severity']!r}"
        return f"Corruption({_arguments(first, settings, {'seed': 0})})"
    if "sparsity" in settings:
        plain = {"scope": "global", "structure": None, "layers": None}
        return f"Pruned({_arguments(repr(settings['sparsity']), settings, plain)})"
    name, defaults = CALLS.get(str(settings.get("attack")), ("", {}))
    return f"{name}({_arguments(repr(settings['epsilon']), settings, defaults)})" if name else ""


def _arguments(first: str, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Returns arguments as they are written: those that are not the default."""
    more = [
        f"{key}={_text(settings[key]) if isinstance(settings[key], str) else repr(settings[key])}"
        for key, default in defaults.items()
        if key in settings and settings[key] != default
    ]
    return ", ".join([first, *more])


def _text(value: Any) -> str:
    """Returns a text as a Python string, with everything escaped that is not visible."""
    return json.dumps(printable(str(value)), ensure_ascii=False)
