"""Rules of operations that multiply tensors with each other: products of matrices, einsum."""

from __future__ import annotations

import string
from collections.abc import Sequence

from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Step
from keras_lateral.receptive_field.rules.map_field import MapField, merged
from keras_lateral.receptive_field.rules.reshaped_field import arranged


def matmul(step: Step) -> MapField:
    """Each unit reads a row of the first matrix and a column of the second."""
    ranks = [len(shape) for shape in _shapes(step)]
    if len(ranks) != 2 or min(ranks) < 2:
        raise NotCalculableError("it multiplies a matrix with a vector")
    outer = string.ascii_uppercase[: max(ranks) - 2]
    first, second = (outer[len(outer) - rank + 2 :] for rank in ranks)
    return _product(step, [f"{first}ik", f"{second}kj"], f"{outer}ij")


def einsum(step: Step) -> MapField:
    """Each unit reads everything along the axes that are summed over."""
    return of_equation(step, step.layer.subscripts)


def einsum_dense(step: Step) -> MapField:
    """As an einsum with a kernel."""
    return of_equation(step, step.layer.equation)


def of_equation(step: Step, equation: str) -> MapField:
    """Returns the field of an einsum.

    Args:
        step: The call. Operands that it does not have as inputs, such as kernels, see nothing.
        equation: The equation, as `"bij,bjk->bik"`.
    """
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    if not arrow:
        raise NotCalculableError("the equation of its product does not say what comes out")
    ranks = [len(shape) for shape in _shapes(step)]
    labels = [
        _without_ellipsis(text, rank)
        for text, rank in zip(inputs.split(","), [*ranks, *[0] * inputs.count(",")], strict=False)
    ]
    longest = max(
        (
            rank - len(text.replace("...", ""))
            for text, rank in zip(inputs.split(","), ranks, strict=False)
            if "..." in text
        ),
        default=0,
    )
    return _product(
        step, labels[: len(ranks)], output.replace("...", _ELLIPSIS[-longest:] if longest else "")
    )


_ELLIPSIS = "ΑΒΓΔΕΖΗΘ"


def _without_ellipsis(text: str, rank: int) -> str:
    count = rank - len(text.replace("...", ""))
    return text.replace("...", _ELLIPSIS[len(_ELLIPSIS) - count :] if count > 0 else "")


def _shapes(step: Step) -> Sequence[tuple[int | None, ...]]:
    """Returns the shapes of all operands, those outside the graph included."""
    arguments = [*step.call.arguments, *step.call.keywords.values()]
    shapes = [tuple(own.shape) for own in arguments if hasattr(own, "shape")]
    return shapes if len(shapes) >= len(step.maps) else step.call.input_shapes


def _product(step: Step, labels: Sequence[str], output: str) -> MapField:
    maps = _of_operands(step, len(labels))
    placed: list[MapField] = []
    for field, own in zip(maps, labels, strict=True):
        if field is None:
            continue
        summed = [at for at, label in enumerate(own) if label not in output]
        places = {at: output.index(label) for at, label in enumerate(own) if label in output}
        placed.append(field.without(summed).moved(lambda at, new=places: new[at]))  # type: ignore[misc]
    seen = [field for field in placed if not field.constant]
    clashing = {
        at
        for axes in zip(*(field.axes for field in seen), strict=True)
        for at in _different([axis.ats for axis in axes if axis is not None])
    }
    together = merged([field.without(clashing) for field in placed], [len(output)] * len(placed))
    return together if together.constant else arranged(together, step.call.output_shapes[0])


def _different(places: list[frozenset[int]]) -> frozenset[int]:
    """Returns the axes that not all operands have in common: a unit sees a place in each."""
    if len(places) < 2:
        return frozenset()
    return frozenset().union(*places) - frozenset.intersection(*places)


def _of_operands(step: Step, count: int) -> list[MapField | None]:
    """Returns the field of each operand; `None` for one that is not in the graph."""
    if len(step.maps) == count:
        return list(step.maps)
    arguments = [*step.call.arguments, *step.call.keywords.values()]
    operands = [own for own in arguments if hasattr(own, "shape")]
    remaining = iter(step.maps)
    found = [next(remaining, None) if is_input(own) else None for own in operands]
    if len(found) != count:  # a layer's kernel is no argument of its call
        return [*step.maps, *[None] * (count - len(step.maps))]
    return found


def is_input(value: object) -> bool:
    """Returns whether an argument of a call is a tensor of the graph."""
    return hasattr(value, "_keras_history")
