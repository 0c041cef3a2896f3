"""What a page of TensorBoard shows: one class for each subject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import keras
import numpy as np

from keras_lateral.figure import png_of
from keras_lateral.frame.bounds.of_layers import Measurement, layers_to_measure, model_frame_bounds
from keras_lateral.frame.monitor import weights_are_finite
from keras_lateral.frame.plots import plot_frame_spectrum
from keras_lateral.gradient_mask.mask_gradients import find_gradient_masks, mask_gradients
from keras_lateral.gradient_mask.plots import plot_gradient_mask
from keras_lateral.gradient_mask.report import measure_gradient_masks, number_of_samples
from keras_lateral.keras_tools.labels.label import find_labels
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.layer_kernels import layer_kernels
from keras_lateral.overview.event_file import EventFile
from keras_lateral.overview.layer_places import layer_places
from keras_lateral.overview.measured_data import try_step
from keras_lateral.receptive_field.effective import NoGradientError, effective_receptive_field
from keras_lateral.receptive_field.fields import receptive_fields
from keras_lateral.receptive_field.freeze.frozen_function import variables_frozen_now
from keras_lateral.receptive_field.plot_effective import plot_effective_receptive_field
from keras_lateral.receptive_field.plots import plot_receptive_field_growth

SHARES = ("positions_kept", "energy_kept", "energy_left")
BOUNDS = ("lower", "upper", "condition_number")

MOST_MASKS = 8
"""Rows of one picture of masks; of more masks, as many are drawn at equal distances."""


class Part(Protocol):
    """Something to show. Its constructor raises a `ValueError` if a model does not have it."""

    def write(self, file: EventFile, model: Any, epoch: int) -> None:
        """Measures the model at the end of an epoch, and writes what it finds."""


class Masks:
    """How much the masks keep, as scalars, and a picture of what they do to samples.

    Args:
        model: A built model.
        x: Inputs to measure on.
        y: Targets.
        names: Names of the masks to draw; `None` for all, or eight of them.
        samples: How many samples to draw.
        batch_size: Samples per training step of the measurement.
    """

    def __init__(
        self,
        model: Any,
        x: Any,
        y: Any,
        names: Collection[str] | None,
        samples: int,
        batch_size: int,
    ) -> None:
        if x is None or y is None:
            raise ValueError("masks act on gradients: give `x` and `y` to measure them on")
        known = list(find_gradient_masks(model))
        what = f"the gradient masks of model {model.name!r}"
        chosen = find_labels(names or (), known, what, "masks")
        first = slice(0, batch_size)
        try_step(model, _taken(x, first), _taken(y, first))
        self._x, self._y, self._batch_size = x, y, batch_size
        self._names = chosen or evenly(known, MOST_MASKS)
        self._samples = samples

    def write(self, file: EventFile, model: Any, epoch: int) -> None:
        """Writes shares, settings and pictures."""
        report = measure_gradient_masks(model, self._x, self._y, None, self._batch_size)
        masks = find_gradient_masks(model)
        for share in report.layers:
            for name in SHARES:
                file.scalar(f"gradient_mask/{share.name}/{name}", getattr(share, name), epoch)
        for layer, mask in masks.items():
            for name in ("sigma", "threshold", "enabled"):
                file.scalar(f"gradient_mask/{layer}/{name}", getattr(mask, name), epoch)
        batch = slice(0, self._batch_size)
        x, y = _taken(self._x, batch), _taken(self._y, batch)
        found = mask_gradients(model, x, y)
        drawn = {key: at for key, at in found.items() if at.name in self._names}
        maps = {key: at for key, at in drawn.items() if at.norms.ndim <= 4}
        samples = min(self._samples, number_of_samples(x)) if maps else 0
        for sample in range(samples):
            drawing = plot_gradient_mask(maps, _drawable(x), sample=sample)
            file.image(f"gradient_mask/sample_{sample}", png_of(drawing.figure), epoch)


class Spectra:
    """Frame bounds of layers as scalars, and a picture of their singular values.

    Args:
        model: A built model.
        layers: The layers to measure.
        measurement: Its settings.
    """

    def __init__(self, model: Any, layers: Choice | None, measurement: Measurement) -> None:
        self._layers, self._measurement = layers, measurement
        layers_to_measure(model, layers)  # raises if there is none

    def write(self, file: EventFile, model: Any, epoch: int) -> None:
        """Writes bounds and a picture, unless training has diverged."""
        if not weights_are_finite(layers_to_measure(model, self._layers).values()):
            return
        report = model_frame_bounds(model, self._measurement, self._layers)
        for bounds in report.layers:
            for name in BOUNDS:
                file.scalar(f"frame_bounds/{bounds.name}/{name}", getattr(bounds, name), epoch)
        file.image("frame_bounds/spectra", png_of(plot_frame_spectrum(report).figure), epoch)


class Fields:
    """Receptive fields along the model's depth, once, and effective ones of some layers.

    Args:
        model: A built model.
        x: Images to measure effective fields on; `None` leaves them out.
        layers: Names of layers; `None` for the last convolution that does not see everything.
        batch_size: Number of images differentiated at once.
    """

    def __init__(self, model: Any, x: Any, layers: Sequence[str] | None, batch_size: int) -> None:
        self._fields = receptive_fields(model)
        self._x, self._batch_size = x, batch_size
        names = list(layers) if layers else self._last_convolution()
        try:
            self._calculated = {name: self._fields[name] for name in names}
        except KeyError as error:
            raise ValueError(
                f"Invalid value for argument `receptive_fields`. {error.args[0]}"
            ) from error
        self._drawn = False

    def write(self, file: EventFile, model: Any, epoch: int) -> None:
        """Writes a picture of the effective fields and their sizes."""
        if not self._drawn:
            drawing = plot_receptive_field_growth(self._fields)
            file.image("receptive_field/growth", png_of(drawing.figure), epoch)
            self._drawn = True
        if self._x is None:
            return
        found = []
        for name, field in self._calculated.items():
            try:
                effective = effective_receptive_field(
                    model, name, self._x, field=field, batch_size=self._batch_size
                )
            except NoGradientError:  # the unit is dead in this epoch
                continue
            found.append(effective)
            size = float(np.mean(effective.size()))
            file.scalar(f"receptive_field/{name}/effective_size", size, epoch)
        if found:
            drawing = plot_effective_receptive_field(found)
            file.image("receptive_field/effective", png_of(drawing.figure), epoch)

    def _last_convolution(self) -> list[str]:
        names = [
            record.name
            for record in self._fields.layers
            if layer_kernels(record.layer) and not record.field.whole and all(record.field.stride)
        ]
        return names[-1:]


class Freezes:
    """Which layers a freeze held in each epoch: 1 or 0, for those that one has ever held."""

    def __init__(self) -> None:
        self._first: int | None = None
        self._held: set[str] = set()

    def look(self, file: EventFile, model: Any, epoch: int) -> None:
        """Looks, within an epoch, at what its steps leave alone, and writes it."""
        self._first = epoch if self._first is None else self._first
        frozen = {id(variable) for variable in variables_frozen_now(model)}
        now = {
            place.name
            for place in (layer_places(model) if frozen else ())
            if any(id(weight) in frozen for weight in place.weights)
        }
        for name in sorted(now - self._held):
            for earlier in range(self._first, epoch):
                file.scalar(f"freeze/{name}", 0, earlier)
        self._held |= now
        for name in sorted(self._held):
            file.scalar(f"freeze/{name}", name in now, epoch)


def evenly(names: Sequence[str], most: int) -> list[str]:
    """Returns at most so many names, the first and the last among them.

    Example:

    >>> evenly("abcdefg", 3), evenly("ab", 3)
    (['a', 'd', 'g'], ['a', 'b'])
    """
    places = np.linspace(0, len(names) - 1, min(most, len(names)))
    return [names[round(place)] for place in places]


def _taken(data: Any, chosen: slice) -> Any:
    return keras.tree.map_structure(lambda array: array[chosen], data)


def _drawable(x: Any) -> Any:
    """Returns the images of a batch, or `None` if it holds no images that can be drawn."""
    shape: tuple[int, ...] = np.shape(x) if not isinstance(x, (dict, list, tuple)) else ()
    drawn = len(shape) == 3 or (len(shape) == 4 and shape[-1] in (1, 3))
    return np.asarray(x) if drawn else None
