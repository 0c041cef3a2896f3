"""Optional packages, imported where they are used."""

import importlib
from typing import Any


def install_command(extra: str) -> str:
    """Returns what installs an extra, from the package index and in a clone, for an error to say.

    >>> print(install_command("plots"))
    `pip install "keras-lateral[plots]"` (in a clone: `pip install ".[plots]"`)
    """
    return f'`pip install "keras-lateral[{extra}]"` (in a clone: `pip install ".[{extra}]"`)'


def import_optional(module: str, package: str, purpose: str, extra: str) -> Any:
    """Imports a module that one of the extras installs.

    Args:
        module: Dotted name of the module, such as `"PIL.Image"`.
        package: Name of the package on the index, such as `"pillow"`.
        purpose: What it is needed for, the end of "... is needed to".
        extra: The extra that installs it, such as `"datasets"`.

    Returns:
        The module.

    Raises:
        ImportError: If it cannot be imported. The message names the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{package} is needed to {purpose}, and it cannot be imported ({error}). "
            f"Install it with {install_command(extra)}."
        ) from error


def explain_missing_backend(error: ModuleNotFoundError) -> None:
    """Raises a better error if the missing module is the backend that Keras is set to use.

    Args:
        error: The error of `import keras`.

    Raises:
        ImportError: If the module is a backend. The message names the extra.
    """
    backend = (error.name or "").split(".")[0]
    if backend in ("tensorflow", "jax", "torch"):
        raise ImportError(
            f"Keras' backend {backend!r} is not installed. Install it with "
            f"{install_command(backend)}, or choose another one with the environment variable "
            "KERAS_BACKEND: tensorflow, jax or torch."
        ) from error
