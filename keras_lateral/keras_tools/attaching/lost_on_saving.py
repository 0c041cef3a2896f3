"""Warns when a model is saved or copied by a configuration that does not hold what was attached.

What is attached to a layer is saved with the layer. A layer made of layers, or a model class with a
`get_config` of its own, makes its inner layers anew when it is loaded, without it. Only the
configuration that such an owner returns says which it is, so that is looked into, at that moment.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import keras

from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.labels.layer_labels import LayerLabels
from keras_lateral.keras_tools.replaced import Replaced

IsHeld = Callable[[keras.layers.Layer, list[Any]], bool]
"""Whether what is attached to a layer is among the parts of a configuration. A part is a dict with
a `"config"`, as `keras.saving.serialize_keras_object` makes it, or an object that stands there."""


def warn_when_lost(
    model: Any, layers: Iterable[keras.layers.Layer], is_held: IsHeld, *, what: str, again: str
) -> None:
    """Has a model warn when a configuration, for saving or copying, loses what layers hold.

    The layers, and all models, blocks and wrappers in which they are, get a `get_config` of their
    own that looks into what the original one returns. One save warns once.

    Args:
        model: A model. What else the layers are part of is not watched.
        layers: Layers somewhere in the model that have something attached. Of those named in an
            earlier call with the same `what`, the last call counts.
        is_held: Whether it is among the parts of a configuration, see `holds_its_class`; also if
            nothing is attached to the layer any more. It must not serialize anything: within a
            save, Keras marks what is serialized twice as shared.
        what: What is attached, in the plural, such as `"regularizers"`.
        again: The call that puts it back after loading.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")])
    >>> warn_when_lost(
    ...     model, model.layers, lambda layer, parts: False, what="notes", again="note(model)"
    ... )
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     copy = keras.models.clone_model(model)
    >>> "notes" in str(said[0].message), "get_config" in vars(copy)
    (True, False)
    >>> stop_warning(model, model.layers, what="notes")
    >>> "get_config" in vars(model)
    False
    """
    for owner, inside in _owners(model, layers):
        watched = vars(owner).get("get_config")
        if not isinstance(watched, _WatchedConfig):
            watched = _WatchedConfig(owner)
        for layer in inside:
            watched.attached[what, id(layer)] = _Attached(layer, is_held, what, again)


def stop_warning(model: Any, layers: Iterable[keras.layers.Layer], *, what: str) -> None:
    """Ends `warn_when_lost` for some layers; layers without it are left alone.

    Args:
        model: The model.
        layers: Layers from which it was detached.
        what: As it was given to `warn_when_lost`.
    """
    layers = list(layers)
    ended = {(what, id(layer)) for layer in layers}
    for owner, _ in _owners(model, layers):
        watched = vars(owner).get("get_config")
        if isinstance(watched, _WatchedConfig):
            for key in [key for key in watched.attached if key in ended]:
                del watched.attached[key]
            watched.end_if_done()


def holds_its_class(layer: keras.layers.Layer, parts: list[Any]) -> bool:
    """Returns whether a configuration makes a layer of this class and name, see `IsHeld`."""
    registered = keras.saving.get_registered_name(type(layer))
    return any(
        part is layer
        or (
            isinstance(part, dict)
            and registered in (part.get("registered_name"), part.get("class_name"))
            and part["config"].get("name") == layer.name
        )
        for part in parts
    )


@dataclass(frozen=True)
class _Attached:
    layer: keras.layers.Layer
    is_held: IsHeld
    what: str
    again: str


@dataclass(frozen=True)
class _Lost:
    attached: _Attached
    owner: Any
    """The innermost whose configuration does not hold it."""


Losses = dict[tuple[str, int], _Lost]
_open: ContextVar[Losses | None] = ContextVar("what the inner configurations lost", default=None)


class _WatchedConfig:
    """Acts as the `get_config` of an instance."""

    def __init__(self, owner: Any) -> None:
        self.attached: dict[tuple[str, int], _Attached] = {}
        self._owner, self._get_config = owner, owner.get_config
        functools.update_wrapper(self, owner.get_config)  # Keras marks the methods that are its own
        self._replaced = Replaced(owner, "get_config", self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        around = _open.get()
        if around is not None:
            return self._look(around, *args, **kwargs)[0]
        outermost: Losses = {}
        token = _open.set(outermost)
        try:
            config, lost = self._look(outermost, *args, **kwargs)
        finally:
            _open.reset(token)
        _warn(lost)
        return config

    def end_if_done(self) -> None:
        """Ends the watch if nothing is attached any more, unless somebody else has built on it."""
        if not self.attached and vars(self._owner).get("get_config") is self:
            self._replaced.restore()

    def _look(self, losses: Losses, *args: Any, **kwargs: Any) -> tuple[Any, list[_Lost]]:
        """Returns the configuration and what it does not hold, and notes that for those around."""
        config = self._get_config(*args, **kwargs)
        if not self.attached:  # somebody else's `get_config` has kept this one
            return config, []
        own = {"class_name": type(self._owner).__name__, "config": config}
        own["registered_name"] = keras.saving.get_registered_name(type(self._owner))
        parts = list(_parts(own))
        lost = [
            losses.setdefault(key, _Lost(attached, self._owner))
            for key, attached in self.attached.items()
            if not attached.is_held(attached.layer, parts)
        ]
        return config, lost


def _owners(
    model: Any, layers: Iterable[keras.layers.Layer]
) -> Iterator[tuple[Any, list[keras.layers.Layer]]]:
    """Yields what any of the layers are in, or are themselves, and which they are, in their order.

    Each owner is asked for what is in it, rather than all layers for each owner: in a deep model
    most owners are single layers.
    """
    places = {id(layer): (place, layer) for place, layer in enumerate(layers)}
    for owner in (model, *all_layers(model)):
        inner = {id(layer) for layer in (owner, *all_layers(owner))}
        found = sorted((places[key] for key in inner if key in places), key=itemgetter(0))
        if found:
            yield owner, [layer for _, layer in found]


def _parts(config: Any) -> Iterator[Any]:
    if isinstance(config, dict):
        if isinstance(config.get("config"), dict):
            yield config
        for value in config.values():
            yield from _parts(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            yield from _parts(value)
    elif isinstance(config, keras.layers.Layer):  # handed on, or serialized by Keras afterwards
        yield config
        yield from all_layers(config)
    elif hasattr(config, "get_config"):
        yield config


def _warn(lost: list[_Lost]) -> None:
    by_kind: dict[tuple[str, str], dict[int, list[_Lost]]] = {}
    for missing in lost:
        kind = by_kind.setdefault((missing.attached.what, missing.attached.again), {})
        kind.setdefault(id(missing.owner), []).append(missing)
    for (what, again), by_owner in by_kind.items():
        owners = "; ".join(_text(of_owner) for of_owner in by_owner.values())
        warnings.warn(
            f"The {what} of some layers are not saved or copied, because the configuration of what "
            f"these layers are in does not hold them: {owners}. Put them back afterwards: {again}",
            UserWarning,
            stacklevel=4,
        )


def _text(lost: list[_Lost]) -> str:
    owner = lost[0].owner
    names = LayerLabels(owner).of_all(missing.attached.layer for missing in lost)
    return f"{names} in {type(owner).__name__} {owner.name!r}"
