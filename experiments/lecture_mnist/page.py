"""What the page of the lecture says of the recorded trainings: as many as there are, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from examples.lecture.results import (
    LECTURE,
    NAMES,
    Trainings,
    errors_of,
    fewer_errors,
    one_more_training,
)
from experiments.common.documents import p_value, table_line
from experiments.lecture_mnist.config import BASELINE, SEEDS
from keras_lateral import PairedDifference, adjust_for_many

Found = Mapping[str, Trainings]

IMAGES = 10_000
NOTHING = "-"

ERRORS_HEAD = (
    "| network | errors of each seed | mean | 95 %, other seeds | 95 %, other seeds and images "
    "| the lecture, one training |\n|" + 6 * "---|"
)
CHANGES_HEAD = (
    "| network | with | errors, mean | fewer than without | 95 %, other seeds and images "
    "| p, adjusted | pairs | so |\n|" + 8 * "---|"
)


def errors_text(found: Found) -> str:
    """Returns the errors of the two networks, and what follows from them."""
    shown = [found[name] for name in LECTURE if name in found]
    lines = [_errors_line(trainings) for trainings in shown]
    said = [_beside_the_lecture(trainings) for trainings in shown]
    said += [_convolutions(found), _missing(shown)]
    return "\n\n".join(["\n".join([ERRORS_HEAD, *lines]), " ".join(filter(None, said))])


def _errors_line(trainings: Trainings) -> str:
    d = errors_of(trainings)
    own = ", ".join(str(number) for number in trainings.last)
    intervals = [d.these_images, (d.low, d.high)]
    cells = [_limits(limits) if len(trainings.seeds) > 1 else NOTHING for limits in intervals]
    return table_line(
        [trainings.text, own, f"{_errors(d.mean):.0f}", *cells, str(LECTURE[trainings.name])]
    )


def _beside_the_lecture(trainings: Trainings) -> str:
    theirs = LECTURE[trainings.name]
    if len(trainings.seeds) < 2:
        return f"Of the {trainings.text} there is one training: no interval."
    low, high = one_more_training(trainings)
    inside = low <= theirs <= high
    return (
        f"One more training of the {trainings.text} would make {low:.0f} to {high:.0f} errors, "
        f"95 times of 100; the lecture's {theirs} is {'inside' if inside else 'outside'} of that."
    )


def _convolutions(found: Found) -> str:
    if not {"lenet", "mlp"} <= set(found):
        return ""
    d = fewer_errors(found["lenet"], found["mlp"])
    if d.pairs < 2:
        return f"In the only pair the convolutions save {_errors(d.mean):.0f} errors."
    return (
        f"In {d.pairs} pairs the convolutions save {_errors(d.mean):.0f} errors "
        f"({_limits((d.low, d.high))} for other seeds and images); the lecture saw 117."
    )


def _missing(shown: Sequence[Trainings]) -> str:
    missing = sum(len(SEEDS) - len(trainings.seeds) for trainings in shown)
    return f"Of {len(SEEDS)} seeds each, {missing} trainings are still to do." if missing else ""


def changes_text(found: Found) -> str:
    """Returns what each change does to its network, in pairs, adjusted for all of them."""
    paired = {
        name: fewer_errors(found[name], found[baseline])
        for name, baseline in BASELINE.items()
        if name in found and set(found[name].seeds) & set(found[baseline].seeds)
    }
    several = [name for name, d in paired.items() if d.pairs > 1]
    adjusted = dict(
        zip(several, adjust_for_many([paired[name].p for name in several]), strict=True)
    )
    lines = [_change_line(found, name, paired.get(name), adjusted.get(name)) for name in BASELINE]
    seeds = [_each_seed(found[name]) for name in paired]
    return "\n\n".join(["\n".join([CHANGES_HEAD, *lines]), "\n".join(seeds)]).strip()


def _each_seed(trainings: Trainings) -> str:
    own = zip(trainings.seeds, trainings.last, strict=True)
    return f"- {trainings.text}, errors of each seed: {_listed(own)}."


def _listed(numbers: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"{number} ({seed})" for seed, number in numbers)


def _change_line(found: Found, name: str, d: PairedDifference | None, p: float | None) -> str:
    network, change = name.split("_")
    begin = [NAMES[network], NAMES[change]]
    if name not in found or d is None:
        return table_line([*begin, *[NOTHING] * 5, "not run yet"])
    shared = [seed in found[network].seeds for seed in found[name].seeds]
    begin += [f"{found[name].last[shared].mean():.0f}", f"{_errors(d.mean):+z.0f}"]
    if p is None:
        return table_line([*begin, NOTHING, NOTHING, str(d.pairs), "one pair tells nothing"])
    signed = f"{_errors(d.low):+z.0f} to {_errors(d.high):+z.0f}"
    return table_line([*begin, signed, p_value(p), str(d.pairs), _verdict(d, p)])


def _verdict(d: PairedDifference, p: float) -> str:
    if p < 0.05 and d.low > 0:
        return "fewer errors"
    if p < 0.05 and d.high < 0:
        return "more errors"
    return "not distinguishable"


def _errors(share: float) -> float:
    return IMAGES * share


def _limits(limits: tuple[float, float] | None) -> str:
    low, high = limits or (float("nan"), float("nan"))
    return f"{_errors(low):.0f} to {_errors(high):.0f}"
