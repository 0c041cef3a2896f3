"""What a GPU can be called, known without a backend."""

from __future__ import annotations


def is_gpu_name(name: object) -> bool:
    """Returns whether NVIDIA can call a GPU, or a part of one, by this name.

    Example:

    >>> [is_gpu_name(name) for name in ("0", "GPU-8932f937", "cpu", "-1")]
    [True, True, False, False]
    """
    return is_unique_name(name) or (isinstance(name, str) and name.isdecimal())


def is_unique_name(name: object) -> bool:
    """Returns whether it is one of the long names, which hold on every machine."""
    return isinstance(name, str) and name.startswith(("GPU-", "MIG-"))
