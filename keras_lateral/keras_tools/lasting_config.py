"""Configurations that read the same in every process, and wherever this library files its modules.

Folders of results are found again by a digest of a model's configuration. Keras counts names up
from model to model, and writes down the module of each class: both must not change the digest.
"""

from __future__ import annotations

from typing import Any

_CONVOLUTIONS = [
    *(f"GradientMask{kind}Conv{n}D" for kind in ("Depthwise", "Separable") for n in (1, 2)),
    *(f"GradientMaskConv{n}D{kind}" for kind in ("", "Transpose") for n in (1, 2, 3)),
]

FIRST_FILED = {
    "GradientMask": "keras_lateral.layers.gradient_mask",
    "DeltaOrthogonal": "keras_lateral.initializers.delta_orthogonal",
    "FrameRegularizer": "keras_lateral.regularizers.frame_regularizer",
    "SoftOrthogonality": "keras_lateral.regularizers.soft_orthogonality",
    "SpectralRestrictedIsometry": "keras_lateral.regularizers.spectral_restricted_isometry",
    "OrthogonalConvolution": "keras_lateral.regularizers.orthogonal_convolution",
    "MinimumHypersphericalEnergy": "keras_lateral.regularizers.minimum_hyperspherical_energy",
    "PruningMask": "keras_lateral.robustness.pruning_mask",
    **dict.fromkeys(_CONVOLUTIONS, "keras_lateral.layers.convolutions"),
}
"""The modules that stand in the digests of folders made before the modules were filed by subject.
A class that is not listed has its registered name instead of a module."""


def lasting_config(config: Any) -> Any:
    """Returns a configuration without names, and with modules that do not move.

    Args:
        config: What `get_config` or `get_compile_config` returned, or a part of it.
    """
    if isinstance(config, dict):
        kept = {key: lasting_config(value) for key, value in config.items() if key != "name"}
        registered = str(config.get("registered_name"))
        if "module" in kept and registered.startswith("keras_lateral>"):
            kept["module"] = FIRST_FILED.get(registered.partition(">")[2], registered)
        return kept
    if isinstance(config, (list, tuple)):
        return [lasting_config(part) for part in config]
    return config
