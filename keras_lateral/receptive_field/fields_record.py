"""The record of the receptive fields of a model's layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from keras_lateral.keras_tools.arguments import Shape
from keras_lateral.receptive_field.field import ReceptiveField
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

    Example:

    >>> import keras
    >>> from keras_lateral import receptive_fields
    >>> conv = keras.layers.Conv1D(2, 3, name="conv")
    >>> fields = receptive_fields(keras.Sequential([keras.Input((9, 1)), conv]))
    >>> record = fields.layers[-1]
    >>> record.name, record.output_shape, record.field.size
    ('conv', (None, 7, 2), (3,))
    """

    name: str
    layer_class: str
    output_shape: Shape
    field: ReceptiveField
    aligned: bool | None = None

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
        }


@dataclass(frozen=True, repr=False)
class ReceptiveFields(Record, Mapping[str, ReceptiveField]):
    """A mapping from layer names to receptive fields. `receptive_fields` makes it.

    The keys are the layers in the graph's order. A layer in a nested model, `"outer/inner"`, is
    also found as `"inner"` if only one layer has this name.

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
        found = [layer for layer in self.layers if layer.name == name]
        found = found or [layer for layer in self.layers if layer.name.split("/")[-1] == name]
        if len(found) == 1:
            return found[0]
        names = [layer.name for layer in found or self.layers]
        problem = "Several layers are" if found else "No layer is"
        raise KeyError(f"{problem} called {name!r}. Expected one of {names}.")

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

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        layers = [layer.to_dict() for layer in self.layers]
        return {"model": self.model, "image": list(self.image), "layers": layers}

    def _blocks(self) -> list[Table | str]:
        headings = ("layer (class)", "output shape", "size", "stride", "padding", "")
        columns = [Column(text, "<") for text in headings]
        unknown = any(None in layer.field.padding for layer in self.layers)
        notes = ("?: depends on the image's size; see `input_shape`",) if unknown else ()
        title = f'receptive fields of "{self.model}", image {self._image_text}'
        return [Table(columns, [_row(layer) for layer in self.layers], (title,), notes)]

    def _summary(self) -> str:
        last = f", the last {_by(self.layers[-1].field.size)} pixels" if self.layers else ""
        return (
            f"{counted(len(self.layers), 'layer')}{last}, image {self._image_text}, "
            f"model {self.model!r}"
        )

    @property
    def _image_text(self) -> str:
        return " x ".join(_text(length) for length in self.image) or "without axes"


def _row(one: LayerReceptiveField) -> tuple[str, ...]:
    field = one.field
    note = "sees the whole image" if field.whole else ""
    if one.aligned is False:
        note += f"{'; ' if note else ''}paths not aligned"
    values = (_by(field.size), _by(field.stride), _by(field.padding))
    return (f"{one.name} ({one.layer_class})", str(one.output_shape), *values, note)


def _by(values: tuple[Any, ...]) -> str:
    texts = [_text(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else " x ".join(texts)


def _text(value: Any) -> str:
    return "?" if value is None else str(value)


def _plain(value: int | Fraction | None) -> int | list[int] | None:
    return [value.numerator, value.denominator] if isinstance(value, Fraction) else value
