"""Python that trains with recommended methods, to paste into a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keras_lateral.comparison.answer.python_code import (
    PythonCode,
    call_in_python,
    placeholder,
)

_ARRAYS = "x, y = data.x_train, data.y_train"


def training_code(methods: Sequence[str], settings: Mapping[str, Any]) -> str:
    """Returns Python that trains with methods.

    Every name in it is imported or defined. What a record does not hold, such as a model of the
    user's own, stands there as a function that says what has to be put in; the command knows it.

    Args:
        methods: Their names.
        settings: Settings of the recommendation; what they lack is left out.

    Example:

    >>> from keras_lateral.comparison.recommendation.python_training import training_code
    >>> known = {"data": "digits", "model": "small_network", "image_shape": [8, 8, 1]}
    >>> print(training_code(["cutmix"], {**known, "classes": 10, "epochs": 30}))
    from keras_lateral import fit_with_methods, small_network
    from keras_lateral.datasets import load_images
    <BLANKLINE>
    data = load_images("digits").scaled()
    x, y = data.x_train, data.y_train
    <BLANKLINE>
    <BLANKLINE>
    def build_model():
        return small_network((8, 8, 1), classes=10)
    <BLANKLINE>
    <BLANKLINE>
    model = build_model()
    model = fit_with_methods(
        model,
        x,
        y,
        ["cutmix"],
        epochs=30,
    )
    """
    code, typed = PythonCode(), settings.get("to_paste")
    code.use("fit_with_methods")
    blocks = _of_record(code, settings) if typed is None else _as_typed(code, typed)
    validation = settings.get("validation")
    given = ["x,", "y,"]
    if isinstance(validation, float):  # of a set every class is divided, and what belongs together
        known = typed is not None or code.is_known(str(settings.get("data", "")))
        given = ["data,", "None,"] if known else given
        blocks[-1] += [] if known else _shuffled(code)
    arguments = [
        *("model,", *given, _methods(code, methods, settings)),
        *(f"{key}={settings[key]!r}," for key in ("epochs", "batch_size") if key in settings),
        *code.augment(settings.get("augment")),
        *_callbacks(code, settings),
        *code.class_weight(settings.get("class_weight")),
        *_validation(validation),
    ]
    blocks[-1] += ["model = fit_with_methods(", *(f"    {line}" for line in arguments), ")"]
    blocks = [*code.functions, *blocks]
    body = "\n\n\n".join("\n".join(block) for block in blocks)
    gap = [""] if body.startswith("def ") else []
    return "\n".join([*code.imports(), "", *gap, body])


def _as_typed(code: PythonCode, typed: Mapping[str, Any]) -> list[list[str]]:
    """Returns the lines that the command knows: of the images, the model and own methods."""
    for module, names in typed["imports"].items():
        for name in names:
            code.use(name, module)
    return [[*typed["lines"], ""]]


def _of_record(code: PythonCode, settings: Mapping[str, Any]) -> list[list[str]]:
    """Returns lines that load images and build a model, as far as a record knows them."""
    name, model = str(settings.get("data", "")), code.model(settings)
    if code.is_known(name):
        data = code.known_data(name, settings, then=".scaled()")
        arrays = [] if isinstance(settings.get("validation"), float) else [_ARRAYS]
        return [[*data, *arrays], model, ["model = build_model()"]]
    what = f"the training images of {name!r}" if name else "the training images"
    images = placeholder("training_images()", f"{what}, from 0 to 1, and their labels")
    return [images, model, ["x, y = training_images()", "model = build_model()"]]


def _methods(code: PythonCode, methods: Sequence[str], settings: Mapping[str, Any]) -> str:
    """Returns the argument with the methods, the tuned settings last, as they were set."""
    own = dict(settings.get("to_paste", {}).get("methods", {}))
    parts = [part for name in methods for part in ([name] if name in own else name.split("+"))]
    tuned = settings.get("tuned")
    if tuned:
        own["tuned_training"] = call_in_python(code.use("tuned_training"), **tuned)
    return code.methods([*parts, *(["tuned_training"] if tuned else [])], own)


def _callbacks(code: PythonCode, settings: Mapping[str, Any]) -> list[str]:
    name = settings.get("callbacks")
    listed = list(settings.get("to_paste", {}).get("callbacks", []))
    if name in ("cosine", "cosine_decay"):
        listed.append(f"{code.use('CosineLearningRate')}()")
    elif name and name not in ("no_callbacks", "constant"):
        code.functions.append(placeholder("callbacks()", f"the callbacks {name}"))
        listed.append("*callbacks()")
    return [f"callbacks=[{', '.join(listed)}],"] if listed else []


def _shuffled(code: PythonCode) -> list[str]:
    shuffled = f"order = {code.use('default_rng', 'numpy.random')}(0).permutation(len(x))"
    return [shuffled, "x, y = x[order], y[order]  # the last ones are for validation"]


def _validation(validation: Any) -> list[str]:
    if isinstance(validation, float):
        return [f"validation_split={validation!r},"]
    if validation == "own":
        return ["validation_data=(data.x_validation, data.y_validation),"]
    return []
