"""A test of whether saliency maps depend on the model: its weights are randomized."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.record import Record
from keras_lateral.saliency.gradient import gradient_saliency
from keras_lateral.saliency.record import Saliency
from keras_lateral.text import Column, Table, counted

Method = Callable[..., Saliency]


@dataclass(frozen=True, eq=False, repr=False)
class SaliencyRandomization(Record):
    """Similarity of maps while a model's weights become random. `saliency_randomization` makes it.

    Args:
        method: The method's name.
        layers: The layers in the order of their randomization, from the last one down.
        correlations: float64 array of shape `(layers, images)`: rank correlation of each map with
            that of the intact model, when this layer and those before it in the list are random.

    Example:

    >>> record = SaliencyRandomization("gradient", ("head", "conv"), np.array([[0.5], [0.0]]))
    >>> print(record)
    gradient saliency: rank correlation with the maps of the intact model
    head and above  0.50
    conv and above  0.00
    """

    method: str
    layers: tuple[str, ...]
    correlations: np.ndarray

    @property
    def last(self) -> float:
        """The mean correlation when all layers are random: similarity not due to training."""
        return float(self.correlations[-1].mean())

    def to_dict(self) -> dict[str, Any]:
        """Returns all values by their names."""
        names = {"method": self.method, "layers": list(self.layers)}
        return names | {"correlations": self.correlations.tolist()}

    def _blocks(self) -> list[Table | str]:
        columns = (Column(align="<"), Column(align="<", gap=1), Column(align="<"))
        rows = [
            (name, "and above", f"{correlations.mean():.2f}")
            for name, correlations in zip(self.layers, self.correlations, strict=True)
        ]
        title = f"{self.method} saliency: rank correlation with the maps of the intact model"
        return [Table(columns, rows, above=(title,))]

    def _summary(self) -> str:
        last = f", {self.last:.2f} when all are random" if len(self.layers) else ""
        return f"{self.method}, {counted(len(self.layers), 'layer')}{last}"


def saliency_randomization(
    model: keras.Model,
    images: Any,
    method: Method = gradient_saliency,
    *,
    seed: int = 0,
    **arguments: Any,
) -> SaliencyRandomization:
    """Compares a method's maps with those it gives while the model's weights become random.

        rho_l = rank correlation of M(model) and M(model with layers l, l + 1, ... random)

    A map that stays the same when the model's weights are random cannot show what the model has
    learned, however good it looks: edge detectors look good too. Some correlation remains in any
    convolutional model, since its units see pixels at the border less often whatever the weights,
    and dark pixels switch off units before a ReLU. Layers are made random from the
    last one down, as in the paper's cascading test. The paper draws new weights; here each
    weight tensor's values are shuffled, which needs no initializer and keeps their distribution.
    A constant tensor, such as a bias of zeros, does not change. The classes stay those of the
    intact model. The model gets its weights back at the end, even after an error.

    Args:
        model: A built model.
        images: Images, as `method` takes them.
        method: Function that returns a `Saliency` for `(model, images, target, **arguments)`.
        seed: Seed of the shuffling.
        **arguments: Arguments of `method`.

    Returns:
        A `SaliencyRandomization`.

    Raises:
        ValueError: If the model has no weights.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import saliency_randomization
    >>> keras.utils.set_random_seed(0)
    >>> conv = keras.layers.Conv2D(4, 3, activation="relu", name="conv")
    >>> head = keras.layers.Dense(3, name="head")
    >>> model = keras.Sequential([keras.Input((6, 6, 1)), conv, keras.layers.Flatten(), head])
    >>> checked = saliency_randomization(model, np.random.default_rng(0).normal(size=(2, 6, 6, 1)))
    >>> checked.layers, abs(checked.last) < 0.5
    (('head', 'conv'), True)

    Reference:

    - [Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim, 2018, Sanity checks for saliency
      maps](https://arxiv.org/abs/1810.03292)
    """
    layers = [layer for layer in all_layers(model) if _own_weights(layer)][::-1]
    if not layers:
        raise ValueError(f"Model {model.name!r} has no weights to randomize.")
    intact = method(model, images, arguments.pop("target", None), **arguments)
    rng = np.random.default_rng(seed)
    correlations = []
    with _restored(model):
        for layer in layers:
            for variable in _own_weights(layer):
                value = keras.ops.convert_to_numpy(variable)
                variable.assign(rng.permuted(value.ravel()).reshape(value.shape))
            maps = method(model, images, intact.target, **arguments).maps
            pairs = zip(intact.maps, maps, strict=True)
            correlations.append([rank_correlation(*pair) for pair in pairs])
    names = tuple(LayerLabels(model).of_all(layers))
    return SaliencyRandomization(intact.method, names, np.array(correlations))


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Returns Spearman's rank correlation; 0 if one of the arrays is constant.

    Example:

    >>> round(rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([0.0, 0.1, 0.2])), 6)
    1.0
    """
    ranks = [_ranks(values.ravel()) for values in (a, b)]
    x, y = (rank - rank.mean() for rank in ranks)
    scale = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / scale) if scale else 0.0


def _ranks(values: np.ndarray) -> np.ndarray:
    """Returns ranks, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: np.ndarray = (last - (counts - 1) / 2)[place]
    return means


def _own_weights(layer: keras.layers.Layer) -> list[Any]:
    """Returns the trainable weights of a layer without those of layers in it."""
    below = {id(v) for inner in all_layers(layer) for v in inner.weights}
    return [v for v in layer.trainable_weights if id(v) not in below]


@contextmanager
def _restored(model: keras.Model) -> Iterator[None]:
    before = model.get_weights()
    try:
        yield
    finally:
        model.set_weights(before)
