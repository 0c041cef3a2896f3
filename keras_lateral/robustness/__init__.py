"""How much accuracy a model keeps when images are corrupted or attacked, or weights are pruned."""

from typing import TYPE_CHECKING

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.robustness.attacks.art_attack import ArtAttack as ArtAttack
    from keras_lateral.robustness.attacks.art_classifier import art_classifier as art_classifier
    from keras_lateral.robustness.attacks.fgsm import FGSM as FGSM
    from keras_lateral.robustness.attacks.gradient_obfuscation import (
        GradientObfuscation as GradientObfuscation,
    )
    from keras_lateral.robustness.attacks.gradient_obfuscation import (
        gradient_obfuscation as gradient_obfuscation,
    )
    from keras_lateral.robustness.attacks.pgd import PGD as PGD
    from keras_lateral.robustness.attacks.simba import SimBA as SimBA
    from keras_lateral.robustness.attacks.simba_record import SimBARecord as SimBARecord
    from keras_lateral.robustness.condition import ConditionResult as ConditionResult
    from keras_lateral.robustness.corruption.condition import Corruption as Corruption
    from keras_lateral.robustness.corruption.condition import corruptions as corruptions
    from keras_lateral.robustness.corruption.corrupt import CORRUPTIONS as CORRUPTIONS
    from keras_lateral.robustness.corruption.corrupt import (
        STANDARD_CORRUPTIONS as STANDARD_CORRUPTIONS,
    )
    from keras_lateral.robustness.corruption.corrupt import corrupt as corrupt
    from keras_lateral.robustness.corruption.mean_error import CorruptionErrors as CorruptionErrors
    from keras_lateral.robustness.corruption.mean_error import (
        mean_corruption_error as mean_corruption_error,
    )
    from keras_lateral.robustness.evaluation import Evaluation as Evaluation
    from keras_lateral.robustness.evaluation import evaluate as evaluate
    from keras_lateral.robustness.pruning.condition import Pruned as Pruned
    from keras_lateral.robustness.pruning.curve import PruningCurve as PruningCurve
    from keras_lateral.robustness.pruning.curve import PruningPoint as PruningPoint
    from keras_lateral.robustness.pruning.curve import pruning_curve as pruning_curve
    from keras_lateral.robustness.pruning.mask import PruningMask as PruningMask
    from keras_lateral.robustness.pruning.prune import prune as prune
    from keras_lateral.robustness.pruning.prune import reapply_pruning as reapply_pruning
    from keras_lateral.robustness.pruning.prune import remove_pruning as remove_pruning
    from keras_lateral.robustness.pruning.sparsity import LayerSparsity as LayerSparsity
    from keras_lateral.robustness.pruning.sparsity import Sparsity as Sparsity
    from keras_lateral.robustness.pruning.sparsity import sparsity_of as sparsity_of
    from keras_lateral.robustness.shortcuts import ShortcutReliance as ShortcutReliance
    from keras_lateral.robustness.shortcuts import shortcut_reliance as shortcut_reliance
    from keras_lateral.robustness.textured import Textured as Textured

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
