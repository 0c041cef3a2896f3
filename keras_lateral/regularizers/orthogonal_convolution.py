"""The penalty on a convolution whose operator is not orthogonal."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.ops.checks import check_choice
from keras_lateral.ops.gram_methods import multiplications
from keras_lateral.ops.kernel_geometry import PerAxis
from keras_lateral.ops.orthogonal_convolution import orthogonal_convolution
from keras_lateral.ops.stateless_seed import SeedAt
from keras_lateral.regularizers.penalty import Every, Penalty
from keras_lateral.types import KernelKind, SelfPadding, Tensor


@keras.saving.register_keras_serializable(package="keras_lateral")
class OrthogonalConvolution(Penalty):
    """Draws a layer's operator to an orthogonal one (OCNN).

        R = ||Conv(K, K, stride = s, padding = P) - I_0||_F,    P = floor((k - 1) / s) s

    the kernel convolved with itself, I_0 the identity in the middle and 0 elsewhere: all entries of
    W W^T - I for one output pixel, W the layer's block-Toeplitz matrix. Where W W^T can not be I
    (more outputs than a step of the stride has inputs), W^T W stands for it, whose square differs
    by a constant. Groups, and the channels of a depthwise convolution, are the diagonal blocks of
    one matrix; a transposed convolution is the transpose of one with the same kernel. On a dense
    layer it is `SoftOrthogonality`. See `ops.orthogonal_convolution`.

    The published code has P = 1 for every kernel and stride, which lets some operators pass that
    are far from orthogonal and punishes some that are: `padding="published"`.

    Args:
        factor: Strength; can be set at any time, and a `RegularizerSchedule` scales it. The
            published 0.1 belongs to the norm; the square is, for 3 x 3 taps and 64 channels at He's
            initialization, 18 times as large.
        padding: `"full"`, the P above, or `"published"`, 1.
        squared: The norm itself, as in the published code, or its square, as in the paper.
        every: Computes the penalty in one of `every` steps, `every` times as strong. `"auto"`
            chooses by the kernel's size, so that it costs little in large networks.
        kind: `"dense"`, `"convolution"`, `"depthwise"` or `"transposed"`. By default a kernel of
            rank 2 is dense, any other an ordinary convolution.
        strides: The layer's strides.
        dilation_rate: The layer's dilation rate.
        groups: The layer's groups.
        seed: Seed of what is drawn with `every`.
        beside: Another regularizer that acts on the same kernel.

    Raises:
        ValueError: If an argument is out of its range or, when called, if the kernel does not fit.

    Example:

    >>> import keras
    >>> from keras_lateral import DeltaOrthogonal, OrthogonalConvolution
    >>> conv = keras.layers.Conv2D(
    ...     8,
    ...     3,
    ...     strides=2,
    ...     kernel_initializer=DeltaOrthogonal(strides=2),
    ...     kernel_regularizer=OrthogonalConvolution(strides=2),
    ... )
    >>> conv.build((None, 8, 8, 4))
    >>> bool(conv.losses[0] < 1e-5)  # it starts orthogonal
    True

    Reference:

    - Wang, J., Chen, Y., Chakraborty, R., Yu, S. X. (2020). Orthogonal convolutional neural
      networks. CVPR.
    """

    padding: SelfPadding
    squared: bool

    def __init__(
        self,
        factor: float = 0.1,
        *,
        padding: SelfPadding = "full",
        squared: bool = False,
        every: Every = 1,
        kind: KernelKind | None = None,
        strides: PerAxis = 1,
        dilation_rate: PerAxis = 1,
        groups: int = 1,
        seed: int | None = None,
        beside: Any = None,
    ) -> None:
        check_choice("padding", padding, SelfPadding)
        self.padding, self.squared = padding, squared
        super().__init__(
            factor,
            every=every,
            kind=kind,
            strides=strides,
            dilation_rate=dilation_rate,
            groups=groups,
            seed=seed,
            beside=beside,
        )

    def penalty(self, kernel: Tensor, draw: SeedAt) -> Tensor:
        """Returns R."""
        return orthogonal_convolution(
            kernel, self.geometry, padding=self.padding, squared=self.squared
        )

    def multiplications(self, shape: tuple[int, ...]) -> float:
        """Returns about how many multiplications the penalty makes."""
        return multiplications(shape, self.geometry, None)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, with what was set later."""
        return {"padding": self.padding, "squared": self.squared, **super().get_config()}
