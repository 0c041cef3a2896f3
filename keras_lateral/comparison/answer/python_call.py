"""Python that makes a comparison again, complete but for what no record can know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keras_lateral.comparison.answer.python_code import (
    PythonCode,
    counts_of_images,
    in_python,
    placeholder,
    value_in_python,
)
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.tuned.tuning_text import tune_arguments
from keras_lateral.text import printable


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
    settings, code = comparison.settings, _Call()
    code.use("compare")
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


class _Call(PythonCode):
    """The lines that only a call of `compare` has."""

    def data(self, comparison: ComparedRuns) -> list[str]:
        name = str(comparison.settings.get("data", comparison.name))
        if self.is_known(name):
            return self.known_data(name, comparison.settings)
        counts = counts_of_images(comparison.settings)
        used = f"; used: {counts}" if counts else ""
        note = f"# Put in the path of the folder {in_python(name)}, or its images{used}."
        return [note, f"data = {in_python(name)}"]

    def seeds(self, comparison: ComparedRuns) -> str:
        budget = comparison.settings.get("until_sure")
        if not budget:
            return f"seeds={list(comparison.seeds)!r},"
        given = [f"{key}={value!r}" for key, value in budget.items() if value is not None]
        return f"until_sure={self.use('UntilSure')}({', '.join(given)}),"

    def conditions(self, conditions: Mapping[str, Mapping[str, Any]]) -> list[str]:
        calls = {name: _condition_call(settings) for name, settings in conditions.items()}
        if not calls:
            return []
        for call in filter(None, calls.values()):
            self.use(call.partition("(")[0])
        lines = [
            f"    {call}," if call else f"    # and your own: {printable(name)}"
            for name, call in calls.items()
        ]
        return ["conditions=[", *lines, "],"]

    def callbacks(self, name: Any) -> list[str]:
        if not name or name in ("no_callbacks", "constant"):
            return []
        if name in ("cosine", "cosine_decay"):
            return [f"callbacks=lambda: [{self.use('CosineLearningRate')}()],"]
        self.functions.append(placeholder("callbacks()", f"the callbacks {name}"))
        return ["callbacks=callbacks,"]

    def training_images(self, settings: Mapping[str, Any]) -> list[str]:
        validation = settings.get("validation")
        lines = []
        if validation is not None:
            lines.append(f"validation={value_in_python(validation)},")
        lines += self.class_weight(settings.get("class_weight"))
        if "sample_weight" in settings:
            lines.append("# and sample_weight, the weight of each training image")
        return lines

    def tune(self, settings: Mapping[str, Any]) -> list[str]:
        given = tune_arguments(settings)
        if not given:
            return [] if given is None else ["tune=True,"]
        return [f"tune={self.use('Tune')}({given}),"]


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
        first = f"{in_python(settings['corruption'])}, {settings['severity']!r}"
        return f"Corruption({_arguments(first, settings, {'seed': 0})})"
    if "sparsity" in settings:
        plain = {"scope": "global", "structure": None, "layers": None}
        return f"Pruned({_arguments(repr(settings['sparsity']), settings, plain)})"
    name, defaults = CALLS.get(str(settings.get("attack")), ("", {}))
    return f"{name}({_arguments(repr(settings['epsilon']), settings, defaults)})" if name else ""


def _arguments(first: str, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Returns arguments as they are written: those that are not the default."""
    given = {key: settings[key] for key in defaults if key in settings}
    more = {key: value for key, value in given.items() if value != defaults[key]}
    return ", ".join([first, *(f"{key}={value_in_python(value)}" for key, value in more.items())])
