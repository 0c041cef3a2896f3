"""Saliency by lateral inhibition in a model's layers."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import keras
import numpy as np
from keras import ops

from keras_lateral.gradient_mask.mask import inhibition_response
from keras_lateral.gradient_mask.minicolumns import minicolumn_norms
from keras_lateral.gradient_mask.settings import GradientMaskSettings
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.arguments import (
    DataFormat,
    FeatureSets,
    InhibitionPadding,
    Tensor,
    check_choice,
)
from keras_lateral.keras_tools.gradients_at_layers import gradients_at_layers, outputs_at_layers
from keras_lateral.keras_tools.head.of_model import ModelReturns, reads_scores
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.layer_choice import Choice, choose_layers
from keras_lateral.keras_tools.relu_layers import relu_layers
from keras_lateral.saliency.record import Saliency, warn_of_empty_maps
from keras_lateral.saliency.score import Score, Target, TargetScore


def resized_maps(maps: np.ndarray, height: int, width: int) -> np.ndarray:
    """Returns maps at another size, by bilinear interpolation, in float64.

    The outer edges of map and image coincide: pixel i of n lies at (i + 1/2) / n of the
    length, and beyond the outermost centers the outermost value holds.

    Args:
        maps: Array of shape `(images, height, width)`.
        height: Number of rows of the result.
        width: Number of columns of the result.

    Returns:
        float64 array of shape `(images, height, width)`.

    Example:

    >>> resized_maps(np.array([[[0.0, 4.0]]]), 1, 4).tolist()
    [[[0.0, 1.0, 3.0, 4.0]]]
    """
    rows = _interpolation_matrix(maps.shape[1], height)
    columns = _interpolation_matrix(maps.shape[2], width)
    result: np.ndarray = rows @ np.asarray(maps, "float64") @ columns.T
    return result


def _interpolation_matrix(n: int, m: int) -> np.ndarray:
    """Returns the matrix of shape `(m, n)` that interpolates n values at m positions."""
    place = np.clip((np.arange(m) + 0.5) * n / m - 0.5, 0, n - 1)
    return np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(n)))


Of = Literal["gradient", "activation"]


@reads_scores
def lateral_inhibition_saliency(
    model: keras.Model,
    images: Any,
    target: Target = None,
    *,
    layers: Choice | None = None,
    of: Of = "gradient",
    sigma: float = 1.0,
    feature_sets: FeatureSets = 1,
    inhibition_size: int | None = None,
    inhibition_padding: InhibitionPadding = "reflect",
    zero_sum: bool = True,
    equal_layers: bool = False,
    score: Score = "logit",
    data_format: DataFormat | None = None,
    batch_size: int = 32,
    model_returns: ModelReturns | None = None,
) -> Saliency:
    """Returns where the minicolumns of the ReLU layers stand out from those around them.

        g^l = d f_k / d a^l                         for the output a^l of each ReLU layer l
        N^l_ij(s) = ||g^l_ij(s)||_2                 the norm of set s's minicolumn at (i, j)
        M = sum over l of resize( sum over s of ReLU( -LoG * N^l(s) ) )

    The Laplacian of Gaussian (LoG) is negative at its center: -LoG * N is above 0 where a
    minicolumn is longer than those around it, which inhibit the others. The maps of the layers are
    resized bilinearly to the image, edge to edge, and summed.

    The source defines minicolumns of gradients, so these are the default; activations show where
    layers respond, whatever the class. It does not give sigma, K or the weights of the layers:
    here sigma is in pixels of each layer's own map, K is 1, and the maps are summed as they are,
    so layers with large gradients, often the late and coarse ones, count most. Like all saliency
    methods here, it is computed in inference mode, where masks do not act.

    Args:
        model: A model with one input and scores of shape `(images, classes)`.
        images: Array of shape `(images, height, width, channels)`, or as in `data_format`.
        target: The class k of each image, or one for all. Defaults to the predicted class.
        layers: Names, classes or a predicate of layers to use instead of ReLU layers, which are
            `ReLU`, `Activation("relu")` or one with `activation="relu"`. Those without two
            spatial axes are left out; one that is called twice counts twice.
        of: Which minicolumns to use: those of the `"gradient"` at the layer's output, or of the
            `"activation"`, the output itself.
        sigma: Standard deviation of the LoG, in pixels of the layer's map.
        feature_sets: K, which divides the channels of every layer, or `"channels"`.
        inhibition_size: As in `GradientMask`.
        inhibition_padding: As in `GradientMask`.
        zero_sum: As in `GradientMask`.
        equal_layers: Whether each layer's map is divided by its maximum before the sum.
        score: As in `gradient_saliency`.
        data_format: Data format of the images, and of layers without their own. Defaults to Keras'
            setting.
        batch_size: Number of images differentiated at once.
        model_returns: `"probabilities"` or `"logits"`, where neither the model's end nor its
            compiled loss shows it.

    Returns:
        A `Saliency`; `settings["layers"]` names the layers.

    Raises:
        ValueError: If an argument is out of its range, if model, images and target do not fit each
            other, or if there is no ReLU layer with two spatial axes.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import lateral_inhibition_saliency
    >>> conv = keras.layers.Conv2D(4, 3, activation="relu", name="conv")
    >>> model = keras.Sequential([conv, keras.layers.Flatten(), keras.layers.Dense(3)])
    >>> x = np.random.default_rng(0).normal(size=(2, 8, 8, 1))
    >>> record = lateral_inhibition_saliency(model, x)
    >>> record.maps.shape, record.settings["layers"]
    ((2, 8, 8), ['conv'])

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks.
    """
    check_choice("of", of, Of)
    data_format = data_format or keras.config.image_data_format()
    inhibition = GradientMaskSettings(
        sigma=sigma,
        feature_sets=feature_sets,
        inhibition_size=inhibition_size,
        inhibition_padding=inhibition_padding,
        zero_sum=zero_sum,
    )
    scored = TargetScore(model, images, target, score, batch_size)
    chosen = (
        relu_layers(model) if layers is None else choose_layers(model, layers, all_layers(model))
    )
    height, width = _spatial(scored.images, data_format)
    at_layers = gradients_at_layers if of == "gradient" else outputs_at_layers
    maps, names = [], []
    labels = LayerLabels(model)
    for x, k in zip(scored.batches(scored.images), scored.batches(scored.target), strict=True):
        found = at_layers(chosen, partial(scored, target=k), ops.convert_to_tensor(x))
        _check_found(found, model)
        names = [str(labels.of(layer)) for layer, _ in found]
        total = np.zeros((len(x), height, width))
        for layer, columns in found:
            own = getattr(layer, "data_format", None) or data_format
            delta = _positive_contrast(columns, inhibition, own)
            total += resized_maps(_scaled_to_one(delta) if equal_layers else delta, height, width)
        maps.append(total)
    whole = scored.joined(maps)
    warn_of_empty_maps(whole)
    settings = {
        "layers": names,
        "of": of,
        "sigma": sigma,
        "feature_sets": feature_sets,
        "inhibition_size": inhibition.size,
        "inhibition_padding": inhibition_padding,
        "zero_sum": zero_sum,
        "equal_layers": equal_layers,
        "score": scored.kind,
    }
    return Saliency(whole, "lateral inhibition", scored.target, settings)


def _positive_contrast(
    columns: Tensor, inhibition: GradientMaskSettings, data_format: DataFormat
) -> np.ndarray:
    """Returns sum_s ReLU(-LoG * N(s)), float64 array of shape `(images, *map)`."""
    norms = minicolumn_norms(columns, inhibition.feature_sets, data_format)
    delta = ops.convert_to_numpy(inhibition_response(norms, inhibition, data_format))
    axis = 1 if data_format == "channels_first" else -1
    result: np.ndarray = np.maximum(0.0, -delta.astype("float64")).sum(axis=axis)
    return result


def _scaled_to_one(maps: np.ndarray) -> np.ndarray:
    largest = maps.max(axis=(1, 2), keepdims=True)
    return maps / np.where(largest > 0, largest, 1.0)


def _spatial(images: np.ndarray, data_format: DataFormat) -> tuple[int, int]:
    height, width = images.shape[2:] if data_format == "channels_first" else images.shape[1:3]
    return height, width


def _check_found(found: list[Any], model: keras.Model) -> None:
    if not found:
        raise ValueError(
            f"No layer of model {model.name!r} that ends in a ReLU and has two spatial axes is "
            "called. Choose the layers whose maps to use with the argument `layers`."
        )
