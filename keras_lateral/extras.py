"""Optional packages, imported where they are used."""

import importlib
from typing import Any


def import_optional(module: str, package: str, purpose: str, extra: str) -> Any:
    """Imports a module that one of the extras brings.

    Args:
        module: Dotted name of the module, such as `"PIL.Image"`.
        package: Name of the package on the index, such as `"pillow"`.
        purpose: What it is needed for, the end of "... is needed to".
        extra: The extra that brings it, such as `"datasets"`.

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
            f'Install it with `pip install "keras-lateral[{extra}]"`.'
        ) from error
