"""Saved models know this library's layers as soon as it is imported, before or after Keras.

Keras finds a class of a saved model by the name that it was registered under, so the classes must
be registered after `import keras_lateral`. But the command's help, which imports this package too,
must load no backend. So they are registered when `keras` is imported: now, if it is there already,
and otherwise at the end of its import, by a finder that steps aside at once. It also
reports the extra to install if a backend is missing.

Registering imports modules of this package, none of which may be half imported at that moment,
waiting for Keras itself. So the packages that they read import Keras before any of their modules.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

from keras_lateral.extras import explain_missing_backend
from keras_lateral.quiet import quiet_start

REGISTERING = (
    "keras_lateral.gradient_mask.convolutions",
    "keras_lateral.gradient_mask.layer",
    "keras_lateral.frame.delta_orthogonal",
    "keras_lateral.frame.frame_regularizer",
    "keras_lateral.frame.rivals.hyperspherical_energy",
    "keras_lateral.frame.rivals.orthogonal_convolution",
    "keras_lateral.frame.rivals.soft_orthogonality",
    "keras_lateral.frame.rivals.spectral_restricted_isometry",
    "keras_lateral.keras_tools.soft_labels",
    "keras_lateral.neighbours.backdrop",
    "keras_lateral.neighbours.gradient_centralization",
    "keras_lateral.robustness.pruning.mask",
)
"""The modules that register classes; a test checks that the list is complete."""


def register_with_keras() -> None:
    """Registers the classes of saved models now, or as soon as Keras is imported."""
    if hasattr(sys.modules.get("keras"), "saving"):
        register()
    else:
        sys.meta_path.insert(0, _AfterKeras())


def register() -> None:
    """Imports every module that registers a class."""
    for module in REGISTERING:
        importlib.import_module(module)


class _AfterKeras(MetaPathFinder):
    """Finds nothing itself; lets Keras be found as usual, and registers after its import."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader)
        return spec


class _Registering(Loader):
    """Keras' own loader, and then the registration."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:  # from here on it is Keras' own, for code that looks at it later
            spec.loader = module.__loader__ = self._loader
        try:
            with quiet_start():
                self._loader.exec_module(module)
        except BaseException as error:
            register_with_keras()  # the next try may succeed
            if isinstance(error, ModuleNotFoundError):
                explain_missing_backend(error)
            raise
        register()
