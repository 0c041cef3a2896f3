"""Writes the stub of the masked convolutions: `python -m tests.gradient_mask.convolution_stub`.

The constructor of `MaskedLayer` takes `*args` and `**kwargs`; `__signature__` lists what these may
be. Editors and type checkers run no code, so they read the stub, which spells it out. It has no
`**kwargs`: the keywords of Keras' base classes are spelt out too, so that a misspelt one is
reported.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable
from inspect import Parameter
from pathlib import Path

import keras

from keras_lateral.gradient_mask import convolutions
from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.masked_layer import MASK_ARGUMENTS, MaskedLayer
from keras_lateral.keras_tools import arguments

STUB = Path(convolutions.__file__).with_suffix(".pyi")

ADDED = {"output_padding": "3.11"}
"""Arguments that the oldest supported Keras does not have at their place, and the version that has.

Keras 3.10 takes `output_padding` too, but as a keyword for its base class: what follows it in the
stub stands one place earlier there, so it is safe by name only.
"""

TYPES: dict[str, str] = {
    "filters": "int",
    "kernel_size": "int | Sequence[int]",
    "strides": "int | Sequence[int]",
    "padding": 'Literal["valid", "same"]',
    "output_padding": "int | Sequence[int] | None",
    "data_format": "DataFormat | None",
    "dilation_rate": "int | Sequence[int]",
    "depth_multiplier": "int",
    "groups": "int",
    "activation": "_Activation",
    "use_bias": "bool",
    "kernel_initializer": "_Initializer",
    "depthwise_initializer": "_Initializer",
    "pointwise_initializer": "_Initializer",
    "bias_initializer": "_Initializer",
    "kernel_regularizer": "_Regularizer",
    "depthwise_regularizer": "_Regularizer",
    "pointwise_regularizer": "_Regularizer",
    "bias_regularizer": "_Regularizer",
    "activity_regularizer": "_Regularizer",
    "kernel_constraint": "_Constraint",
    "depthwise_constraint": "_Constraint",
    "pointwise_constraint": "_Constraint",
    "bias_constraint": "_Constraint",
    "lora_rank": "int | None",
    "lora_alpha": "float | None",
    "trainable": "bool",
    "name": "str | None",
    "dtype": "str | dict[str, Any] | keras.DTypePolicy | None",
    "autocast": "bool",
    "scope": "Scope",
    **{parameter.name: parameter.annotation for parameter in MASK_ARGUMENTS},
}
"""The types of arguments in Keras' documentation, and of the mask's own."""

EXCEPTIONS = {("Conv1D", "padding"): 'Literal["valid", "same", "causal"]'}
"""Types of arguments that differ between Keras' layers."""

KEPT = {
    "filters": "int",
    "kernel_size": "{lengths}",
    "strides": "{lengths}",
    "padding": "{padding}",
    "output_padding": "{lengths} | None",
    "data_format": "DataFormat",
    "dilation_rate": "{lengths}",
    "depth_multiplier": "int",
    "groups": "int",
    "activation": "Callable[..., Any]",
    "use_bias": "bool",
}
"""Types of the attributes in which a layer keeps its arguments.

`{lengths}` is an integer per axis, `{padding}` the argument's own type.
"""

HEADER = """\
# The masked convolutions as editors and type checkers see them: with the arguments of Keras'
# layers, of their base classes and of the mask. This file is written by
# `python -m tests.gradient_mask.convolution_stub`; what is to change in it changes there.
"""

NAMES = """\
class _HasShape(Protocol):
    @property
    def shape(self) -> Any: ...

_Activation: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
_Initializer: TypeAlias = (
    str
    | dict[str, Any]
    | keras.initializers.Initializer
    | Callable[..., Any]
    | _HasShape  # an array or a tensor of the values themselves
    | None
)
_Regularizer: TypeAlias = (
    str | dict[str, Any] | keras.regularizers.Regularizer | Callable[..., Any] | None
)
_Constraint: TypeAlias = (
    str | dict[str, Any] | keras.constraints.Constraint | Callable[..., Any] | None
)
"""


def masked_convolutions() -> list[type]:
    """Returns the classes that the stub describes, in their order."""
    found = [value for value in vars(convolutions).values() if isinstance(value, type)]
    return [value for value in found if MaskedLayer in value.__bases__]


