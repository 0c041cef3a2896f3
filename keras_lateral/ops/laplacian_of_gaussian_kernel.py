"""The Laplacian of Gaussian as an explicit kernel, in any number of dimensions."""

from __future__ import annotations

import numpy as np

from keras_lateral.ops.gaussian import check_kernel, gaussian_taps


def laplacian_of_gaussian_kernel(
    sigma: float, rank: int = 2, size: int | None = None, *, zero_sum: bool = True
) -> np.ndarray:
    """Returns the kernel of a Laplacian of Gaussian (LoG).

    The closed form, which in two dimensions is the paper's eq. 1, is

        LoG(x) = -1 / ((2 pi)^(n/2) sigma^(n+2)) [n - |x|^2 / sigma^2] exp(-|x|^2 / (2 sigma^2))

    negative at its centre and positive around it. It equals a sum over axes of the Gaussian's
    second derivative d along that axis times the Gaussian g along all others, and is built so.
    With `zero_sum` each d sums to 0 (its mean over the taps is subtracted), hence so does the
    kernel: a flat map gives no response, however hard sampling and cutting have hit the kernel.

    Args:
        sigma: Standard deviation of the Gaussian, in pixels.
        rank: Number of spatial dimensions n.
        size: Side of the kernel in pixels, odd. Defaults to a radius of at least 3 `sigma`.
        zero_sum: `False` gives the closed form unchanged.

    Returns:
        A float64 array of shape `(size,) * rank`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> kernel = laplacian_of_gaussian_kernel(sigma=1.0)
    >>> kernel.shape, bool(abs(kernel.sum()) < 1e-12), bool(kernel[3, 3] < 0 < kernel[3, 5])
    ((7, 7), True, True)

    Reference:

    - Jiang, L. (2022). Gradient Mask: Lateral Inhibition Mechanism Improves Performance in
      Artificial Neural Networks, eq. 1.
    """
    if rank < 1:
        raise ValueError(
            "Invalid value for argument `rank`. Expected 1 or more spatial dimensions. "
            f"Received: rank={rank}"
        )
    size = check_kernel(sigma, size)
    g, d = gaussian_taps(sigma, size, zero_sum)
    smooth, log = g, d
    for _ in range(rank - 1):
        log = np.multiply.outer(log, g) + np.multiply.outer(smooth, d)
        smooth = np.multiply.outer(smooth, g)
    return log
