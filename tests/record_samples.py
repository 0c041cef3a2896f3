"""A record of every kind, with any name for the data, the model and its layers."""

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np

import keras_lateral as kl
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.gradient_mask.report_record import MaskedShare
from keras_lateral.record import Record
from tests.comparison_samples import several

Numbers = np.random.Generator


def bounds(name: str, numbers: Numbers) -> kl.FrameBounds:
    lower, upper = sorted(numbers.gamma(1.0, 2.0, 2))
    shape = (int(numbers.integers(1, 300)), int(numbers.integers(1, 300)))
    values: dict[str, Any] = {"shape": shape, "map_shape": (8,) * int(numbers.integers(0, 3))}
    if numbers.random() < 0.5:
        values |= {"lower_error": 1e-3 * lower, "dead": 2, "dead_channels": 1, "borders": "zeros"}
    if numbers.random() < 0.5:
        values |= {"gershgorin_lower": -upper, "gershgorin_upper": 2 * upper, "reached": 0.875}
    return kl.FrameBounds(float(lower), float(upper), name, **values)


def bounds_report(name: str, numbers: Numbers) -> kl.FrameBoundsReport:
    layers = tuple(bounds(f"{name}{n}", numbers) for n in range(numbers.integers(1, 4)))
    return kl.FrameBoundsReport(layers, not_measured=("attention", name))


def masks(name: str, numbers: Numbers) -> kl.GradientMaskReport:
    shares = [
        MaskedShare(name * n, bool(n % 2), *numbers.random(3), 10 ** numbers.normal(0, 2))
        for n in range(1, 4)
    ]
    return kl.GradientMaskReport(tuple(shares), samples=64, batch_size=32)


def flow(name: str, numbers: Numbers) -> kl.GradientFlowSensitivity:
    s, g = numbers.random((2, 3, 4, 4))
    masked = kl.LayerGradientFlow(name, s, g, s * (g > 0.5), g / 3, float(numbers.random()))
    plain = kl.LayerGradientFlow("a layer without a mask", s, g)
    return kl.GradientFlowSensitivity((masked, plain) if numbers.random() < 0.8 else (plain,))


def effective(name: str, numbers: Numbers) -> kl.EffectiveReceptiveField:
    known = ((-1, 6), (2, 4)) if numbers.random() < 0.7 else None
    return kl.EffectiveReceptiveField(numbers.random((9, 7)), name, (1, 2), 5, known)


def change(name: str, numbers: Numbers) -> kl.EffectiveReceptiveFieldChange:
    return effective(name, numbers).compare(effective(name, numbers))


def fields(name: str, numbers: Numbers) -> kl.ReceptiveFields:
    def field(n: int) -> kl.LayerReceptiveField:
        padding = (None, 1) if n else (1, 1)
        one = kl.ReceptiveField(size=(n + 1, 3), stride=(2, 2), padding=padding)
        return kl.LayerReceptiveField(f"{name}{n}", "Conv2D", (None, 4, 4, 8), one, n != 2)

    layers = tuple(field(n) for n in range(numbers.integers(1, 4)))
    return kl.ReceptiveFields(layers, image=(8, None), model=name)


def sigma(name: str, numbers: Numbers) -> kl.SigmaTuning:
    seeds = int(numbers.integers(1, 4))

    def trial(name: str, sigma: float | None, epochs: int = 30) -> kl.SigmaTrial:
        return kl.SigmaTrial(name, sigma, epochs, tuple(numbers.random(seeds)))

    tried = (trial("0", 0.5), trial("1", 1.0, epochs=10), trial("2", float(numbers.gamma(1.0))))
    return kl.SigmaTuning(trial(name, None), tried, tuple(range(seeds)))


def saliency(name: str, numbers: Numbers) -> kl.Saliency:
    maps = numbers.random((2, 40, 40)) * (numbers.random((2, 1, 1)) > 0.3)
    return kl.Saliency(maps, name, np.array([3, 7]))


