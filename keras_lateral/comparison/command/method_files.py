"""Methods from a user's own file, `FILE.py:NAME`, beside those that are known by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from pathlib import Path
from typing import Any

from keras_lateral.comparison.answer.python_code import in_python
from keras_lateral.comparison.command.method_functions import (
    check_calls,
    check_without_arguments,
)
from keras_lateral.method import Method, combination, no_callbacks, unchanged
from keras_lateral.methods import both_words, check_names, known_methods, register_method
from keras_lateral.user_file import (
    called,
    code_digest,
    file_and_name,
    in_users_words,
    is_reference,
    named_in,
    reference_meant,
)

FUNCTIONS = ("change", "callbacks", "batches", "epochs", "batch_size", "space", "falling_rate")


def parts_of(word: str) -> list[str]:
    """Returns the parts of a combination: known names, and references `FILE.py:NAME`.

    A path may hold `+`; known names come first where both readings are possible.

    Example:

    >>> from keras_lateral.comparison.command.method_files import parts_of
    >>> parts_of("gradient_mask+c++/my.py:twice+soft_orthogonality")
    ['gradient_mask', 'c++/my.py:twice', 'soft_orthogonality']
    """
    known = "|".join(re.escape(line.name) for line in known_methods())
    part = re.compile(rf"(?:({known})|(.+?\.py:[A-Za-z_]\w*)|([^+]*))(?:\+|$)")
    parts, place = [], 0
    while place < len(word):
        found = part.match(word, place)
        assert found is not None
        parts.append(next(group for group in found.groups() if group is not None))
        place = found.end()
    return parts


def check_typed(words: Sequence[str]) -> None:
    """Raises if a name is not known, or a file does not exist; loads nothing.

    Raises:
        ValueError: With what was expected.
    """
    for word in words:
        parts = parts_of(word)
        for part in parts:
            if is_reference(part):
                file_and_name(part)
            elif part.endswith(".py") or ":" in part:
                raise ValueError(
                    "Invalid value for argument `methods`. Expected FILE.py:NAME, such as "
                    f"{reference_meant(part, 'idea')}, where NAME is a Method in the file. "
                    f"Received: {part!r}"
                )
        check_names(["+".join(part for part in parts if not is_reference(part))] * _names(parts))


def check_each_once(words: Sequence[str]) -> None:
    """Raises if a method was typed twice, or a combination also in another order.

    Raises:
        ValueError: With both words.
    """
    seen: dict[tuple[str, ...], str] = {}
    for word in words:
        parts = tuple(sorted(parts_of(word)))
        if parts in seen:
            raise ValueError(
                "Invalid value for argument `methods`. Expected different methods. Received: "
                f"{both_words(seen[parts], word)}"
            )
        seen[parts] = word


def _names(parts: Sequence[str]) -> int:
    return int(not parts or not all(map(is_reference, parts)))


def methods_typed(words: Sequence[str]) -> list[str | Method]:
    """Returns what was typed as methods, or as names of known ones.

    Args:
        words: Names of methods, references `FILE.py:NAME`, and both joined by `"+"`. What has this
            name in the file is a `Method`, or a list of them, or a function that returns either.
            Each method of a list is combined with the rest of the word.

    Raises:
        ValueError: If a file cannot be loaded, or has no such method.
    """
    found: list[str | Method] = []
    for word in words:
        parts = parts_of(word)
        if not any(map(is_reference, parts)):
            found.append(word)
            continue
        choices = [methods_of_file(part) if is_reference(part) else _known(part) for part in parts]
        found += [combination(some) for some in product(*choices)]
    return _each_once(found)


def _each_once(methods: Sequence[str | Method]) -> list[str | Method]:
    """Returns methods without those that two references mean, as a method and a list of it."""
    seen, kept = set[int](), []
    for method in methods:
        if id(method) not in seen:
            kept.append(method)
        seen |= {id(method)} if isinstance(method, Method) else set()
    return kept


def _known(name: str) -> list[Method]:
    check_names([name])
    return [line.method() for line in known_methods() if line.name == name]


_of_files: dict[int, tuple[Method, Method]] = {}
"""Methods as they stand in files, and as they are known here; by the first ones' identity."""


