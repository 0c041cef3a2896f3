"""Rules of operations in a graph that are not layers, such as `x + y` and `ops.mean(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_lateral.receptive_field.rules.axis_windows import shifted
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Rule, Step, pointwise
from keras_lateral.receptive_field.rules.map_field import MapField, Reads
from keras_lateral.receptive_field.rules.place_fields import joined, reshape
from keras_lateral.receptive_field.rules.window_fields import resized_to

_POINTWISE = (
    "Absolute Abs Add Subtract Multiply Divide DivideNoNan TrueDivide FloorDivide Power Negative "
    "Maximum Minimum Mod Square Sqrt Rsqrt Reciprocal Exp Expm1 Log Log1p Log2 Log10 Sign Sin Cos "
    "Tan Tanh Sinh Cosh Arcsin Arccos Arctan Arcsinh Arccosh Arctanh Erf Erfc Round Floor Ceil "
    "Clip Where Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalNot LogicalOr "
    "Isfinite Isinf Isnan NanToNum Logaddexp Hypot Relu Relu6 Sigmoid SparseSigmoid Softplus "
    "Softsign SoftShrink SparsePlus Silu Squareplus LogSigmoid LeakyRelu HardSigmoid HardSilu Elu "
    "Selu Gelu Celu TanhShrink HardTanh HardShrink Threshold StopGradient Cast SaturateCast "
    "ConvertToTensor Copy BatchNorm BroadcastTo"
)
_REDUCING = "Mean Sum Max Min Prod Std Var Amax Amin Median Any All Logsumexp CountNonzero"


def _reduction(step: Step) -> MapField:
    axes = _axes(step.layer.axis, step.rank)
    seen = step.map.without(axes)
    if getattr(step.layer, "keepdims", False):
        return seen
    return seen.moved(lambda at: at - sum(axis < at for axis in axes))


def _softmax(step: Step) -> MapField:
    return step.map.also_whole(_axes(step.layer.axis, step.rank))


def _transpose(step: Step) -> MapField:
    axes = step.layer.axes or range(step.rank)[::-1]
    new = {old % step.rank: at for at, old in enumerate(axes)}
    return step.map.moved(lambda at: new[at])


def _expand_dims(step: Step) -> MapField:
    rank = len(step.call.output_shapes[0])
    axes = sorted(_axes(step.layer.axis, rank))
    kept = [at for at in range(rank) if at not in axes]
    return step.map.moved(lambda at: kept[at])


def _squeeze(step: Step) -> MapField:
    lengths = step.call.input_shapes[0]
    ones = [at for at, length in enumerate(lengths) if length == 1]
    axes = ones if step.layer.axis is None else _axes(step.layer.axis, step.rank)
    return step.map.without(axes).moved(lambda at: at - sum(axis < at for axis in axes))


def _concatenate(step: Step) -> MapField:
    return joined(step, step.layer.axis)


def _pad(step: Step) -> MapField:
    if getattr(step.layer, "mode", "constant") != "constant":
        raise NotCalculableError("it pads with the map's own values")
    pairs = [(int(a), int(b)) for a, b in step.layer.pad_width]
    return step.map.reading({at: shifted(-a, -a - b) for at, (a, b) in enumerate(pairs)})


def _get_item(step: Step) -> MapField:
    """Slices; an index removes its axis."""
    key = [*step.call.arguments, *step.call.keywords.values()][1]
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(not isinstance(item, (int, slice, type(...), type(None))) for item in keys):
        raise NotCalculableError("what it takes depends on data")
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        missing = step.rank - sum(item is not None for item in keys) + 1
        keys[place : place + 1] = [slice(None)] * missing
    keys += [slice(None)] * (step.rank - sum(item is not None for item in keys))
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads: dict[int, Reads] = {}
    new_places: dict[int, int | None] = {}
    old = new = 0
    for item in keys:
        if item is None:
            new += 1
            continue
        new_places[old] = None if isinstance(item, int) else new
        if isinstance(item, slice) and old in lengths:
            reads[old] = _slice(item, lengths[old], step)
        old, new = old + 1, new + (not isinstance(item, int))
    return step.map.reading(reads).moved(lambda at: new_places[at])


def _slice(key: slice, length: int, step: Step) -> Reads:
    if key.step is not None and key.step < 0:
        raise NotCalculableError("it mirrors the map")
    negative = [end for end in (key.start, key.stop) if end is not None and end < 0]
    if key != slice(None) and not step.map.certain and (key.stop or 0) > 0 and not negative:
        raise NotCalculableError("it takes a part of a fixed size of a map whose size is not known")
    first, stop, by = key.indices(length)
    return shifted(first, length - max(stop - first, 0), by)


def _resize(step: Step) -> MapField:
    layer = step.layer
    if layer.antialias or layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio:
        raise NotCalculableError("it crops, pads or smooths what it resizes")
    return resized_to(step, layer.size, layer.interpolation, step.axes(2))


def _axes(axis: Any, rank: int) -> list[int]:
    if axis is None:
        return list(range(rank))
    return [number % rank for number in (axis if isinstance(axis, Sequence) else [axis])]


OPERATIONS: dict[str, Rule] = {
    **dict.fromkeys(_POINTWISE.split(), pointwise),
    **dict.fromkeys(_REDUCING.split(), _reduction),
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Normalize": _softmax,
    "Reshape": reshape,
    "Transpose": _transpose,
    "ExpandDims": _expand_dims,
    "Squeeze": _squeeze,
    "Concatenate": _concatenate,
    "Pad": _pad,
    "GetItem": _get_item,
    "Resize": _resize,
}
"""The rule of each operation of Keras by its name: the classes are not exported."""