def box_iou(name: str, numbers: Numbers) -> kl.BoxIoU:
    return kl.BoxIoU(numbers.random(500), numbers.integers(0, 9, (500, 4)), 0.2)


def occlusion(name: str, numbers: Numbers) -> kl.OcclusionSensitivity:
    map_, drops = numbers.random((3, 40, 40)), numbers.random((3, 9, 9))
    return kl.OcclusionSensitivity(map_, drops, numbers.random(3), np.arange(3), (8, 8), (4, 4))


def randomization(name: str, numbers: Numbers) -> kl.SaliencyRandomization:
    return kl.SaliencyRandomization("gradient", (name, "conv"), numbers.normal(0, 0.3, (2, 60)))


def pointing(name: str, numbers: Numbers) -> kl.PointingGame:
    return kl.PointingGame(numbers.integers(0, 9, (600, 2)), numbers.random(600) < 0.5, 1.5)


def curve(name: str, numbers: Numbers) -> kl.SaliencyCurve:
    scores = numbers.random((90, 21))
    return kl.SaliencyCurve("insertion", np.linspace(0, 1, 21), scores, np.arange(90))


def evaluation(name: str, numbers: Numbers) -> kl.Evaluation:
    results = [
        kl.ConditionResult(f"{name}-{n}", numbers.random(), 100, {}, details)
        for n, details in enumerate(({}, {"attack_success_rate": 0.25}))
    ]
    return kl.Evaluation(*numbers.random(3), 1000, numbers.random(), tuple(results))


def errors(name: str, numbers: Numbers) -> kl.CorruptionErrors:
    found = {name: 10 ** numbers.normal(), "fog": inf, "snow": nan}
    return kl.CorruptionErrors(numbers.random(), found, name, (1, 5))


def sparsity(name: str, numbers: Numbers) -> kl.Sparsity:
    counts = [sorted(numbers.integers(0, 10**6, 5).tolist())[::-1] for _ in range(3)]
    layers = [kl.LayerSparsity(f"{name}{n}", *values) for n, values in enumerate(counts)]
    return kl.Sparsity(tuple(layers), model=name)


def pruning(name: str, numbers: Numbers) -> kl.PruningCurve:
    points = [kl.PruningPoint(*values) for values in numbers.random((4, 3)).round(3).tolist()]
    return kl.PruningCurve(tuple(points), 1000, structure="filters", model=name)


def shortcuts(name: str, numbers: Numbers) -> kl.ShortcutReliance:
    cues = ("aligned", "absent", "random", "conflicting")
    accuracy = dict(zip(cues, numbers.random(4).tolist(), strict=True))
    return kl.ShortcutReliance(accuracy, numbers.random(), 200, 4, model=name)


def obfuscation(name: str, numbers: Numbers) -> kl.GradientObfuscation:
    names = ("clean", "one_step", "white_box", "training_mode", "black_box", "unbounded")
    accuracies = dict(zip(names, numbers.random(6).tolist(), strict=True))
    signs = (f"{name}: found.", "Another.") if numbers.random() < 0.5 else ()
    return kl.GradientObfuscation(accuracies, 0.5, 0.0, 100, 8 / 255, "linf", signs)


def simba(name: str, numbers: Numbers) -> kl.SimBARecord:
    attacked = numbers.random(300) < 0.9
    succeeded, counts = attacked & (numbers.random(300) < 0.5), numbers.integers(0, 50, 300)
    return kl.SimBARecord(np.zeros((300, 2, 2, 1)), attacked, succeeded, counts, 2 * counts, 50)


def comparison(name: str, numbers: Numbers) -> kl.Comparison:
    names = [f"{name}{letter}" for letter in "abcd"[: int(numbers.integers(1, 5))]]
    seeds, conditions = int(numbers.integers(1, 4)), bool(numbers.random() < 0.5)
    return several(names, seeds, conditions=conditions, name=name)


