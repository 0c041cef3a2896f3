"""Access to the Adversarial Robustness Toolbox."""

from __future__ import annotations

import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from keras_lateral.extras import import_optional

PACKAGE = "adversarial-robustness-toolbox"


def toolbox(module: str) -> Any:
    """Returns one of the toolbox's modules.

    Importing it writes its configuration to the folder `.art` in the home folder.

    Args:
        module: Dotted name of the module, such as `"art.attacks.evasion"`.

    Raises:
        ImportError: If the toolbox is not installed.
    """
    with warnings.catch_warnings():
        # It warns that some certified defences need torch. No attack does.
        warnings.filterwarnings("ignore", "PyTorch not found", UserWarning)
        return import_optional(module, PACKAGE, "attack a model", "robustness")


def toolbox_settings(seed: int) -> dict[str, Any]:
    """Returns the settings that all attacks through the toolbox share."""
    try:
        library = f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        library = f"{PACKAGE}, not installed"
    return {"seed": seed, "gradients": "exact", "library": library}
