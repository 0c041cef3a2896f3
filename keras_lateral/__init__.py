"""Keras layers, regularizers and callbacks that help convolutional networks on little data."""

try:
    import keras as _keras  # noqa: F401
except ModuleNotFoundError as error:
    from keras_lateral.extras import explain_missing_backend

    explain_missing_backend(error)
    raise

from keras_lateral.analysis.box_iou import BoxIoU as BoxIoU
from keras_lateral.analysis.box_iou import box_iou as box_iou
from keras_lateral.analysis.calibration_error import calibration_error as calibration_error
from keras_lateral.analysis.effective_receptive_field import (
    effective_receptive_field as effective_receptive_field,
)
from keras_lateral.analysis.effective_receptive_field_change import (
    EffectiveReceptiveFieldChange as EffectiveReceptiveFieldChange,
)
from keras_lateral.analysis.effective_receptive_field_record import (
    EffectiveReceptiveField as EffectiveReceptiveField,
)
from keras_lateral.analysis.expanding_layers import ExpandingLayer as ExpandingLayer
from keras_lateral.analysis.expanding_layers import expanding_layers as expanding_layers
from keras_lateral.analysis.find_gradient_masks import find_gradient_masks as find_gradient_masks
from keras_lateral.analysis.frame_bounds import frame_bounds as frame_bounds
from keras_lateral.analysis.frame_bounds_record import FrameBounds as FrameBounds
from keras_lateral.analysis.frame_bounds_report import FrameBoundsReport as FrameBoundsReport
from keras_lateral.analysis.gradient_flow_record import (
    GradientFlowSensitivity as GradientFlowSensitivity,
)
from keras_lateral.analysis.gradient_flow_record import LayerGradientFlow as LayerGradientFlow
from keras_lateral.analysis.gradient_flow_sensitivity import (
    gradient_flow_sensitivity as gradient_flow_sensitivity,
)
from keras_lateral.analysis.gradient_mask_record import GradientMaskReport as GradientMaskReport
from keras_lateral.analysis.gradient_mask_report import (
    gradient_mask_report as gradient_mask_report,
)
from keras_lateral.analysis.gradient_saliency import gradient_saliency as gradient_saliency
from keras_lateral.analysis.lateral_inhibition_saliency import (
    lateral_inhibition_saliency as lateral_inhibition_saliency,
)
from keras_lateral.analysis.mask_gradients import mask_gradients as mask_gradients
from keras_lateral.analysis.occlusion_sensitivity import (
    occlusion_sensitivity as occlusion_sensitivity,
)
from keras_lateral.analysis.occlusion_sensitivity_record import (
    OcclusionSensitivity as OcclusionSensitivity,
)
from keras_lateral.analysis.pointing_game import PointingGame as PointingGame
from keras_lateral.analysis.pointing_game import pointing_game as pointing_game
from keras_lateral.analysis.receptive_field_rules import (
    register_receptive_field as register_receptive_field,
)
from keras_lateral.analysis.receptive_fields import receptive_fields as receptive_fields
from keras_lateral.analysis.receptive_fields_record import (
    LayerReceptiveField as LayerReceptiveField,
)
from keras_lateral.analysis.receptive_fields_record import ReceptiveFields as ReceptiveFields
from keras_lateral.analysis.saliency_curve_record import SaliencyCurve as SaliencyCurve
from keras_lateral.analysis.saliency_curves import deletion_curve as deletion_curve
from keras_lateral.analysis.saliency_curves import insertion_curve as insertion_curve
from keras_lateral.analysis.saliency_randomization import (
    SaliencyRandomization as SaliencyRandomization,
)
from keras_lateral.analysis.saliency_randomization import (
    saliency_randomization as saliency_randomization,
)
from keras_lateral.analysis.saliency_record import Saliency as Saliency
from keras_lateral.analysis.smooth_grad import smooth_grad as smooth_grad
from keras_lateral.callbacks.cosine_decay import CosineDecay as CosineDecay
from keras_lateral.callbacks.frame_bounds_monitor import FrameBoundsMonitor as FrameBoundsMonitor
from keras_lateral.callbacks.frozen_epochs import AlternatingEpochs as AlternatingEpochs
from keras_lateral.callbacks.frozen_epochs import WhenRising as WhenRising
from keras_lateral.callbacks.frozen_layers import frozen as frozen
from keras_lateral.callbacks.gradient_mask_monitor import GradientMaskMonitor as GradientMaskMonitor
from keras_lateral.callbacks.gradient_mask_schedule import (
    GradientMaskSchedule as GradientMaskSchedule,
)
from keras_lateral.callbacks.receptive_field_freeze import (
    ReceptiveFieldFreeze as ReceptiveFieldFreeze,
)
from keras_lateral.callbacks.regularizer_schedule import RegularizerSchedule as RegularizerSchedule
from keras_lateral.comparison.compare import compare as compare
from keras_lateral.comparison.comparison import ComparedMethod as ComparedMethod
from keras_lateral.comparison.comparison import Comparison as Comparison
from keras_lateral.comparison.many_methods import adjust_for_many as adjust_for_many
from keras_lateral.comparison.measures import Measure as Measure
from keras_lateral.comparison.measures import measure_of as measure_of
from keras_lateral.comparison.method import Method as Method
from keras_lateral.comparison.methods import all_combinations as all_combinations
from keras_lateral.comparison.methods import gradient_mask_method as gradient_mask_method
from keras_lateral.comparison.methods import (
    receptive_field_freeze_method as receptive_field_freeze_method,
)
from keras_lateral.comparison.methods import regularizer_method as regularizer_method
from keras_lateral.comparison.networks import network_builder as network_builder
from keras_lateral.comparison.paired_batches import flip_and_shift as flip_and_shift
from keras_lateral.comparison.paired_difference import PairedDifference as PairedDifference
from keras_lateral.comparison.paired_difference import paired_difference as paired_difference
from keras_lateral.comparison.resnet18 import resnet18 as resnet18
from keras_lateral.comparison.run import Run as Run
from keras_lateral.comparison.seeds_needed import seeds_needed as seeds_needed
from keras_lateral.comparison.small_network import small_network as small_network
from keras_lateral.initializers.delta_orthogonal import DeltaOrthogonal as DeltaOrthogonal
from keras_lateral.layers.apply_gradient_mask import apply_gradient_mask as apply_gradient_mask
from keras_lateral.layers.apply_gradient_mask import remove_gradient_mask as remove_gradient_mask
from keras_lateral.layers.convolutions import GradientMaskConv1D as GradientMaskConv1D
from keras_lateral.layers.convolutions import (
    GradientMaskConv1DTranspose as GradientMaskConv1DTranspose,
)
from keras_lateral.layers.convolutions import GradientMaskConv2D as GradientMaskConv2D
from keras_lateral.layers.convolutions import (
    GradientMaskConv2DTranspose as GradientMaskConv2DTranspose,
)
from keras_lateral.layers.convolutions import GradientMaskConv3D as GradientMaskConv3D
from keras_lateral.layers.convolutions import (
    GradientMaskConv3DTranspose as GradientMaskConv3DTranspose,
)
from keras_lateral.layers.convolutions import (
    GradientMaskDepthwiseConv1D as GradientMaskDepthwiseConv1D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskDepthwiseConv2D as GradientMaskDepthwiseConv2D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskSeparableConv1D as GradientMaskSeparableConv1D,
)
from keras_lateral.layers.convolutions import (
    GradientMaskSeparableConv2D as GradientMaskSeparableConv2D,
)
from keras_lateral.layers.gradient_mask import GradientMask as GradientMask
from keras_lateral.ops.exact_gradients import exact_gradients as exact_gradients
from keras_lateral.ops.receptive_field import ReceptiveField as ReceptiveField
from keras_lateral.plots.attack_success import plot_attack_success as plot_attack_success
from keras_lateral.plots.comparison import plot_comparison as plot_comparison
from keras_lateral.plots.comparison_conditions import (
    plot_comparison_conditions as plot_comparison_conditions,
)
from keras_lateral.plots.corruptions import plot_corruptions as plot_corruptions
from keras_lateral.plots.effective_receptive_field import (
    plot_effective_receptive_field as plot_effective_receptive_field,
)
from keras_lateral.plots.frame_spectrum import plot_frame_spectrum as plot_frame_spectrum
from keras_lateral.plots.gradient_flow_sensitivity import (
    plot_gradient_flow_sensitivity as plot_gradient_flow_sensitivity,
)
from keras_lateral.plots.gradient_mask import plot_gradient_mask as plot_gradient_mask
from keras_lateral.plots.gradient_mask_report import (
    plot_gradient_mask_report as plot_gradient_mask_report,
)
from keras_lateral.plots.occlusion import plot_occlusion as plot_occlusion
from keras_lateral.plots.pruning_curve import plot_pruning_curve as plot_pruning_curve
from keras_lateral.plots.receptive_field import plot_receptive_field as plot_receptive_field
from keras_lateral.plots.receptive_fields import (
    plot_receptive_field_growth as plot_receptive_field_growth,
)
from keras_lateral.plots.saliency import plot_saliency as plot_saliency
from keras_lateral.plots.saliency_curves import plot_deletion_insertion as plot_deletion_insertion
from keras_lateral.plots.training_curves import plot_training_curves as plot_training_curves
from keras_lateral.plots.tuning import plot_sigma_tuning as plot_sigma_tuning
from keras_lateral.regularizers.attach_regularizer import attach_regularizer as attach_regularizer
from keras_lateral.regularizers.attach_regularizer import detach_regularizer as detach_regularizer
from keras_lateral.regularizers.find_regularizers import find_regularizers as find_regularizers
from keras_lateral.regularizers.frame_regularizer import FrameRegularizer as FrameRegularizer
from keras_lateral.regularizers.minimum_hyperspherical_energy import (
    MinimumHypersphericalEnergy as MinimumHypersphericalEnergy,
)
from keras_lateral.regularizers.orthogonal_convolution import (
    OrthogonalConvolution as OrthogonalConvolution,
)
from keras_lateral.regularizers.soft_orthogonality import SoftOrthogonality as SoftOrthogonality
from keras_lateral.regularizers.spectral_restricted_isometry import (
    SpectralRestrictedIsometry as SpectralRestrictedIsometry,
)
from keras_lateral.reports.comparison_report import comparison_html as comparison_html
from keras_lateral.reports.comparison_report import write_report as write_report
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
from keras_lateral.tuning.frame_regularizer_space import (
    frame_regularizer_space as frame_regularizer_space,
)
from keras_lateral.tuning.gradient_mask_space import gradient_mask_space as gradient_mask_space
from keras_lateral.tuning.method_hypermodel import method_hypermodel as method_hypermodel
from keras_lateral.tuning.receptive_field_freeze_space import (
    receptive_field_freeze_space as receptive_field_freeze_space,
)
from keras_lateral.tuning.resumable_tuner import resumable_tuner as resumable_tuner
from keras_lateral.tuning.sigma_record import SigmaTrial as SigmaTrial
from keras_lateral.tuning.sigma_record import SigmaTuning as SigmaTuning
from keras_lateral.tuning.tune_sigma import tune_sigma as tune_sigma

__version__ = "0.1.0"