@lru_cache
def methods_of_file(reference: str) -> list[Method]:
    """Returns the methods that a reference `FILE.py:NAME` means, known by their names from then on.

    Their settings hold a digest of the code, so that an edited method is another one to a folder
    of results. Worker processes load the file themselves, so its functions need not be picklable.

    Raises:
        ValueError: If there are none.
    """
    path, name = file_and_name(reference)
    digest = code_digest(path, name)
    methods = []
    for place, method in enumerate(_found_in(path, name)):
        before = _of_files.get(id(method))
        if before is not None and before[1].name in [line.name for line in known_methods()]:
            methods.append(before[1])  # another reference means this very method
            continue
        parts = [
            _of_file(part, path, name, place, number, digest)
            for number, part in enumerate(method.parts or (method,))
        ]
        methods.append(combination(parts))
        _of_files[id(method)] = method, methods[-1]
        for part in parts:
            _register(part, method, reference)
    return methods


def _register(part: Method, method: Method, reference: str) -> None:
    names = [line.name for line in known_methods()]
    if method.parts and part.name in names:
        return  # one of this library's, combined in the file
    if set("+,") & set(part.name):
        raise ValueError(
            f"{reference}: the method's name {part.name!r} holds `+` or `,`, which join names. "
            "Give it a `name` without them."
        )
    if part.name in names:
        raise ValueError(
            f"{reference}: the method's name {part.name!r} is that of another one. Give it a "
            "`name` of its own."
        )
    try:
        register_method(part, summary=f"from {reference}")
    except ValueError as error:
        raise ValueError(f"{reference}: {error}") from error


def _of_file(part: Method, path: Path, name: str, place: int, number: int, digest: str) -> Method:
    functions: dict[str, Any] = {
        field: FunctionOfFile(path, name, place, number, field, _module_of(getattr(part, field)))
        for field in FUNCTIONS
        if getattr(part, field) not in (None, unchanged, no_callbacks)
    }
    return _with_digest(replace(part, **functions), digest)


def _with_digest(method: Method, digest: str) -> Method:
    return replace(method, settings={**method.settings, "code_digest": digest})


def _module_of(function: Any) -> str:
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__module__", None) or type(function).__module__)


class FunctionOfFile:
    """A function of a method in a user's file, which another process finds by loading the file.

    Args:
        path: The file.
        name: The method's name in it.
        place: The method's place, if there are several.
        number: Number of the part, of a combination.
        field: What the function is of the method, such as `"change"`.
        module: The module of the function, by which one sees whose code it is.
    """

    def __init__(
        self, path: Path, name: str, place: int, number: int, field: str, module: str
    ) -> None:
        self._arguments = path, name, place, number, field, module
        self.__module__ = module

    def __reduce__(self) -> tuple[Any, ...]:
        return FunctionOfFile, self._arguments

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        path, name, place, number, field, _ = self._arguments
        try:
            method = _found_in(path, name)[place]
            result = getattr((method.parts or (method,))[number], field)(*args, **kwargs)
        except (Exception, SystemExit) as error:
            raise ValueError(
                f"The `{field}` of {path.name}:{name} fails. {in_users_words(error)}"
            ) from error
        if not isinstance(result, Method):
            return result
        return _with_digest(result, code_digest(path, name))


@lru_cache
def _found_in(path: Path, name: str) -> list[Method]:
    """Returns the methods that have a name in a file, without any change."""
    value = _value_in(path, name)
    methods = list(value) if isinstance(value, (list, tuple)) else [value]
    if not methods or not all(isinstance(method, Method) for method in methods):
        raise ValueError(
            f"{path.name}:{name}: expected a `keras_lateral.Method`, a list of them, or a function "
            f"that returns either. Received: {value!r}"
        )
    for method in methods:
        check_calls(method, f"{path.name}:{name}")
    return methods


@lru_cache
def _value_in(path: Path, name: str) -> Any:
    """Returns what has a name in a file, or what it returns."""
    value, reference = named_in(path, name), f"{path.name}:{name}"
    if not _is_function(value):
        return value
    check_without_arguments(value, reference)
    return called(value, reference)


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, Method)


def methods_in_python(reference: str) -> dict[str, str]:
    """Returns what stands for each method of a file in Python that has imported its name.

    Args:
        reference: `FILE.py:NAME`.
    """
    path, name = file_and_name(reference)
    made = f"{name}()" if _is_function(named_in(path, name)) else name
    if isinstance(_value_in(path, name), Method):
        return {_found_in(path, name)[0].name: made}
    return {
        method.name: f"next(m for m in {made} if m.name == {in_python(method.name)})"
        for method in _found_in(path, name)
    }
