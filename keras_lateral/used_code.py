"""The part of a Python file that one of its names uses, so that edits elsewhere do not count."""

from __future__ import annotations

import ast
from collections.abc import Iterator

SEES_ALL = frozenset({"globals", "locals", "vars", "eval", "exec", "__import__"})
"""Functions that reach names which stand nowhere in the code."""


def used_statements(tree: ast.Module, name: str) -> list[ast.stmt]:
    r"""Returns the statements of a file that a name uses, and what these use, and so on.

    A statement that binds no name, such as a call, may change what others have bound, so it counts,
    with what it uses. Only `if __name__ == "__main__":` and strings alone do not. Where the code
    looks names up in a way that is not seen here, all of it counts.

    Args:
        tree: The file.
        name: A name that it binds.

    Example:

    >>> import ast
    >>> tree = ast.parse("a = 1\nb = 2\ndef f(): return a\ndef g(): return b")
    >>> [ast.unparse(statement) for statement in used_statements(tree, "f")]
    ['a = 1', 'def f():\n    return a']
    """
    statements = [(node, _bound(node)) for node in tree.body if not _is_idle(node)]
    used = {node for node, names in statements if not names}
    left, seen = [name, *(n for node in used for n in _names(node))], set[str]()
    while left:
        wanted = left.pop()
        if wanted in SEES_ALL:
            return [node for node, _ in statements]
        if wanted in seen:
            continue
        seen.add(wanted)
        for node, names in statements:
            if wanted in names and node not in used:
                used.add(node)
                left += _names(node)
    return [node for node, _ in statements if node in used]


def _is_idle(node: ast.stmt) -> bool:
    """Returns whether a statement does nothing when the file is loaded by another one."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.If) and "__name__ == '__main__'" in ast.unparse(node.test)


def _bound(node: ast.stmt) -> set[str]:
    """Returns the names that a statement binds, if it does nothing else; empty otherwise."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        return set() if "*" in names else names
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        leaves = [leaf for target in targets for leaf in _leaves(target)]
        names = {leaf.id for leaf in leaves if isinstance(leaf, ast.Name)}
        return names if all(isinstance(leaf, ast.Name) for leaf in leaves) else set()
    return set()


def _leaves(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            yield from _leaves(part)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _names(node: ast.stmt) -> list[str]:
    """Returns every name that stands in a statement, whatever it means there."""
    found = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return found + [
        name
        for part in ast.walk(node)
        if isinstance(part, (ast.Global, ast.Nonlocal))
        for name in part.names
    ]
