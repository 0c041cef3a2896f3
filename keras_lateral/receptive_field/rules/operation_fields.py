"""What operations of a graph, which are no layers, read of their inputs: `x + y`, `ops.mean(x)`."""

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
    """Slices; an index takes its axis away."""
    key = [*step.call.arguments, *step.call.keywords.values()][1]
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(not isinstance(one, (int, slice, type(...), type(None))) for one in keys):
        raise NotCalculableError("what it takes depends on data")
    if Ellipsis in keys:
        place = keys.index(Ellipsis)
        missing = step.rank - sum(one is not None for one in keys) + 1
        keys[place : place + 1] = [slice(None)] * missing
    keys += [slice(None)] * (step.rank - sum(one is not None for one in keys))
    lengths = {axis.at: axis.length for axis in step.map.local}
    reads: dict[int, Reads] = {}
    place_of: dict[int, int | None] = {}
    old = new = 0
    for one in keys:
        if one is None:
            new += 1
            continue
        place_of[old] = None if isinstance(one, int) else new
        if isinstance(one, slice) and old in lengths:
            reads[old] = _slice(one, lengths[old], step)
        old, new = old + 1, new + (not isinstance(one, int))
    return step.map.reading(reads).moved(lambda at: place_of[at])


def _slice(key: slice, length: int, step: Step) -> Reads:
    if key.step is not None and key.step < 0:
        raise NotCalculableError("it mirrors the map")
    negative = [one for one in (key.start, key.stop) if one is not None and one < 0]
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
    return [one % rank for one in (axis if isinstance(axis, Sequence) else [axis])]


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
