"""How much of a model's accuracy is left when the images get worse, or weights go."""

from keras_lateral.robustness.art_attack import ArtAttack as ArtAttack
from keras_lateral.robustness.art_classifier import art_classifier as art_classifier
from keras_lateral.robustness.condition import ConditionResult as ConditionResult
from keras_lateral.robustness.corrupt import CORRUPTIONS as CORRUPTIONS
from keras_lateral.robustness.corrupt import STANDARD_CORRUPTIONS as STANDARD_CORRUPTIONS
from keras_lateral.robustness.corrupt import corrupt as corrupt
from keras_lateral.robustness.corruption import Corruption as Corruption
from keras_lateral.robustness.corruption import corruptions as corruptions
from keras_lateral.robustness.evaluate import evaluate as evaluate
from keras_lateral.robustness.evaluation import Evaluation as Evaluation
from keras_lateral.robustness.fgsm import FGSM as FGSM
from keras_lateral.robustness.gradient_obfuscation import (
    gradient_obfuscation as gradient_obfuscation,
)
from keras_lateral.robustness.gradient_obfuscation_record import (
    GradientObfuscation as GradientObfuscation,
)
from keras_lateral.robustness.mean_corruption_error import CorruptionErrors as CorruptionErrors
from keras_lateral.robustness.mean_corruption_error import (
    mean_corruption_error as mean_corruption_error,
)
from keras_lateral.robustness.pgd import PGD as PGD
from keras_lateral.robustness.pruned_condition import Pruned as Pruned
from keras_lateral.robustness.pruning import prune as prune
from keras_lateral.robustness.pruning import reapply_pruning as reapply_pruning
from keras_lateral.robustness.pruning import remove_pruning as remove_pruning
from keras_lateral.robustness.pruning_curve import pruning_curve as pruning_curve
from keras_lateral.robustness.pruning_curve_record import PruningCurve as PruningCurve
from keras_lateral.robustness.pruning_curve_record import PruningPoint as PruningPoint
from keras_lateral.robustness.pruning_mask import PruningMask as PruningMask
from keras_lateral.robustness.shortcut_reliance import shortcut_reliance as shortcut_reliance
from keras_lateral.robustness.shortcut_reliance_record import ShortcutReliance as ShortcutReliance
from keras_lateral.robustness.simba import SimBA as SimBA
from keras_lateral.robustness.simba_record import SimBARecord as SimBARecord
from keras_lateral.robustness.sparsity_of import sparsity_of as sparsity_of
from keras_lateral.robustness.sparsity_record import LayerSparsity as LayerSparsity
from keras_lateral.robustness.sparsity_record import Sparsity as Sparsity
from keras_lateral.robustness.textured import Textured as Textured
