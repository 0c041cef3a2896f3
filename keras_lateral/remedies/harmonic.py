"""Harmonic convolutions: kernels are sums of cosine patterns, and the coefficients are trained."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.arguments import FixedArguments, Shape, Tensor
from keras_lateral.remedies.dct import (
    coefficient_shape,
    coefficients_of,
    cosine_basis,
    kernel_of,
)


@keras.saving.register_keras_serializable(package="keras_lateral")
class HarmonicConv2D(FixedArguments, keras.layers.Conv2D):
    """A convolution whose kernels are sums of the cosine patterns of the discrete transform.

        k(i, j) = sum over (u, v) of lambda_uv psi_uv(i, j)
        y = k * x + b

    psi are the orthonormal patterns of the two-dimensional discrete cosine transform (type II) of
    the kernel's size, and lambda is trained, one for each pattern, input and output. To convolve
    with all patterns and to weight the responses, as the paper writes it, is the same function;
    this is its faster form.

    With all frequencies any kernel can be represented, by as many numbers. Then plain gradient
    descent, with or without momentum and an L2 penalty, trains the same function as `Conv2D` does,
    since the transform is orthonormal. What differs is what looks at single weights: the steps of
    Adam and its like, clipping by value, L1 penalties. `level` leaves out high frequencies,
    which compresses the layer as in the paper.

    In the paper's networks the first layer also normalizes each pattern's response over the batch,
    without which the responses of the constant pattern are the largest. That is left out here.

    The attribute `coefficients` is the trained weight; `kernel` is calculated from it. The kernel's
    regularizer and constraint act on the coefficients, the initializer on the kernel.

    Args:
        filters: Number of outputs.
        kernel_size: Height and width of the kernels, or one number for both.
        *args: The further arguments of `keras.layers.Conv2D`, in its order.
        level: Only the frequencies with u + v < level are used; `None` for all.
        **kwargs: The further arguments of `keras.layers.Conv2D` by name.

    Input shape:
        `(batch, height, width, channels)`, or `(batch, channels, height, width)` with
        `data_format="channels_first"`.

    Output shape:
        That of `keras.layers.Conv2D`.

    Raises:
        ValueError: If `level` is out of its range.

    Example:

    >>> import keras
    >>> layer = HarmonicConv2D(8, 3, level=2)
    >>> layer(keras.ops.ones((1, 6, 6, 4))).shape == (1, 4, 4, 8)
    True
    >>> tuple(layer.coefficients.shape), tuple(layer.kernel.shape)  # 3 of 9 frequencies
    ((3, 4, 8), (3, 3, 4, 8))

    Reference:

    - Ulicny, M., Krylov, V. A., Dahyot, R. (2022). Harmonic Convolutional Networks based on
      Discrete Cosine Transform. Pattern Recognition 129. arXiv:2001.06570
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        *args: Any,
        level: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, kernel_size, *args, **kwargs)
        self.level = level
        self._is_made = True
        cosine_basis(self.kernel_size, level)  # raises if the level is out of its range

    @property
    def basis(self) -> np.ndarray:
        """The patterns psi, float64 of shape `(frequencies, height, width)`."""
        return cosine_basis(self.kernel_size, self.level)

    @property
    def kernel(self) -> Tensor:
        """The kernel, `(height, width, inputs, outputs)`, calculated from the coefficients."""
        if not self.built:
            raise AttributeError("You must build the layer before accessing `kernel`.")
        return kernel_of(self.coefficients.value, self.basis)

    @property
    def kernel_weight(self) -> keras.Variable:
        """The weight that the kernel is calculated from."""
        return self.coefficients

    def build(self, input_shape: Shape) -> None:
        """Makes the coefficients and the bias."""
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is None or channels % self.groups:
            raise ValueError(
                f"The input of layer {self.name!r} must have a number of channels that its "
                f"{self.groups} groups divide. Received: input_shape={tuple(input_shape)}"
            )
        self.input_spec = keras.InputSpec(min_ndim=4, axes={axis: channels})
        self.compute_output_shape(input_shape)  # raises if the kernel is larger than the maps
        basis, inputs = self.basis, channels // self.groups

        def initializer(shape: Any, dtype: Any = None) -> Tensor:
            kernel_shape = (*self.kernel_size, inputs, self.filters)
            return coefficients_of(self.kernel_initializer(kernel_shape, dtype=dtype), basis)

        self.coefficients = self.add_weight(
            name="coefficients",
            shape=(*coefficient_shape(basis), inputs, self.filters),
            initializer=initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            dtype=self.dtype,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                dtype=self.dtype,
            )

    def enable_lora(self, *args: Any, **kwargs: Any) -> None:
        """Raises: there is no kernel to adapt."""
        raise ValueError(
            f"Layer {self.name!r} is a HarmonicConv2D, whose kernel is calculated from "
            "coefficients: LoRA cannot be enabled."
        )

    def save_own_variables(self, store: Any) -> None:
        """Saves the coefficients and the bias."""
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store: Any) -> None:
        """Loads the coefficients and the bias."""
        keras.layers.Layer.load_own_variables(self, store)

    def get_config(self) -> dict[str, Any]:
        """Returns the layer's arguments."""
        return {**super().get_config(), "level": self.level}
