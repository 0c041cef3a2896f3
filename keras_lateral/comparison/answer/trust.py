"""What has to be known before any verdict of a comparison is believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from keras_lateral.comparison.answer.class_balance import UNEVEN, ClassBalance, class_balance
from keras_lateral.comparison.answer.signals import LEVELS, Signal
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.smoke import smoke_text
from keras_lateral.datasets.copies_across import SEEN
from keras_lateral.method import BASELINE
from keras_lateral.text import counted

FEW_IMAGES = 50
"""Below this number of test images, one image is two points of accuracy or more."""


LEAK = re.compile(rf"{SEEN}[^:]*: ([\d,]+) of ([\d,]+)")
"""How the alarm begins that tells of copies, of a folder or of arrays."""

MOST_LEAKED = 0.01
"""Share of the test images that may be copies of training images before verdicts are withheld."""


NO_ERRORS = "no errors"
NO_EFFECT = "no effect"
"""Names of signals."""


def trust_signals(comparison: ComparedRuns) -> tuple[Signal, ...]:
    """Returns what speaks for or against trusting a comparison, the gravest first.

    Where a signal has the level `"invalid"`, no verdict should be given: the trainings were a
    smoke test, the network has learned nothing, or it was tested on training images.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> from keras_lateral.comparison.answer.trust import trust_signals
    >>> runs = tuple(Run("baseline", s, {"accuracy": 0.25}, 1.0) for s in range(2))
    >>> settings = {"classes": 4, "test_images": 100}
    >>> signal, *_ = trust_signals(Comparison("pets", (), (0, 1), runs, settings))
    >>> signal.level, signal.short
    ('invalid', 'the network has learned nothing')
    """
    signals = [*_smoke(comparison), *_learning(comparison), *_no_errors(comparison)]
    signals += _alarms(comparison)
    signals += [*_images(comparison), *_trainings(comparison)]
    return tuple(sorted(signals, key=lambda signal: LEVELS.index(signal.level)))


def _smoke(comparison: ComparedRuns) -> Iterator[Signal]:
    text = smoke_text(comparison.settings)
    if text:
        yield Signal(text, "invalid", "this is a smoke test", "smoke")


def _learning(comparison: ComparedRuns) -> Iterator[Signal]:
    """Yields what the baseline reaches beside what guessing does."""
    balance = class_balance(comparison)
    accuracy = _mean(comparison, BASELINE, "accuracy")
    if balance is None or accuracy is None:
        return
    reached = f"The baseline classifies {_percent(accuracy)} of the test images correctly; "
    reached += _guessing(balance)
    if accuracy > balance.floor + balance.doubt:
        yield Signal(reached, "note", name="chance")
        return
    balanced = _mean(comparison, BASELINE, "balanced_accuracy")
    if balanced is not None and balanced > balance.chance + balance.balanced_doubt:
        text = (
            f"{reached} It does tell classes apart (balanced accuracy {_percent(balanced)}), but "
            "whoever always names the largest class is right as often."
        )
        yield Signal(text, "warning", name="majority")
        return
    learned = _who_learned(comparison, balance)
    more = (
        f" With {', '.join(learned)} it did: find out why the baseline does not." if learned else ""
    )
    text = f"This network has learned nothing: {reached[0].lower()}{reached[1:]}"
    if balance.images:
        most = balance.floor + balance.doubt
        luck = f"up to {_percent(most)} may be luck" if most < 1 else "any accuracy may be luck"
        text += f" On {counted(balance.images, 'image')}, {luck}."
    text += more if learned else ""
    yield Signal(text, "invalid", "the network has learned nothing", "learned nothing")


def makes_no_error(comparison: ComparedRuns) -> bool:
    """Returns whether the baseline classifies every test image correctly, with every seed."""
    accuracies = comparison.values(BASELINE).values()
    return bool(accuracies) and all(accuracy == 1 for accuracy in accuracies)


def _no_errors(comparison: ComparedRuns) -> Iterator[Signal]:
    if makes_no_error(comparison):
        yield Signal(no_errors_text(), "warning", name=NO_ERRORS)


def _guessing(balance: ClassBalance) -> str:
    text = f"guessing gives {_percent(balance.chance)} with {balance.classes} classes"
    if balance.largest:
        text += f", always naming the largest class, {balance.largest}, {_percent(balance.share)}"
    return f"{text}."


def _who_learned(comparison: ComparedRuns, balance: ClassBalance) -> list[str]:
    """Returns the methods that are above chance, and above the baseline by more than chance.

    Else a single test image would decide that one has learned and the other has not.
    """
    means = {name: _mean(comparison, name, "accuracy") for name in comparison.methods}
    level = balance.floor + balance.doubt
    above = [name for name, mean in means.items() if mean is not None and mean > level]
    compared = comparison.compared("accuracy") if above else []
    better = {c.method for c in compared if c.kind == "helps" and c.difference.mean > 0}
    return [name for name in above if name in better]


def _alarms(comparison: ComparedRuns) -> Iterator[Signal]:
    """Yields what was found in the images, such as copies of training images in the test set."""
    for alarm in comparison.settings.get("alarms") or ():
        leaked = LEAK.match(str(alarm))
        copies, images = (int(n.replace(",", "")) for n in leaked.groups()) if leaked else (0, 1)
        if copies > MOST_LEAKED * images:
            yield Signal(str(alarm), "invalid", "test images are among the training images", "leak")
        else:
            yield Signal(str(alarm), "warning", name="images")


def _images(comparison: ComparedRuns) -> Iterator[Signal]:
    balance = class_balance(comparison)
    if balance is None:
        return
    if balance.ratio > UNEVEN:
        ratio = f"{balance.ratio:.0f} times as many" if np.isfinite(balance.ratio) else "more"
        text = (
            f"The classes are uneven: the largest, {balance.largest}, has {ratio} test images as "
            "the smallest" + (", which has none" if not np.isfinite(balance.ratio) else "")
        )
        first = any("balanced_accuracy" in run.measures for run in comparison.runs)
        text += ". Verdicts go by the balanced accuracy, the mean over classes." if first else "."
        yield Signal(text, "note", name="uneven")
    if 0 < balance.images < FEW_IMAGES:
        text = (
            f"There are only {counted(balance.images, 'test image')}: one of them is "
            f"{100 / balance.images:.1f} points of accuracy."
        )
        yield Signal(text, "warning", name="few images")


def _trainings(comparison: ComparedRuns) -> Iterator[Signal]:
    """Yields what is missing or unusual in the trainings."""
    if len(comparison.seeds) == 1:
        text = (
            "There is only one seed. Its differences are shown, but how much of them is chance is "
            "unknown."
        )
        yield Signal(text, "warning", name="one seed")
    missing, wanted = _missing(comparison)
    if missing:
        text = (
            f"The comparison is incomplete: {wanted - len(missing)} of {wanted} "
            f"trainings are done. Missing: {_first_names(missing)}."
        )
        yield Signal(text, "warning", name="incomplete")
    diverged = [f"{run.method} with seed {run.seed}" for run in comparison.runs if run.diverged]
    if diverged:
        text = (
            f"{counted(len(diverged), 'training')} diverged: {_first_names(diverged)}. Each counts "
            f"with chance accuracy{_chance(comparison)} and so takes part in differences, "
            "intervals and verdicts; other measures are of the trainings that did not diverge."
        )
        yield Signal(text, "warning", name="diverged")
    for method in comparison.without_effect:
        yield Signal(no_effect_text(method), "warning", name=NO_EFFECT)
    stopped = comparison.settings.get("stopped")
    if stopped:
        seeds = counted(len(comparison.values(BASELINE)), "seed")
        text = f"It was to go on until it is sure, and stopped after {seeds} because {stopped}."
        yield Signal(text, "note", name="stopped")


def _missing(comparison: ComparedRuns) -> tuple[list[str], int]:
    """Returns the trainings that are missing, and how many were wanted.

    A comparison that stops by itself leaves out what is not needed any more.
    """
    if comparison.settings.get("stopped"):
        return [], len(comparison.runs)
    wanted = [(m, s) for s in comparison.seeds for m in (BASELINE, *comparison.methods)]
    done = {(run.method, run.seed) for run in comparison.runs}
    return [f"{m} with seed {s}" for m, s in wanted if (m, s) not in done], len(wanted)


def no_errors_text(given: Sequence[str] = ()) -> str:
    """Returns the sentence on trainings that leave no error to repair.

    Args:
        given: Names of the methods that are switched on in them; none in the baseline's.
    """
    who = f"The baseline with {' and '.join(given)}" if given else "The baseline"
    return (
        f"{who} makes no error on any test image, so on these no method can raise the accuracy. "
        "Compare the losses, or test on more or harder images."
    )


def no_effect_text(method: str, given: Sequence[str] = ()) -> str:
    """Returns the sentence on a method with which nothing differed from the trainings without it.

    Args:
        method: Its name.
        given: Names of the methods that are switched on in both.
    """
    added = f" beside {' and '.join(given)}" if given else ""
    without = "those without it" if given else "the baseline's"
    return (
        f"{method} changed nothing{added}: each of its trainings ended with the very weights of "
        f"{without}, to the last bit."
    )


def _chance(comparison: ComparedRuns) -> str:
    balance = class_balance(comparison)
    if balance is None:
        return ""
    return f", {_percent(balance.chance)} with {balance.classes} classes,"


def _mean(comparison: ComparedRuns, method: str, measure: str) -> float | None:
    values = list(comparison.values(method, measure).values())
    return float(np.mean(values)) if values else None


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _first_names(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