def runs(name: str, numbers: Numbers) -> ComparedRuns:
    whole = comparison(name, numbers)
    return ComparedRuns(whole.name, whole.methods, whole.seeds, whole.runs)


def penalties(name: str, numbers: Numbers) -> kl.PenaltyShares:
    layers = [kl.PenaltyShare(f"{name}{n}", *numbers.gamma(1.0, 2.0, 4)) for n in range(2)]
    return kl.PenaltyShares(tuple(layers), samples=64, batch_size=32)


def rate_range(name: str, numbers: Numbers) -> kl.LearningRateTest:
    rates = tuple(10.0**power for power in range(-5, 1))
    losses = (2.0, 2.0, 1.8, *map(float, numbers.random(2)), nan)
    return kl.LearningRateTest(name, rates, losses, 0.0)


def tuned(name: str, numbers: Numbers) -> kl.TrainingTuning:
    own, other = kl.TrainingSettings(0.001, 0.0, 32), kl.TrainingSettings(0.004, 0.01, 16)
    trials = [
        kl.TrainingTrial(arm, number, settings, 30, *map(float, numbers.random(4)))
        for arm in ("baseline", name)
        for number, settings in enumerate((own, other))
    ]
    return kl.TrainingTuning(name, ("baseline", name), tuple(trials))


def recommendation(name: str, numbers: Numbers) -> kl.Recommendation:
    low, mean, high = map(float, np.sort(numbers.normal(0.0, 0.02, 3)))
    added = kl.AddedMethod(name, mean, low, high, 0.01, (0, 1, 2))
    step = kl.RecommendationStep((), (added,), added, taken=bool(numbers.random() < 0.5))
    return kl.Recommendation(name, (step,), reason="no method is left")


def summary(name: str, numbers: Numbers) -> kl.ModelSummary:
    def layer(n: int) -> kl.LayerSummary:
        share = kl.LayerSparsity(f"{name}{n}", 90, 9 * n, 9 * n, 9, n)
        found = bounds(f"{name}{n}", numbers) if numbers.random() < 0.5 else None
        return kl.LayerSummary(
            f"{name}{n}", "Conv2D", (None, 4, n, 2), 90 * n, True, kernels=(share,), bounds=found
        )

    layers = tuple(layer(n) for n in range(numbers.integers(1, 4)))
    return kl.ModelSummary(name, layers, 270, 180, notes=(f"receptive fields of {name} unknown",))


SAMPLES: dict[type[Record], Callable[[str, Numbers], Record]] = {
    kl.FrameBounds: bounds,
    kl.FrameBoundsReport: bounds_report,
    kl.GradientMaskReport: masks,
    kl.GradientFlowSensitivity: flow,
    kl.EffectiveReceptiveField: effective,
    kl.EffectiveReceptiveFieldChange: change,
    kl.ReceptiveFields: fields,
    kl.SigmaTuning: sigma,
    kl.Saliency: saliency,
    kl.BoxIoU: box_iou,
    kl.OcclusionSensitivity: occlusion,
    kl.SaliencyRandomization: randomization,
    kl.PointingGame: pointing,
    kl.SaliencyCurve: curve,
    kl.Evaluation: evaluation,
    kl.CorruptionErrors: errors,
    kl.Sparsity: sparsity,
    kl.PruningCurve: pruning,
    kl.ShortcutReliance: shortcuts,
    kl.GradientObfuscation: obfuscation,
    kl.SimBARecord: simba,
    kl.Comparison: comparison,
    ComparedRuns: runs,
    kl.PenaltyShares: penalties,
    kl.LearningRateTest: rate_range,
    kl.TrainingTuning: tuned,
    kl.Recommendation: recommendation,
    kl.ModelSummary: summary,
}
"""Makes a record of each class, with a given name and random numbers."""
