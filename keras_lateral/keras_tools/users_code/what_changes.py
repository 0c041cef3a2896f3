"""What code changes while it runs, such as a counter, which is therefore no part of the code."""

from __future__ import annotations

import dis
import functools
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

from keras_lateral.keras_tools.users_code.whose import is_users

_CHANGING = {
    *("append", "extend", "insert", "pop", "remove", "clear", "update", "setdefault"),
    *("add", "discard", "write", "popitem", "appendleft"),
}
"""Methods that change what they are called on: a list of what was seen is no part of the code."""


def _all_code(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_code(constant)


@functools.cache
def changed_in(code: types.CodeType) -> frozenset[str]:
    """Returns the names of what code outside itself changes, as a counter does."""
    found: set[str] = set()
    for part in _all_code(code):
        steps = [step for step in dis.get_instructions(part) if step.opname != "PRECALL"]
        found |= {step.argval for step in steps if step.opname == "STORE_GLOBAL"}
        stored = {step.argval for step in steps if step.opname == "STORE_DEREF"}
        found |= stored & set(part.co_freevars)
        pairs = itertools.pairwise(steps)
        found |= {first.argval for first, then in pairs if _changes(first, then)}
        threes = zip(steps, steps[1:], steps[2:], strict=False)
        found |= {three[0].argval for three in threes if _stores(*three)}
    return frozenset(found)


def _changes(first: dis.Instruction, then: dis.Instruction) -> bool:
    """Returns whether two instructions are `name.append`, or the like."""
    reads = isinstance(first.argval, str) and first.opname.startswith("LOAD_")
    asks = then.opname in ("LOAD_METHOD", "LOAD_ATTR")
    return reads and asks and then.argval in _CHANGING


def _stores(first: dis.Instruction, key: dis.Instruction, third: dis.Instruction) -> bool:
    """Returns whether instructions are `name[key] = ...`, or `name[key] += ...`."""
    reads = isinstance(first.argval, str) and first.opname.startswith("LOAD_")
    return reads and key.opname.startswith("LOAD_") and third.opname in ("STORE_SUBSCR", "COPY")


def changed_by_methods(kind: type) -> frozenset[str]:
    """Returns the attributes that a class changes after an object is made."""
    found: set[str] = set()
    for base in kind.__mro__:
        for name, member in vars(base).items() if is_users(base) else ():
            function: Callable[..., Any] | None = getattr(member, "__func__", member)
            if isinstance(function, types.FunctionType):
                found |= changed_in(function.__code__)
                if name not in ("__init__", "__post_init__"):
                    steps = dis.get_instructions(function.__code__)
                    found |= {step.argval for step in steps if step.opname == "STORE_ATTR"}
    return frozenset(found)