def signature(masked_class: type) -> list[Parameter]:
    """Returns all that the constructor takes: what it shows, and its `**kwargs` one by one."""
    *shown, _ = inspect.signature(masked_class).parameters.values()
    return shown + keywords_of_bases(masked_class.__bases__[1])


def keywords_of_bases(keras_class: type) -> list[Parameter]:
    """Returns the keywords that a Keras layer passes to its bases, down to `keras.layers.Layer`."""
    own = inspect.signature(keras_class).parameters
    found: dict[str, Parameter] = {}
    for base in keras_class.__mro__[1:]:
        for parameter in _optional(base):
            if parameter.name not in own:
                found.setdefault(parameter.name, parameter)
        if base is keras.layers.Layer:
            break
    return list(found.values())


def _optional(base: type) -> list[Parameter]:
    """Returns the optional arguments; the layer itself passes the required ones."""
    parameters = inspect.signature(base.__init__).parameters.values()
    optional = [p for p in parameters if p.default is not Parameter.empty]
    return [p.replace(kind=Parameter.KEYWORD_ONLY) for p in optional]


def stub() -> str:
    """Returns the text of the stub for the installed Keras."""
    body = "\n".join([NAMES, *map(_class, masked_convolutions())])
    ours = sorted(_words(body) & set(vars(arguments)) - set(typing.__all__))
    imports = [
        _import("collections.abc", ["Callable", "Sequence"]),
        _import("typing", ["Any", "Literal", "Protocol", "TypeAlias"]),
        "",
        "import keras",
        _import("keras", ["layers"]),
        "",
        _import(GradientMask.__module__, ["GradientMask"]),
        _import(MaskedLayer.__module__, ["MaskedLayer"]),
        _import(arguments.__name__, ours),
    ]
    return "\n".join([HEADER, *imports, "", body])


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _import(module: str, names: Iterable[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 100:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


def _class(masked_class: type) -> str:
    keras_name = masked_class.__bases__[1].__name__
    parameters = signature(masked_class)
    lines = [
        f"class {masked_class.__name__}(MaskedLayer, layers.{keras_name}):",
        *(f"    {line}" for line in _attributes(keras_name, parameters)),
        "    def __init__(",
        "        self,",
        *(f"        {line}," for line in _arguments(keras_name, parameters)),
        "    ) -> None: ...",
        "",
    ]
    return "\n".join(lines)


def _attributes(keras_name: str, parameters: list[Parameter]) -> list[str]:
    axes = int(re.findall(r"(\d)D", keras_name)[0])
    own = {
        "lengths": f"tuple[{', '.join(['int'] * axes)}]",
        "padding": argument_type(keras_name, "padding"),
    }
    kept = {p.name: KEPT[p.name].format(**own) for p in parameters if p.name in KEPT}
    kept |= {"scope": "Scope", "gradient_mask": "GradientMask"}
    return [f"{name}: {kind}" for name, kind in kept.items()]


def _arguments(keras_name: str, parameters: list[Parameter]) -> list[str]:
    lines = [_argument(keras_name, parameter) for parameter in parameters]
    kinds = [parameter.kind for parameter in parameters]
    lines.insert(kinds.index(Parameter.KEYWORD_ONLY), "*")
    return lines


def _argument(keras_name: str, parameter: Parameter) -> str:
    written = f"{parameter.name}: {argument_type(keras_name, parameter.name)}"
    if parameter.default is Parameter.empty:
        return written
    return f"{written} = {_literal(parameter.default)}"


def argument_type(keras_name: str, name: str) -> str:
    """Returns the type of an argument; of one that `TYPES` does not know yet, `Any`."""
    return EXCEPTIONS.get((keras_name, name), TYPES.get(name, "Any"))


def _literal(default: object) -> str:
    return f'"{default}"' if isinstance(default, str) else repr(default)


def without_type() -> list[str]:
    """Returns the arguments that `TYPES` does not know: Keras has added them."""
    names = {p.name for masked_class in masked_convolutions() for p in signature(masked_class)}
    return sorted(names - set(TYPES))


def main() -> None:
    """Writes the stub, and prints what is left to do by hand."""
    STUB.write_text(stub(), encoding="utf-8")
    print(f"Written for Keras {keras.version()}: {STUB}")  # noqa: T201
    if missing := without_type():
        print(f"These are `Any` until TYPES has their types: {', '.join(missing)}")  # noqa: T201


if __name__ == "__main__":
    main()
