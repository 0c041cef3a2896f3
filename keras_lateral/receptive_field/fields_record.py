"""The record of the receptive fields of a model's layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from fractions import Fraction
from typing import Any

from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.keras_tools.labels.label import find_label, meant_by
from keras_lateral.receptive_field.field import PerAxis, ReceptiveField
from keras_lateral.record import Record
from keras_lateral.text import Column, Table, counted


@dataclass(frozen=True)
class LayerReceptiveField:
    """The receptive field of one layer's units.

    Args:
        name: The layer's name, `"outer/inner"` in a nested model, `"name#2"` for a second call.
        layer_class: The name of the layer's class.
        output_shape: Shape of its (first) output, with the lengths that follow from the image's.
        field: Receptive field of its units.
        aligned: For a merge of several paths, whether their fields have the same centers; `None`
            for other layers, and where it depends on a length that is not known.
        smallest_size: Size of the field along the path from the image with the smallest one, as
            along the shortcuts of a ResNet. `field` is that of all paths together. `None` if it
            was not calculated.
        multiply_adds: Multiply-adds of the layer for one image, each 2 FLOPs: products with
            kernels and of tensors with each other, as in convolutions, dense layers and
            attention. Biases, normalization, activations, pooling and resizing count as 0. `None`
            where it is not known.
        layer: The layer or operation itself.

    Example:

    >>> import keras
    >>> from keras_lateral import receptive_fields
    >>> conv = keras.layers.Conv1D(2, 3, name="conv")
    >>> fields = receptive_fields(keras.Sequential([keras.Input((9, 1)), conv]))
    >>> record = fields.layers[-1]
    >>> record.name, record.output_shape, record.field.size, record.multiply_adds
    ('conv', (None, 7, 2), (3,), 42)
    """

    name: str
    layer_class: str
    output_shape: Shape
    field: ReceptiveField
    aligned: bool | None = None
    smallest_size: PerAxis | None = None
    multiply_adds: int | None = None
    layer: Any = dataclass_field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values, fractions as `[numerator, denominator]`."""
        return {
            "name": self.name,
            "layer_class": self.layer_class,
            "output_shape": list(self.output_shape),
            "size": list(self.field.size),
            "stride": [_plain(value) for value in self.field.stride],
            "padding": [_plain(value) for value in self.field.padding],
            "whole": self.field.whole,
            "aligned": self.aligned,
            "smallest_size": None if self.smallest_size is None else list(self.smallest_size),
            "multiply_adds": self.multiply_adds,
        }


@dataclass(frozen=True, repr=False)
class ReceptiveFields(Record, Mapping[str, ReceptiveField]):
    """A mapping from layer names to receptive fields. `receptive_fields` makes it.

    The keys are the layers in the graph's order. A layer in a nested model, `"outer/inner"`, is
    also found as `"inner"` if only one layer has this name. Where a layer is called again, its
    name means the first call.

    Args:
        layers: A record for each layer.
        image: The image's length along each spatial axis, `None` where it is not known.
        model: The model's name.

    Example:

    >>> field = ReceptiveField(size=(3, 3), stride=(2, 2), padding=(1, 1))
    >>> conv = LayerReceptiveField("conv", "Conv2D", (None, 4, 4, 8), field)
    >>> fields = ReceptiveFields((conv,), image=(8, 8), model="small")
    >>> fields["conv"].size, list(fields)
    ((3, 3), ['conv'])
    >>> print(fields)
    receptive fields of "small", image 8 x 8
    layer (class)  output shape     size  stride  padding
    conv (Conv2D)  (None, 4, 4, 8)  3     2       1
    """

    layers: tuple[LayerReceptiveField, ...]
    image: tuple[int | None, ...] = ()
    model: str = "model"

    def record(self, name: str) -> LayerReceptiveField:
        """Returns the record of a layer.

        Raises:
            KeyError: If no layer, or more than one, has this name.
        """
        records = {layer.name: layer for layer in self.layers}
        found = meant_by(name, records)
        # The units of a nested model or layer made of layers are those of its last layer.
        found = found or [own for own in records if own.startswith(f"{name}/")][-1:]
        # Where a layer is called again, as in `"block#2/conv"`, its name means the first call.
        found = [own for own in found if "#" not in own] or found
        return records[found[0] if len(found) == 1 else find_label(name, records)]

    def __getitem__(self, name: str) -> ReceptiveField:
        return self.record(name).field

    def __iter__(self) -> Iterator[str]:
        return (layer.name for layer in self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def not_aligned(self) -> tuple[str, ...]:
        """Names of the merges whose paths' fields have different centers."""
        return tuple(layer.name for layer in self.layers if layer.aligned is False)

    @property
    def multiply_adds(self) -> int | None:
        """Multiply-adds of all layers for one image; `None` if those of a layer are not known."""
        counts = [layer.multiply_adds for layer in self.layers]
        return None if None in counts else sum(count or 0 for count in counts)

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [layer.to_dict() for layer in self.layers]
        return {"model": self.model, "image": list(self.image), "layers": layers}

    def _blocks(self) -> list[Table | str]:
        smaller = any(layer.smallest_size not in (None, layer.field.size) for layer in self.layers)
        counted_ones = any(layer.multiply_adds is not None for layer in self.layers)
        headings = ["layer (class)", "output shape", "size", "stride", "padding", ""]
        if counted_ones:
            headings.insert(5, "mult-adds")
        if smaller:
            headings.insert(3, "smallest")
        columns = [Column(text, ">" if text == "mult-adds" else "<") for text in headings]
        rows = [_row(layer, smaller, counted_ones) for layer in self.layers]
        unknown = any(None in layer.field.padding for layer in self.layers)
        notes = ("?: depends on the image's size; see `input_shape`",) if unknown else ()
        title = f'receptive fields of "{self.model}", image {self._image_text}'
        return [Table(columns, rows, (title,), notes)]

    def _summary(self) -> str:
        last = f", the last {by_axis(self.layers[-1].field.size)} pixels" if self.layers else ""
        return (
            f"{counted(len(self.layers), 'layer')}{last}, image {self._image_text}, "
            f"model {self.model!r}"
        )

    @property
    def _image_text(self) -> str:
        return " x ".join(_text(length) for length in self.image) or "without axes"


def _row(one: LayerReceptiveField, smallest: bool, counts: bool) -> tuple[str, ...]:
    field = one.field
    nothing = bool(field.size) and all(length == 0 for length in field.size)
    notes = ["sees no image"] if nothing else ["sees the whole image"] if field.whole else []
    notes += ["paths not aligned"] if one.aligned is False else []
    values = [by_axis(field.size), by_axis(field.stride), by_axis(field.padding)]
    if smallest:
        values.insert(1, "?" if one.smallest_size is None else by_axis(one.smallest_size))
    if counts:
        values.append("?" if one.multiply_adds is None else f"{one.multiply_adds:,}")
    name = f"{one.name} ({one.layer_class})"
    return (name, str(one.output_shape), *values, "; ".join(notes))


def by_axis(values: tuple[Any, ...]) -> str:
    """Returns values along several axes as text, one where all are the same, `?` if not known."""
    texts = [_text(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else " x ".join(texts)


def _text(value: Any) -> str:
    return "?" if value is None else str(value)


def _plain(value: int | Fraction | None) -> int | list[int] | None:
    return [value.numerator, value.denominator] if isinstance(value, Fraction) else value
