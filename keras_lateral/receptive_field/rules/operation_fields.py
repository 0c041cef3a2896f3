"""Rules of operations in a graph that are not layers, such as `x + y` and `ops.mean(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras_lateral.receptive_field.rules.axis_windows import shifted
from keras_lateral.receptive_field.rules.block_fields import depth_to_space, space_to_depth
from keras_lateral.receptive_field.rules.layer_step import NotCalculableError, Rule, Step, pointwise
from keras_lateral.receptive_field.rules.map_field import MapField
from keras_lateral.receptive_field.rules.part_fields import (
    get_item,
    index,
    repeat,
    roll,
    split,
    stack,
    unstack,
)
from keras_lateral.receptive_field.rules.place_fields import joined, reshape
from keras_lateral.receptive_field.rules.product_fields import einsum, matmul
from keras_lateral.receptive_field.rules.reshaped_field import arranged
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
    if seen.constant:
        return seen
    if getattr(step.layer, "keepdims", False):
        return seen
    return seen.moved(lambda at: at - sum(axis < at for axis in axes))


def _softmax(step: Step) -> MapField:
    return step.map.also_whole(_axes(step.layer.axis, step.rank))


def _transpose(step: Step) -> MapField:
    return _in_order(step, step.layer.axes or range(step.rank)[::-1])


def _swapaxes(step: Step) -> MapField:
    order = list(range(step.rank))
    a, b = _axes([step.layer.axis1, step.layer.axis2], step.rank)
    order[a], order[b] = order[b], order[a]
    return _in_order(step, order)


def _moveaxis(step: Step) -> MapField:
    olds = _axes(step.layer.source, step.rank)
    news = _axes(step.layer.destination, step.rank)
    order = [at for at in range(step.rank) if at not in olds]
    for new, old in sorted(zip(news, olds, strict=True)):
        order.insert(new, old)
    return _in_order(step, order)


def _in_order(step: Step, axes: Sequence[int]) -> MapField:
    new = {old % step.rank: at for at, old in enumerate(axes)}
    return arranged(step.map.moved(lambda at: new[at]), step.call.output_shapes[0])


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
    "GetItem": get_item,
    "Take": index,
    "Repeat": repeat,
    "Roll": roll,
    "Split": split,
    "ArraySplit": split,
    "Stack": stack,
    "Unstack": unstack,
    "Swapaxes": _swapaxes,
    "Moveaxis": _moveaxis,
    "Matmul": matmul,
    "Einsum": einsum,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Resize": _resize,
}
"""The rule of each operation of Keras by its name: the classes are not exported."""
