"""A digest of the code that a user's function runs, by which an edited idea is told from itself.

What counts is what the code does: instructions and constants, defaults, values from outside, and
the user's functions that it calls. Names of files, line numbers, comments, docstrings and addresses
do not, so a notebook cell that runs again is the same. Code of libraries counts by its name.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import PurePath
from typing import Any

import keras
import numpy as np

from keras_lateral.keras_tools.lasting_config import lasting_config
from keras_lateral.keras_tools.users_code.what_changes import changed_by_methods, changed_in
from keras_lateral.keras_tools.users_code.whose import (
    OURS,
    is_users,
    is_users_code,
    is_users_module,
)

_NOTHING = object()
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), np.generic, np.dtype)
_CONFIGURED = (
    *(keras.layers.Layer, keras.Loss, keras.initializers.Initializer, keras.constraints.Constraint),
    *(keras.regularizers.Regularizer, keras.optimizers.schedules.LearningRateSchedule),
)
"""Objects of Keras that say by `get_config` what they are, and hold states besides."""

_WITH_STATE = (keras.callbacks.Callback, keras.optimizers.Optimizer, keras.Metric)
"""Objects of Keras whose attributes change while they are used."""


def code_of(value: Any) -> str | None:
    """Returns a digest of the user's code in a value, the same in every process.

    Args:
        value: A function, a bound method, a `functools.partial`, a callable object, a class, or a
            list of these.

    Returns:
        16 hex digits; `None` if all of it is code of Keras, this library or others installed.

    Example:

    >>> from keras_lateral.keras_tools.users_code.code_of import code_of
    >>> def dark(factor, users={"__name__": "my_idea"}):
    ...     return eval("lambda images: images * factor", {**users, "factor": factor})
    >>> code_of(dark(0.9)) == code_of(dark(0.9)), code_of(dark(0.9)) == code_of(dark(0.5))
    (True, False)
    >>> print(code_of(np.abs))
    None
    """
    walk = _Walk()
    parts = list(walk.parts(value))
    if not walk.found:
        return None
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


class _Walk:
    """Follows a value through the user's code; `found` says whether there was any."""

    def __init__(self) -> None:
        self.found = False
        self._seen: dict[int, tuple[int, Any]] = {}  # keeps what it has seen, so ids stay its own

    def parts(self, value: Any) -> Iterator[str]:
        """Yields text that stands for a value."""
        if isinstance(value, _PLAIN):
            yield f"{type(value).__name__} {value!r}"
        elif isinstance(value, np.ndarray):
            numbers = value.tolist() if value.dtype.hasobject else value
            raw = repr(numbers).encode() if value.dtype.hasobject else value.tobytes()
            yield f"array {value.dtype} {value.shape} {hashlib.sha256(raw).hexdigest()}"
        elif isinstance(value, (PurePath, types.ModuleType)):
            yield type(value).__name__  # where things lie is no part of the code
        elif id(value) in self._seen:
            yield f"seen {self._seen[id(value)][0]}"
        else:
            self._seen[id(value)] = len(self._seen), value
            yield from self._compound(value)

    def _compound(self, value: Any) -> Iterator[str]:
        contained = _contained(value)
        if contained is not None:
            yield f"{type(value).__name__} of {len(contained)}"
            for item in contained:
                yield from self.parts(item)
        elif isinstance(value, (set, frozenset)):
            yield from sorted("\n".join(self.parts(item)) for item in value)
        elif isinstance(value, Mapping):
            for key in sorted(value, key=repr):
                yield f"key {key!r}" if isinstance(key, _PLAIN) else "key"
                yield from self.parts(value[key])
        elif isinstance(value, types.FunctionType):
            yield from self._function(value)
        elif isinstance(value, type):
            yield from self._class(value)
        else:
            yield from self._object(value)

    def _function(self, function: types.FunctionType) -> Iterator[str]:
        cells = [_content(cell) for cell in function.__closure__ or ()]
        if not is_users(function):
            yield _name_of(function)
            yield from self.parts(cells)
            return
        self.found = True
        code = function.__code__
        yield from self._code(code, function.__globals__, set(), free=code.co_freevars)
        yield from self.parts([function.__defaults__, function.__kwdefaults__])
        kept = changed_in(code)
        for name, cell in zip(code.co_freevars, cells, strict=True):
            yield f"outer {name}"
            if name not in kept:
                yield from self.parts(cell)

    def _code(
        self, code: types.CodeType, scope: Mapping[str, Any], done: set[str], free: tuple[str, ...]
    ) -> Iterator[str]:
        """Yields instructions, constants, and what they read of the function's module."""
        yield f"code {code.co_argcount} {code.co_kwonlyargcount} {code.co_flags & 0x2C}"
        steps = list(dis.get_instructions(code))
        changed = changed_in(code)
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            if after is not None and after.argval == "__firstlineno__":
                continue  # of a class, since Python 3.13
            if isinstance(step.argval, types.CodeType):
                yield step.opname
                yield from self._code(step.argval, scope, done, free)
            elif step.opcode in dis.hasconst:
                yield step.opname
                yield from self.parts(step.argval)
            else:
                yield f"{step.opname} {_argument(step)}"
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval not in changed:
                yield from self._global(step.argval, after, scope, done)

    def _global(
        self, name: str, after: dis.Instruction | None, scope: Mapping[str, Any], done: set[str]
    ) -> Iterator[str]:
        value = scope.get(name, _NOTHING)
        if (
            isinstance(value, types.ModuleType)
            and after is not None
            and is_users_module(value.__name__)
        ):
            name, value = f"{name}.{after.argval}", getattr(value, str(after.argval), _NOTHING)
        if value is not _NOTHING and name not in done:
            done.add(name)
            yield f"global {name}"
            yield from self.parts(value)

    def _class(self, kind: type) -> Iterator[str]:
        yield _name_of(kind) if not is_users(kind) else "class"
        for base in kind.__mro__:
            if not is_users(base):
                continue
            self.found = True
            for name, member in sorted(vars(base).items()):
                if _says_what_it_does(name, member):
                    yield f"member {name}"
                    yield from self.parts(member)

    def _object(self, value: Any) -> Iterator[str]:
        yield from self.parts(type(value))
        yield from self.parts(_wrapped_in(value))
        if isinstance(value, keras.Model):
            yield from self.parts(list(value.layers))
        elif isinstance(value, _CONFIGURED):
            yield from self.parts(_config_of(value))
        elif not isinstance(value, _WITH_STATE):
            yield from self._attributes(value)

    def _attributes(self, value: Any) -> Iterator[str]:
        kind = type(value)
        if kind.__module__.partition(".")[0] != OURS and not is_users(kind):
            return
        changed = changed_by_methods(kind)
        for name, member in sorted(getattr(value, "__dict__", {}).items()):
            if not name.startswith("__") and name not in changed and _is_followed(member):
                yield f"attribute {name}"
                yield from self.parts(member)


