"""Passes what a layer returns, or what it takes, through a second layer, in place.

The layer stays the same object: its class becomes one derived from its own, whose `call` goes on
through the second layer, or first through it. Models, wrappers and layers that hold the layer need
not know. What is saved is the layer and the second one, so the class need not be known by name when
it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import keras

from keras_lateral.keras_tools.attaching.tracked_attribute import (
    delete_tracked_attribute,
    set_tracked_attribute,
)


def follow(layer: Any, name: str, following: keras.layers.Layer, *, first: bool = False) -> None:
    """Makes a layer pass its output, or its input, through another one, in place.

    Args:
        layer: Any layer, built or not.
        name: Name of the layer's attribute for the other one.
        following: The other layer. It takes the output and returns one of the same shape.
        first: Whether the other layer comes first: it takes the input instead.

    Example:

    >>> import keras
    >>> double = keras.layers.Rescaling(2.0)
    >>> follow(double, "then", keras.layers.Rescaling(1.0, offset=1.0))
    >>> float(double(keras.ops.ones(())))
    3.0
    """
    set_tracked_attribute(layer, name, following)
    before: Any = type(layer)
    layer.__class__ = _followed_class(before, name, first)


def unfollow(layer: Any, name: str) -> None:
    """Undoes `follow`."""
    layer.__class__ = _without(type(layer), name)
    delete_tracked_attribute(layer, name)


def followed_by(layer: Any) -> tuple[str, ...]:
    """Returns the names under which a layer is followed, the innermost first."""
    return tuple(followed.follows_as for followed in _followed_classes(layer))


def _followed_classes(layer: Any) -> list[Any]:
    """Returns the classes that `follow` has given to a layer, the innermost first."""
    classes: list[Any] = []
    layer_class: Any = type(layer)
    while issubclass(layer_class, FollowedLayer):
        classes.insert(0, layer_class)
        layer_class = layer_class.followed
    return classes


def class_without_following(layer: Any) -> type:
    """Returns the class that a layer had before it was followed."""
    layer_class: Any = type(layer)
    while issubclass(layer_class, FollowedLayer):
        layer_class = layer_class.followed
    return layer_class


def own_config(layer: Any) -> dict[str, Any]:
    """Returns a layer's configuration, which is that of its class, whatever follows the layer.

    Example:

    >>> import keras
    >>> double = keras.layers.Rescaling(2.0)
    >>> follow(double, "then", keras.layers.Rescaling(1.0, offset=1.0))
    >>> "scale" in double.get_config(), own_config(double)["scale"]
    (False, 2.0)
    """
    with _as_it_was(layer, class_without_following(layer)):
        return dict(layer.get_config())


def exchanged_class(layer: Any, new: type) -> type:
    """Returns the layer's class, followed as it is, with `new` in place of the innermost one."""
    for followed in _followed_classes(layer):
        new = _followed_class(new, followed.follows_as, followed.first)
    return new


class FollowedLayer(keras.layers.Layer):
    """The base of the classes that `follow` makes, and what they are loaded by."""

    followed: type
    """The layer's class without the second layer."""

    follows_as: str
    """The attribute that holds the second layer."""

    first: bool
    """Whether the second layer comes first."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Returns the layer with what follows it."""
        layer = keras.saving.deserialize_keras_object(config["layer"])
        then = keras.saving.deserialize_keras_object(config["then"])
        follow(layer, config["follows_as"], then, first=config.get("first", False))
        return layer


@cache
def _followed_class(followed: Any, name: str, first: bool) -> type:
    @wraps(followed.call)  # Keras reads from the signature which arguments to pass
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        then = getattr(self, name)
        if not first:
            return then(followed.call(self, *args, **kwargs))
        if args:
            return followed.call(self, then(args[0]), *args[1:], **kwargs)
        given = next(iter(kwargs))  # the input, by its name
        return followed.call(self, **{**kwargs, given: then(kwargs[given])})

    def get_config(self: Any) -> dict[str, Any]:
        with _as_it_was(self, followed):
            layer = keras.saving.serialize_keras_object(self)
        then = keras.saving.serialize_keras_object(getattr(self, name))
        order = {"first": True} if first else {}
        return {"name": self.name, "layer": layer, "follows_as": name, "then": then, **order}

    members = {
        "__doc__": followed.__doc__,
        "__module__": __name__,
        "call": call,
        "get_config": get_config,
        "from_config": FollowedLayer.from_config,
        "followed": followed,
        "follows_as": name,
        "first": first,
    }
    followed_before = issubclass(followed, FollowedLayer)
    bases = (followed,) if followed_before else (FollowedLayer, followed)
    new = type(followed.__name__, bases, members)
    _register(new)
    _register(FollowedLayer)  # last: by this one a saved layer is found
    return new


@contextmanager
def _as_it_was(layer: Any, followed: type) -> Iterator[None]:
    """A scope in which a layer has the class that is followed, and that class's `get_config`."""
    own, mine = vars(layer).pop("get_config", None), layer.__class__
    layer.__class__ = followed
    try:
        yield
    finally:
        layer.__class__ = mine
        if own is not None:
            vars(layer)["get_config"] = own


def _without(layer_class: Any, name: str) -> type:
    if layer_class.follows_as == name:
        return layer_class.followed
    inner = _without(layer_class.followed, name)
    return _followed_class(inner, layer_class.follows_as, layer_class.first)


def _register(layer_class: type) -> None:
    keras.saving.register_keras_serializable("keras_lateral", "FollowedLayer")(layer_class)


_register(FollowedLayer)
