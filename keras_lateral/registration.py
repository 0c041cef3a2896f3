"""Saved models know this library's layers as soon as it is imported, before or after Keras.

Keras finds a class of a saved model by the name that it was registered under, so the classes must
be registered after `import keras_lateral`. But the command's help, which imports this package too,
must load no backend. So they are registered when `keras` is imported: now, if it is there already,
and otherwise at the end of its import, by a finder that then goes. It also answers a missing
backend with the extra to install.

Registering imports modules of this package, while Python holds the lock of Keras' import. None of
them may be half imported then, here or in another thread, waiting for Keras itself. So the pages,
the faces, and the packages that they read import Keras before any module of the package.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from keras_lateral.extras import explain_missing_backend
from keras_lateral.quiet import quiet_start

REGISTERING = (
    "keras_lateral.gradient_mask.convolutions",
    "keras_lateral.gradient_mask.layer",
    "keras_lateral.gradient_mask.masked_layer",
    "keras_lateral.frame.delta_orthogonal",
    "keras_lateral.frame.frame_regularizer",
    "keras_lateral.frame.rivals.hyperspherical_energy",
    "keras_lateral.frame.rivals.orthogonal_convolution",
    "keras_lateral.frame.rivals.soft_orthogonality",
    "keras_lateral.frame.rivals.spectral_restricted_isometry",
    "keras_lateral.keras_tools.attaching.followed_layer",
    "keras_lateral.keras_tools.soft_labels",
    "keras_lateral.neighbours.backdrop",
    "keras_lateral.neighbours.gradient_centralization",
    "keras_lateral.remedies.cosine_loss",
    "keras_lateral.remedies.harmonic",
    "keras_lateral.remedies.stochastic_depth",
    "keras_lateral.robustness.pruning.mask",
)
"""The modules that register classes; a test checks that the list is complete."""


def register_with_keras() -> None:
    """Registers the classes of saved models now, or as soon as Keras is imported."""
    if "keras" in sys.modules:
        importlib.import_module("keras")  # waits for another thread that is importing it
        register()
    else:
        sys.meta_path.insert(0, _AfterKeras())


def register() -> None:
    """Imports every module that registers a class."""
    for module in REGISTERING:
        importlib.import_module(module)


class _AfterKeras(MetaPathFinder):
    """Has Keras found by the other finders, and registers at the end of its import.

    It stays until then: to be asked for Keras, as TensorFlow does, is not yet to import it.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "keras":
            return None
        others = (finder for finder in list(sys.meta_path) if finder is not self)
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader, self)
        return spec


class _Registering(Loader):
    """Keras' own loader, and then the registration."""

    def __init__(self, loader: Loader, finder: MetaPathFinder) -> None:
        self._loader, self._finder = loader, finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:  # from now on Keras' own loader, for later inspection
            spec.loader = module.__loader__ = self._loader
        try:
            with quiet_start():
                self._loader.exec_module(module)
        except ModuleNotFoundError as error:
            explain_missing_backend(error)
            raise
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        register()
