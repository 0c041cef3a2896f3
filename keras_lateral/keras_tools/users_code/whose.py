"""Whose code it is: the user's own, or Python's, this library's or another one's."""

from __future__ import annotations

import functools
import sys
import types
from pathlib import PurePath
from typing import Any

OURS = __name__.partition(".")[0]
_INSTALLED = ("site-packages", "dist-packages")
_LIBRARIES = {OURS, "keras", "numpy", "tensorflow", "jax", "torch", *sys.builtin_module_names}


def is_users_code(value: Any) -> bool:
    """Returns whether a function, a method, or an object's class is the user's own."""
    if isinstance(value, types.MethodType):
        value = value.__func__
    plain = isinstance(value, (types.FunctionType, type))
    return is_users(value if plain else type(value))


def is_users(value: Any) -> bool:
    """Returns whether a function or class is neither Python's, nor of an installed library."""
    module = getattr(value, "__module__", None)
    if isinstance(value, types.FunctionType):
        module = value.__globals__.get("__name__", module)
    if not isinstance(module, str):
        return isinstance(value, types.FunctionType)
    return is_users_module(module)


@functools.cache
def is_users_module(name: str) -> bool:
    """Returns whether a module is neither Python's, nor of an installed library."""
    top = name.partition(".")[0]
    if top in _LIBRARIES or top in sys.stdlib_module_names:
        return False
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return not any(part in _INSTALLED for part in PurePath(file).parts)
