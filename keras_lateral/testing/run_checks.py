"""Running a list of checks, with some left out and the reason kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keras_lateral.testing.layer_checks import LayerChecks, Skip


def run_checks(
    title: str,
    checks: Mapping[str, Callable[[Any], None]],
    subject: Any,
    skip: Mapping[str, str] | None,
) -> LayerChecks:
    """Makes the checks in their order; the first that fails ends it.

    Args:
        title: What is checked, for messages.
        checks: Name to function of the subject.
        subject: Handed to each check.
        skip: Names of checks that are not to be made, with the reason.

    Raises:
        AssertionError: If a check fails.
        ValueError: If `skip` names no check.
    """
    skipped = dict(skip or {})
    if unknown := sorted(set(skipped) - set(checks)):
        raise ValueError(
            f"Invalid value for argument `skip`. Expected names of {sorted(checks)}. "
            f"Received: {unknown}"
        )
    passed = []
    for name, check in checks.items():
        if name in skipped:
            continue
        reason = _make(f"{title}, check {name!r}", check, subject)
        if reason is None:
            passed.append(name)
        else:
            skipped[name] = reason
    return LayerChecks(tuple(passed), skipped)


def _make(title: str, check: Callable[[Any], None], subject: Any) -> str | None:
    """Makes a check; returns the reason if it can not be made here."""
    try:
        check(subject)
    except Skip as reason:
        return str(reason)
    except AssertionError as error:
        raise AssertionError(f"{title}: {error}") from error
    except Exception as error:
        raise AssertionError(
            f"{title}: expected no error, found {type(error).__name__}: {error}"
        ) from error
    return None
