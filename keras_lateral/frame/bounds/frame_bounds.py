"""The true frame bounds of a layer or of all layers of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from keras_lateral.frame.bounds.layer_operator import layer_operator
from keras_lateral.frame.bounds.of_layers import Measurement, layer_frame_bounds, model_frame_bounds
from keras_lateral.keras_tools.arguments import Borders
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.keras_tools.map_lengths import checked_lengths


def frame_bounds(
    layer_or_model: Any,
    *,
    borders: Borders = "circular",
    input_shape: Sequence[int] | None = None,
    grid: int | None = None,
    layers: Choice | None = None,
    tolerance: float = 1e-6,
    accuracy: float = 1e-4,
    verbose: int = 0,
) -> Any:
    """Computes A and B with A |z|^2 <= |W z|^2 <= B |z|^2 for layers as linear operators W.

    A and B are the extreme squared singular values of W, which is never built for a large map:

    - `borders="circular"`: the map is a ring along each axis. W is diagonal in frequencies, and
      all its singular values come from a small matrix at each of them. Exact, cheap, and what
      most of the map does.
    - `borders="zeros"`: what the layer computes, padding and all. Exact where an operator is
      small or falls apart (dense layers, 1 x 1 kernels, kernels not larger than their stride);
      otherwise by Lanczos iterations, with an error for each value. The two can differ a lot:
      a kernel that shifts the map by a pixel has A = 1 on a ring, and A = 0 with zeros.

    There are min(m, n) singular values, where W is m x n without the pixels that no tap reads
    (three of four with a 1 x 1 kernel and stride 2): with them A would be 0 for any weights.
    With m < n, W W^T takes the place of W^T W. A separable convolution is one operator; bias and
    activation are left out. Computed in float64, from weights in float32.

    A ResNet-50 at 224 x 224 takes some ten seconds on a ring and half a minute with zeros, on one
    core of a CPU. More threads of the BLAS do harm with matrices as small as these; where
    threadpoolctl is installed, as with scikit-learn, a ring's are computed in one.

    Along with A and B come Gershgorin's bounds from the row sums of V = W^T W. They hold on any
    ring, and the upper ones with zeros too; with zeros, the lower ones include the rows at the
    borders.

    Args:
        layer_or_model: A built layer or model. In a model, dense and convolutional layers are
            measured, also those within nested models, wrappers and blocks.
        borders: `"circular"` or `"zeros"`.
        input_shape: For a layer: the lengths of its input maps in pixels. Defaults to those in
            the functional or Sequential model that it belongs to.
        grid: For circular borders: output positions along each axis, in place of the map's own.
            Defaults to the map's, or 32 where its size is not known. A finer grid that is a
            multiple of a coarser one has bounds that include those of the coarser one.
        layers: For a model: the layers to measure, by name, class, a function from a layer to
            bool, or a list of these. Defaults to all.
        tolerance: A squared singular value up to this share of B counts as dead. Random kernels
            with as many outputs as inputs have a few of them on large maps.
        accuracy: Target of the iterations: both errors at most this share of B.
        verbose: 1 prints a line for each layer of a model when it is measured.

    Returns:
        A `FrameBounds` for a layer, a `FrameBoundsReport` for a model.

    Raises:
        ValueError: If an argument is out of its range, no layer with a kernel is chosen, a layer
            is not built, or with zeros, the size of its map is not known.

    Example:

    >>> import keras, numpy as np
    >>> from keras_lateral import frame_bounds
    >>> shift = keras.layers.Conv1D(1, 3, padding="same", use_bias=False)
    >>> shift.build((None, 8, 1))
    >>> shift.set_weights([np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1)])
    >>> ring = frame_bounds(shift, input_shape=(8,))
    >>> ring.lower, ring.upper, ring.is_tight()
    (1.0, 1.0, True)
    >>> zeros = frame_bounds(shift, borders="zeros", input_shape=(8,))
    >>> zeros.lower, zeros.upper, zeros.dead
    (0.0, 1.0, 1)

    Reference:

    - Sedghi, H., Gupta, V., Long, P. (2019). The singular values of convolutional layers. ICLR.
    - Gneushev, A., Grigor'ev, A., Matveev, I. (2022). Regularization of a neural network layer
      by building a frame in the parameter space.
    """
    how = Measurement(borders, grid, tolerance, accuracy)
    if isinstance(layer_or_model, keras.Model):
        if input_shape is not None:
            raise ValueError(
                "Invalid value for argument `input_shape`. A model's layers have maps of their "
                f"own; give it with a layer. Received: input_shape={input_shape}"
            )
        return model_frame_bounds(layer_or_model, how, layers, verbose)
    if layers is not None:
        raise ValueError(
            "Invalid value for argument `layers`. It chooses layers of a model. "
            f"Received: layers={layers!r} with {layer_or_model}"
        )
    if input_shape is None:
        return layer_frame_bounds(layer_or_model, how)
    axes = len(layer_operator(layer_or_model).axes)
    return layer_frame_bounds(layer_or_model, how, lengths=checked_lengths(input_shape, axes))
