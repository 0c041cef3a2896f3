"""What to do next, as a command to copy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from keras_lateral.comparison.answer.advice import MOST_SEEDS, advice_of, seeds_to_run
from keras_lateral.comparison.answer.findings import Finding, Findings
from keras_lateral.comparison.answer.time_needed import seconds_for_seeds, time_text
from keras_lateral.comparison.answer.trust import NO_ERRORS
from keras_lateral.comparison.answer.typed_command import with_options
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.statistics.paired_difference import PairedDifference
from keras_lateral.comparison.statistics.what_next import Advice
from keras_lateral.method import BASELINE
from keras_lateral.methods import MAIN, known_methods

UNSETTLED = ("may help", "may harm", "not known yet")

TIME_OVER = "the time is over"
"""Why a comparison stopped that can go on: `settings["stopped"]`."""

GOOD_SEEDS = 5
"""The number of seeds to begin with."""


_BOTH = "it takes more of these, and more seeds too"


@dataclass(frozen=True)
class NextStep:
    """What to do next.

    Args:
        text: What, and what for.
        command: A command or a call to copy; "" where nothing is to be run.
        more: What else there is to know.
    """

    text: str
    command: str = ""
    more: str = ""

    def __str__(self) -> str:
        return "\n".join(part for part in (self.text, self.command, self.more) if part)


def next_step(findings: Findings) -> NextStep:
    """Returns what to do next.

    Example:

    >>> from keras_lateral import Comparison, Run
    >>> from keras_lateral.comparison.answer.findings import findings_of
    >>> from keras_lateral.comparison.answer.next_step import next_step
    >>> runs = tuple(Run(method, 0, {"accuracy": 0.5}, 60.0) for method in ("baseline", "mine"))
    >>> print(next_step(findings_of(Comparison("digits", ("mine",), (0,), runs))))
    Five seeds say how much of it is chance, about 8 minutes here:
    compare(..., seeds=5)
    """
    comparison = findings.comparison
    names = {signal.name for signal in findings.signals}
    if findings.withheld:
        return after_invalid(comparison, names)
    if "incomplete" in names:
        text = "The same again trains what is missing, if its trainings were kept in a folder:"
        return NextStep(text, with_options(comparison, {}))
    if len(comparison.seeds) < 2:
        text = "Five seeds say how much of it is chance"
        text += f"{_time(comparison, GOOD_SEEDS)}:"
        return NextStep(text, with_options(comparison, {"--seeds": [GOOD_SEEDS]}))
    # What makes the probabilities worse is left off, whatever more seeds would say.
    open_ = [f for f in findings.methods if f.kind in UNSETTLED and not f.worse]
    if NO_ERRORS in names and open_ and all(f.kind == "not known yet" for f in open_):
        return _after_no_errors(comparison)
    if open_ and comparison.settings.get("stopped"):
        return _after_stop(findings, open_)
    return _to_settle(findings, open_) if open_ else _after_all(findings)


def after_invalid(
    comparison: ComparedRuns, names: Collection[str], function: str = "compare"
) -> NextStep:
    """Returns what to do where something makes all verdicts worthless.

    Args:
        comparison: The comparison, or one with the settings of several.
        names: Names of its signals.
        function: The function that was called, where no command was typed.
    """
    again = partial(with_options, comparison, function=function)
    if "smoke" in names:
        return NextStep("It runs. For an answer:", again({"--smoke": ()}))
    if "learned nothing" in names:
        text = (
            "More seeds cannot help a network that learns nothing. Train it longer, check that the "
            "labels are right, or try another network or learning rate. First, twice as long:"
        )
        epochs = comparison.settings.get("epochs")
        options = {"--epochs": [2 * epochs]} if isinstance(epochs, int) else {}
        return NextStep(text, again(options))
    text = "Mend the images as said above, then run the same again:"
    return NextStep(text, again({}, anew=True))


def _after_no_errors(comparison: ComparedRuns) -> NextStep:
    """Returns what to do where the baseline makes no error that a method could repair."""
    folds = comparison.tested.folds if comparison.tested else 0
    if len(comparison.seeds) < folds and (untested := _after_few_seeds(comparison, folds)):
        return replace(untested, more="If there is no error either, it takes harder images.")
    text = "More seeds cannot show a gain where there is no error: it takes more or harder images"
    if comparison.conditions or not comparison.settings.get("command"):
        return NextStep(f"{text}.")
    robust = with_options(comparison, {"--robustness": ["quick"]})
    return NextStep(f"{text}. Corrupted ones are harder:", robust)


def _after_stop(findings: Findings, methods: Sequence[Finding]) -> NextStep:
    """Returns what to do where a comparison stopped by itself before all was settled."""
    comparison = findings.comparison
    if comparison.settings["stopped"] == TIME_OVER:
        return NextStep("The time was over. The same again goes on:", with_options(comparison, {}))
    seeds = len(comparison.values(BASELINE))
    stuck = [(finding, advice_of(finding.compared)) for finding in methods]
    text = f"The {seeds} seeds that were set beforehand are done."
    return NextStep(f"{text} {_stuck_text(findings, stuck)}")


def _to_settle(findings: Findings, methods: Sequence[Finding]) -> NextStep:
    """Returns the number of seeds that would settle what is open, or what else would."""
    comparison = findings.comparison
    advised = [(finding, advice_of(finding.compared)) for finding in methods]
    needed = [(finding, seeds_to_run(finding.compared, advice)) for finding, advice in advised]
    reachable = [(finding, seeds) for finding, seeds in needed if seeds]
    able = {finding.method for finding, _ in reachable}
    stuck = [(finding, advice) for finding, advice in advised if finding.method not in able]
    folds = comparison.tested.folds if comparison.tested else 0
    if not reachable:
        few = _after_few_seeds(comparison, folds)
        stuck_text = _stuck_text(findings, stuck)
        # What is left of the folds is not among the images that the text speaks of.
        more = "" if len(comparison.seeds) < folds else stuck_text
        return replace(few, more=more) if few else NextStep(stuck_text)
    seeds = max(seeds for _, seeds in reachable)
    seeds = -(-seeds // folds) * folds if folds else seeds
    which = "it" if len(reachable) == len(findings.methods) else _names(reachable)
    text = f"About {seeds} seeds would settle {which}{_time(comparison, seeds)}:"
    more = _stuck_text(findings, stuck) if stuck else ""
    return NextStep(text, with_options(comparison, {"--seeds": [seeds]}), more)


def _after_few_seeds(comparison: ComparedRuns, folds: int) -> NextStep | None:
    """Returns what to do where some images are not tested yet, or seeds are fewer than usual."""
    seeds = max(folds, GOOD_SEEDS)
    if len(comparison.seeds) >= seeds:
        return None
    first = len(comparison.seeds) < folds
    text = f"{folds} seeds test every image once" if first else "Five seeds say more than these"
    seeds = folds if first else seeds
    options = {"--seeds": [seeds]}
    return NextStep(f"{text}{_time(comparison, seeds)}:", with_options(comparison, options))


def _names(methods: Sequence[tuple[Finding, object]]) -> str:
    names = [finding.method for finding, _ in methods]
    if len(names) > 3:
        return f"{len(names)} of the methods"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _stuck_text(findings: Findings, stuck: Sequence[tuple[Finding, Advice | None]]) -> str:
    """Returns why more seeds cannot settle some methods, and what can."""
    measure = findings.measure
    which = "it" if len(stuck) == len(findings.methods) else _names(stuck)
    known = [(f.compared.difference, advice) for f, advice in stuck if advice is not None]
    sampled = [(d, advice) for d, advice in known if d.images]
    if not sampled:
        return f"No number of seeds that can be run would settle {which}."
    d, advice = max(sampled, key=lambda pair: pair[1].floor)
    images = f"{d.images:,} {_kind_of_images(findings, d)}"
    more = max((a.images or 0) - known_d.images for known_d, a in sampled)
    rest = f"; about {_rounded(more):,} more would do." if more > 0 else "."
    if advice.floor <= advice.wanted:
        return f"It would take over {MOST_SEEDS} seeds with {images} to settle {which}{rest}"
    text = f"More seeds cannot settle {which}: {images} leave plus or minus "
    # Student's t knows no limit; no difference between accuracies is beyond 100 points.
    floor = min(advice.floor, 1.0) if measure.unit == "points" else advice.floor
    text += f"{measure.show(floor)} {measure.unit} whatever you do"
    return f"{text}{rest if more > 0 else f'; {_BOTH}.'}"


def _kind_of_images(findings: Findings, d: PairedDifference) -> str:
    """Returns what an interval takes as a sample."""
    tested = findings.comparison.tested
    if tested is not None and tested.number_of_units < len(tested):
        return "groups of images"
    return "images" if d.folds else "test images"


def _rounded(number: int) -> int:
    """Returns a number with two digits that are not 0, rounded up."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // step) * step


def _after_all(findings: Findings) -> NextStep:
    """Returns what to do where all verdicts stand."""
    comparison, methods = findings.comparison, findings.methods
    tried = {part for name in comparison.methods for part in name.split("+")}
    others = [line for line in known_methods() if line.name not in tried and line.family != MAIN]
    families = list(dict.fromkeys(line.family for line in others))
    if methods and methods[0].kind == "helps":
        text = "All verdicts stand. Whether what helps also withstands corrupted images"
        robust = with_options(comparison, {"--robustness": ["quick"]})
        if comparison.conditions or not comparison.settings.get("command"):
            return NextStep("All verdicts stand; nothing is left to run.")
        return NextStep(f"{text}:", robust)
    main = [line.name for line in known_methods(MAIN) if line.name not in tried]
    untried = main or families
    if not untried:
        return NextStep("All verdicts stand; nothing is left to run.")
    names = untried if comparison.settings.get("command") else main or [o.name for o in others]
    text = "Nothing is left to settle. Other methods to try:"
    return NextStep(text, with_options(comparison, {"--methods": names}))


def _time(comparison: ComparedRuns, seeds: int) -> str:
    seconds = seconds_for_seeds(comparison, seeds)
    return "" if seconds is None else f", {time_text(seconds)} here"
