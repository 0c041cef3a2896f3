"""The functions in a user's file that make a method: whether they can be called as they will be."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from keras_lateral.method import Method

_CALLED_WITH = {
    "change": ("model",),
    "callbacks": (),
    "batches": ("images", "labels", "generator"),
    "epochs": ("epochs",),
    "batch_size": ("batch_size",),
    "falling_rate": (),
}
"""What the functions of a method are called with, by position."""


def check_calls(method: Method, reference: str) -> None:
    """Raises if a function of a method cannot be called as it will be.

    Args:
        method: The method, or a combination of some.
        reference: What was typed for it.

    Raises:
        ValueError: With what the function must take.
    """
    for part in method.parts or (method,):
        for field in _CALLED_WITH:
            _check_call(part, field, reference)


def _check_call(part: Method, field: str, reference: str) -> None:
    signature, given = _signature(getattr(part, field)), _CALLED_WITH[field]
    if signature is None:
        return
    classes = {"classes": 2} if field == "batches" and "classes" in signature.parameters else {}
    try:
        signature.bind(*given, **classes)
    except TypeError as error:
        raise ValueError(
            f"{reference}: the `{field}` of method {part.name!r} is called with "
            f"({', '.join(given)}). Received a function that takes {signature}."
        ) from error


def check_without_arguments(function: Callable[..., Any], reference: str) -> None:
    """Raises if a function that is to return a method needs arguments.

    Raises:
        ValueError: With the lines that make a method of it, if it could be a part of one.
    """
    signature = _signature(function)
    if signature is None:
        return
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = signature.parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind not in optional]
    if needed:
        raise ValueError(
            f"{reference}: expected a `Method`, or a function without required arguments that "
            f"returns one. Received a function that needs {', '.join(needed)}."
            f"{_how_to_make_a_method(reference, len(needed))}"
        )


def _how_to_make_a_method(reference: str, needed: int) -> str:
    """Returns the lines that make a method of a function, by the number of its arguments."""
    kinds = {1: ("change", "changes a model"), 3: ("batches", "changes batches")}
    if needed not in kinds:
        return ""
    (argument, does), (file, function) = kinds[needed], reference.rsplit(":", 1)
    return (
        f" If it {does}, write below it in {file}\n\n"
        "    from keras_lateral import Method\n\n"
        f'    my_{function} = Method("my {function}", {argument}={function})\n\n'
        f"and give {file}:my_{function}"
    )


def _signature(function: Callable[..., Any] | None) -> inspect.Signature | None:
    """Returns a function's signature; `None` if there is none, or it cannot be told."""
    try:
        return None if function is None else inspect.signature(function)
    except (TypeError, ValueError):  # of a builtin
        return None
