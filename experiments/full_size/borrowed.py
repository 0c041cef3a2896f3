"""The trainings of a table, with those that it shares with another and does not repeat."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from experiments.common.records import Records, Runs, read
from experiments.full_size.table import Table


def records(table: Table, size: str, folder: Path | None = None) -> Records:
    """Returns a table's own trainings at one size, and those that it borrows.

    Args:
        table: The table.
        size: Name of the size.
        folder: Folder of its own trainings. Defaults to the table's own.

    Returns:
        The records by arm and seed; nothing if the table has no training of its own.

    Raises:
        ValueError: If a borrowed arm is not trained in the same way in the other table.
    """
    own = read(folder or table.folder / "results" / size)
    lent = {arm: _lent(table, arm, size) for arm in table.borrowed}
    return {arm: runs for arm, runs in {**lent, **own}.items() if runs} if own else {}


def _lent(table: Table, arm: str, size: str) -> Runs:
    name, its_arm = table.borrowed[arm]
    lender: Table = import_module(f"experiments.{name}.config").TABLE
    here, there = _trained(table, arm, size), _trained(lender, its_arm, size)
    if here != there:
        raise ValueError(
            f"Arm {arm!r} cannot be borrowed from {its_arm!r} of {name}: at size {size!r} they are "
            f"not trained in the same way. Here: {here}; there: {there}"
        )
    return read(table.folder.parent / name / "results" / size).get(its_arm, {})


def _trained(table: Table, arm: str, size: str) -> tuple[object, ...]:
    """Returns all that decides how an arm is trained; `None` stands for a size it lacks."""
    found, recipe = table.arms[arm], table.sizes.get(size)
    changed = found.changed(recipe) if recipe else None
    return changed, found.method, dict(found.arguments)
