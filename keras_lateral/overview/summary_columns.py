"""The columns of a summary: what is in the model has one, what is not has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.overview.fitted_tables import ColumnGroup
from keras_lateral.overview.layer_summary import LayerSummary, PenaltySummary
from keras_lateral.receptive_field.field import ReceptiveField
from keras_lateral.receptive_field.fields_record import by_axis
from keras_lateral.text import Column, printable

NONE = (None, None)

Cell = Callable[[LayerSummary], str]


def full_names(layers: Sequence[LayerSummary]) -> ColumnGroup:
    """Returns the first column: each layer's name and class."""
    rows = tuple((printable(f"{layer.name} ({layer.layer_class})"),) for layer in layers)
    return ColumnGroup((Column("layer (class)", "<"),), rows)


def short_names(layers: Sequence[LayerSummary]) -> ColumnGroup:
    """Returns the first column where there is no room for the classes."""
    return ColumnGroup((Column("layer", "<"),), tuple((printable(layer.name),) for layer in layers))


def column_groups(layers: Sequence[LayerSummary]) -> list[ColumnGroup]:
    """Returns the other columns, by what they are about."""
    return [
        ColumnGroup(
            tuple(column for column, _ in group),
            tuple(tuple(cell(layer) for _, cell in group) for layer in layers),
        ).without_empty_columns()
        for group in GROUPS
    ]


def legend(layers: Sequence[LayerSummary]) -> list[str]:
    """Returns what the headings stand for, of the columns that are there."""
    held = any(_share(layer.held, layer) for layer in layers)
    of_held = "; held: those that a pruning mask holds there" if held else ""
    meant = {
        "whole: a unit sees the whole input": _sees(layers, "whole"),
        "none: a unit sees nothing of an input with positions, only vectors": _sees(layers, "none"),
        "sigma: in pixels; threshold: of the mean or maximum of |delta|, or as named; sets: K": any(
            layer.mask is not None for layer in layers
        ),
        f"zero: % of the kernel's weights{of_held}": any(
            _share(layer.zeros, layer) for layer in layers
        ),
        "A, B: least and largest squared singular value": any(
            layer.bounds is not None for layer in layers
        ),
    }
    return [line for line, true in meant.items() if true]


def _output(layer: LayerSummary) -> str:
    if layer.output_shape is None:
        return "?"
    return shape_text(layer.output_shape)


def shape_text(shape: Shape) -> str:
    """Returns a shape without the batch.

    Example:

    >>> shape_text((None, 8, None, 3))
    '8 x ? x 3'
    """
    return " x ".join("?" if length is None else str(length) for length in shape[1:])


def _each_once(values: Sequence[str]) -> str:
    return " / ".join(dict.fromkeys(values))


def _sees(layers: Sequence[LayerSummary], what: str) -> bool:
    return any(_extent(call.field) == what for layer in layers for call in layer.fields)


def _extent(field: ReceptiveField) -> str:
    """Returns a field's size; a word where it is no number of positions."""
    if field.whole:
        return "whole"
    return by_axis(field.size) if any(field.size) else "none"


def _field(layer: LayerSummary) -> str:
    return _each_once([_extent(call.field) for call in layer.fields])


def _stride(layer: LayerSummary) -> str:
    has_none = ("whole", "none")
    fields = [call.field for call in layer.fields]
    return _each_once(["-" if _extent(f) in has_none else by_axis(f.stride) for f in fields])


def _sigma(layer: LayerSummary) -> str:
    if layer.mask is None:
        return ""
    value = f"{layer.mask.sigma:g}" if layer.mask.inhibition == "log" else "norm"
    return value + _star("sigma" in layer.mask.scheduled)


def _threshold(layer: LayerSummary) -> str:
    mask = layer.mask
    if mask is None:
        return ""
    star = _star(bool({"threshold", "enabled"} & set(mask.scheduled)))
    return f"{mask.threshold:g} {mask.threshold_mode}{star}"


def _sets(layer: LayerSummary) -> str:
    return "" if layer.mask is None else str(layer.mask.feature_sets)


def _penalty(layer: LayerSummary) -> str:
    return " + ".join(map(_name, layer.penalties))


def _name(penalty: PenaltySummary) -> str:
    others = [name for name in penalty.weights if not name.endswith("kernel")]
    return f"{penalty.name} ({', '.join(others)})" if others else penalty.name


def _factor(layer: LayerSummary) -> str:
    return " + ".join(_strength(penalty) for penalty in layer.penalties if penalty.factor)


def _strength(penalty: PenaltySummary) -> str:
    scale = "" if penalty.scale == 1 else f" x {penalty.scale:g}"
    return f"{penalty.factor:g}{scale}{_star(penalty.scheduled)}"


def _bounds(layer: LayerSummary) -> str:
    bounds = [(penalty.lower, penalty.upper) for penalty in layer.penalties]
    return " + ".join(
        f"{_bound(lower)} to {_bound(upper)}" for lower, upper in bounds if (lower, upper) != NONE
    )


def _bound(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _share(part: int, layer: LayerSummary) -> str:
    """Returns a part of the kernel's weights in percent; nothing for single ones of many."""
    text = f"{100 * part / (layer.kernel_weights or 1):.1f}"
    return "" if text == "0.0" else text


def _star(scheduled: bool) -> str:
    return " *" if scheduled else ""


GROUPS: tuple[tuple[tuple[Column, Cell], ...], ...] = (
    (
        (Column("output", "<"), _output),
        (Column("params"), lambda layer: f"{layer.parameters:,}"),
    ),
    ((Column("field"), _field), (Column("stride"), _stride)),
    (
        (Column("sigma"), _sigma),
        (Column("threshold"), _threshold),
        (Column("sets"), _sets),
    ),
    (
        (Column("regularizer", "<"), _penalty),
        (Column("factor"), _factor),
        (Column("bounds"), _bounds),
    ),
    (
        (Column("zero"), lambda layer: _share(layer.zeros, layer)),
        (Column("held"), lambda layer: _share(layer.held, layer)),
    ),
    (
        (Column("A"), lambda layer: "" if layer.bounds is None else f"{layer.bounds.lower:.3g}"),
        (Column("B"), lambda layer: "" if layer.bounds is None else f"{layer.bounds.upper:.3g}"),
    ),
    ((Column("state", "<"), lambda layer: ", ".join(layer.state)),),
)
