"""A word for several methods means those that fit the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras

from keras_lateral.comparison.command.options import method_names
from keras_lateral.method import Method, misfit_text, unchanged


def applicable(
    methods: Sequence[Method],
    typed: Sequence[str],
    build_model: Callable[[], keras.Model],
) -> tuple[list[Method], list[str]]:
    """Returns the methods that can be compared on a network, and why others are left out.

    One that was typed by name stays, and its comparison raises if it does not fit. One that a word
    such as `remedies` stands for is left out if it cannot change the network.

    Args:
        methods: The methods.
        typed: What `--methods` was given.
        build_model: Returns a compiled model.

    Raises:
        ValueError: If none of the methods fits.
    """
    words = [word for text in typed for word in text.split(",")]
    of_groups = {name for word in words for name in method_names([word])} - set(words)
    kept, reasons = [], []
    for method in methods:
        reason = _why_not(method, build_model) if method.name in of_groups else None
        if reason is None:
            kept.append(method)
        else:
            reasons.append(f"{method.name} is left out, as it does not fit the network: {reason}")
    if not kept:
        raise ValueError(f"None of the methods fits the network. {' '.join(reasons)}")
    return kept, reasons


def _why_not(method: Method, build_model: Callable[[], keras.Model]) -> str | None:
    """Returns why a method cannot change a network; `None` if it can."""
    if method.change is unchanged:
        return None
    try:
        method.change(build_model())
    except ValueError as error:
        return misfit_text(error)
    return None