def _contained(value: Any) -> Sequence[Any] | None:
    """Returns what a value is made of, if it is a sequence or a function made of others."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, functools.partial):
        return value.func, value.args, value.keywords
    if isinstance(value, types.MethodType):
        return value.__func__, value.__self__
    if isinstance(value, (staticmethod, classmethod)):
        return (value.__func__,)
    if isinstance(value, property):
        return value.fget, value.fset
    return (str(value),) if isinstance(value, Enum) else None


def _wrapped_in(value: Any) -> list[Any]:
    """Returns the functions that a decorator's object has wrapped, as `tf.function` does."""
    names = ("__wrapped__", "python_function", "pyfunc")
    known = [name for name in names if inspect.getattr_static(value, name, None) is not None]
    return [inner for name in known if callable(inner := getattr(value, name, None))]


def _config_of(value: Any) -> Any:
    """Returns what a Keras object says it is, and functions of the user's that it holds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of lambdas, which are not saved here
            config = _without_lambdas(lasting_config(value.get_config()))
    except Exception:  # noqa: BLE001, its class has none; then its class alone counts
        config = None
    held = [part for _, part in sorted(vars(value).items()) if callable(part)]
    return config, [part for part in held if is_users_code(part)]


def _without_lambdas(config: Any) -> Any:
    """Returns a configuration without bytes of lambdas, which hold the name of their file."""
    if isinstance(config, dict):
        if config.get("class_name") == "__lambda__":
            return "__lambda__"
        return {key: _without_lambdas(part) for key, part in config.items()}
    return [_without_lambdas(part) for part in config] if isinstance(config, list) else config


def _is_followed(member: Any) -> bool:
    """Returns whether an attribute says what an object does: a value, or code."""
    simple = (*_PLAIN, np.ndarray, list, tuple, dict, set, frozenset)
    return isinstance(member, simple) or callable(member)


def _says_what_it_does(name: str, member: Any) -> bool:
    """Returns whether a member of a class is code or a value, and not Python's bookkeeping."""
    methods = (types.FunctionType, staticmethod, classmethod, property)
    if isinstance(member, methods):
        return name != "__annotate__" and name != "__annotate_func__"
    hidden = name.startswith(("__", "_abc_")) or isinstance(member, types.MemberDescriptorType)
    return not hidden and _is_followed(member)


def _name_of(value: Any) -> str:
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"


def _argument(step: dis.Instruction) -> str:
    """Returns what an instruction is about, without addresses."""
    plain = isinstance(step.argval, (*_PLAIN, tuple))
    return repr(step.argval) if plain else type(step.argval).__name__


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty, as of a function that is being made
        return None
