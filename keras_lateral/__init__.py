"""Keras layers, regularizers and callbacks that help convolutional networks on little data."""

from typing import TYPE_CHECKING

from keras_lateral.lazy import page
from keras_lateral.registration import register_with_keras
from keras_lateral.version import __version__ as __version__

if TYPE_CHECKING:
    from keras_lateral import analysis as analysis
    from keras_lateral import callbacks as callbacks
    from keras_lateral import comparison as comparison
    from keras_lateral import datasets as datasets
    from keras_lateral import initializers as initializers
    from keras_lateral import layers as layers
    from keras_lateral import models as models
    from keras_lateral import neighbours as neighbours
    from keras_lateral import ops as ops
    from keras_lateral import plots as plots
    from keras_lateral import regularizers as regularizers
    from keras_lateral import remedies as remedies
    from keras_lateral import reports as reports
    from keras_lateral import robustness as robustness
    from keras_lateral import testing as testing
    from keras_lateral import tuning as tuning
    from keras_lateral.comparison.compare_methods import compare as compare
    from keras_lateral.comparison.compared_runs import ComparedMethod as ComparedMethod
    from keras_lateral.comparison.figures.comparison import plot_comparison as plot_comparison
    from keras_lateral.comparison.figures.conditions import (
        plot_comparison_conditions as plot_comparison_conditions,
    )
    from keras_lateral.comparison.figures.training_curves import (
        plot_training_curves as plot_training_curves,
    )
    from keras_lateral.comparison.measures import Measure as Measure
    from keras_lateral.comparison.measures import measure_of as measure_of
    from keras_lateral.comparison.per_image.image_results import ImageResults as ImageResults
    from keras_lateral.comparison.per_image.tested_images import TestedImages as TestedImages
    from keras_lateral.comparison.recommendation.fit_with_methods import (
        fit_with_methods as fit_with_methods,
    )
    from keras_lateral.comparison.recommendation.recommend import recommend as recommend
    from keras_lateral.comparison.recommendation.record import AddedMethod as AddedMethod
    from keras_lateral.comparison.recommendation.record import Recommendation as Recommendation
    from keras_lateral.comparison.recommendation.record import (
        RecommendationStep as RecommendationStep,
    )
    from keras_lateral.comparison.record import Comparison as Comparison
    from keras_lateral.comparison.report.page import comparison_html as comparison_html
    from keras_lateral.comparison.report.page import write_report as write_report
    from keras_lateral.comparison.run import Run as Run
    from keras_lateral.comparison.statistics.crossed import crossed_difference as crossed_difference
    from keras_lateral.comparison.statistics.equivalence import equivalence_p as equivalence_p
    from keras_lateral.comparison.statistics.folded import folded_difference as folded_difference
    from keras_lateral.comparison.statistics.jackknife import (
        jackknife_difference as jackknife_difference,
    )
    from keras_lateral.comparison.statistics.looks import at_look as at_look
    from keras_lateral.comparison.statistics.many_methods import adjust_for_many as adjust_for_many
    from keras_lateral.comparison.statistics.next_training import (
        probability_of_better as probability_of_better,
    )
    from keras_lateral.comparison.statistics.paired_difference import (
        PairedDifference as PairedDifference,
    )
    from keras_lateral.comparison.statistics.paired_difference import (
        paired_difference as paired_difference,
    )
    from keras_lateral.comparison.statistics.seeds_needed import seeds_needed as seeds_needed
    from keras_lateral.comparison.statistics.what_next import Advice as Advice
    from keras_lateral.comparison.statistics.what_next import more_needed as more_needed
    from keras_lateral.comparison.tuned.tune import Tune as Tune
    from keras_lateral.comparison.tuned.tune_training import tune_training as tune_training
    from keras_lateral.comparison.until_sure import UntilSure as UntilSure
    from keras_lateral.datasets.flip_and_shift import flip_and_shift as flip_and_shift
    from keras_lateral.frame.attach import attach_regularizer as attach_regularizer
    from keras_lateral.frame.attach import detach_regularizer as detach_regularizer
    from keras_lateral.frame.attach import find_regularizers as find_regularizers
    from keras_lateral.frame.bounds.frame_bounds import frame_bounds as frame_bounds
    from keras_lateral.frame.bounds.record import FrameBounds as FrameBounds
    from keras_lateral.frame.bounds.record import FrameBoundsReport as FrameBoundsReport
    from keras_lateral.frame.delta_orthogonal import DeltaOrthogonal as DeltaOrthogonal
    from keras_lateral.frame.frame_regularizer import FrameRegularizer as FrameRegularizer
    from keras_lateral.frame.method import frame_regularizer_space as frame_regularizer_space
    from keras_lateral.frame.method import regularizer_method as regularizer_method
    from keras_lateral.frame.monitor import FrameBoundsMonitor as FrameBoundsMonitor
    from keras_lateral.frame.penalty_shares import PenaltyShare as PenaltyShare
    from keras_lateral.frame.penalty_shares import PenaltyShares as PenaltyShares
    from keras_lateral.frame.penalty_shares import penalty_shares as penalty_shares
    from keras_lateral.frame.plots import plot_frame_spectrum as plot_frame_spectrum
    from keras_lateral.frame.rivals.hyperspherical_energy import (
        MinimumHypersphericalEnergy as MinimumHypersphericalEnergy,
    )
    from keras_lateral.frame.rivals.orthogonal_convolution import (
        OrthogonalConvolution as OrthogonalConvolution,
    )
    from keras_lateral.frame.rivals.soft_orthogonality import SoftOrthogonality as SoftOrthogonality
    from keras_lateral.frame.rivals.spectral_restricted_isometry import (
        SpectralRestrictedIsometry as SpectralRestrictedIsometry,
    )
    from keras_lateral.frame.schedule import RegularizerSchedule as RegularizerSchedule
    from keras_lateral.gradient_mask.apply import apply_gradient_mask as apply_gradient_mask
    from keras_lateral.gradient_mask.apply import remove_gradient_mask as remove_gradient_mask
    from keras_lateral.gradient_mask.convolutions import GradientMaskConv1D as GradientMaskConv1D
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskConv1DTranspose as GradientMaskConv1DTranspose,
    )
    from keras_lateral.gradient_mask.convolutions import GradientMaskConv2D as GradientMaskConv2D
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskConv2DTranspose as GradientMaskConv2DTranspose,
    )
    from keras_lateral.gradient_mask.convolutions import GradientMaskConv3D as GradientMaskConv3D
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskConv3DTranspose as GradientMaskConv3DTranspose,
    )
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskDepthwiseConv1D as GradientMaskDepthwiseConv1D,
    )
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskDepthwiseConv2D as GradientMaskDepthwiseConv2D,
    )
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskSeparableConv1D as GradientMaskSeparableConv1D,
    )
    from keras_lateral.gradient_mask.convolutions import (
        GradientMaskSeparableConv2D as GradientMaskSeparableConv2D,
    )
    from keras_lateral.gradient_mask.exact_gradients import exact_gradients as exact_gradients
    from keras_lateral.gradient_mask.gradient_flow import (
        gradient_flow_sensitivity as gradient_flow_sensitivity,
    )
    from keras_lateral.gradient_mask.gradient_flow_record import (
        GradientFlowSensitivity as GradientFlowSensitivity,
    )
    from keras_lateral.gradient_mask.gradient_flow_record import (
        LayerGradientFlow as LayerGradientFlow,
    )
    from keras_lateral.gradient_mask.layer import GradientMask as GradientMask
    from keras_lateral.gradient_mask.mask_gradients import (
        find_gradient_masks as find_gradient_masks,
    )
    from keras_lateral.gradient_mask.mask_gradients import mask_gradients as mask_gradients
    from keras_lateral.gradient_mask.method import gradient_mask_method as gradient_mask_method
    from keras_lateral.gradient_mask.method import gradient_mask_space as gradient_mask_space
    from keras_lateral.gradient_mask.monitor import GradientMaskMonitor as GradientMaskMonitor
    from keras_lateral.gradient_mask.plot_gradient_flow import (
        plot_gradient_flow_sensitivity as plot_gradient_flow_sensitivity,
    )
    from keras_lateral.gradient_mask.plots import plot_gradient_mask as plot_gradient_mask
    from keras_lateral.gradient_mask.plots import (
        plot_gradient_mask_report as plot_gradient_mask_report,
    )
    from keras_lateral.gradient_mask.report import gradient_mask_report as gradient_mask_report
    from keras_lateral.gradient_mask.report_record import GradientMaskReport as GradientMaskReport
    from keras_lateral.gradient_mask.schedule import GradientMaskSchedule as GradientMaskSchedule
    from keras_lateral.keras_tools.learning_rate import CosineDecay as CosineDecay
    from keras_lateral.keras_tools.learning_rate import CosineLearningRate as CosineLearningRate
    from keras_lateral.keras_tools.recompiled import recompile as recompile
    from keras_lateral.method import Method as Method
    from keras_lateral.methods import all_combinations as all_combinations
    from keras_lateral.methods import known_methods as known_methods
    from keras_lateral.methods import register_method as register_method
    from keras_lateral.models.by_name import network_builder as network_builder
    from keras_lateral.models.freeze_base import freeze_base_network as freeze_base_network
    from keras_lateral.models.lecture import lecture_lenet as lecture_lenet
    from keras_lateral.models.lecture import lecture_mlp as lecture_mlp
    from keras_lateral.models.resnet import cifar_resnet as cifar_resnet
    from keras_lateral.models.resnet import resnet18 as resnet18
    from keras_lateral.models.resnet import resnet34 as resnet34
    from keras_lateral.models.resnet import resnet50 as resnet50
    from keras_lateral.models.small import small_network as small_network
    from keras_lateral.neighbours.backdrop import Backdrop as Backdrop
    from keras_lateral.neighbours.backdrop import backdrop_method as backdrop_method
    from keras_lateral.neighbours.gradient_centralization import (
        CentralizedOptimizer as CentralizedOptimizer,
    )
    from keras_lateral.neighbours.gradient_centralization import (
        centralized_gradient as centralized_gradient,
    )
    from keras_lateral.neighbours.gradient_centralization import (
        gradient_centralization_method as gradient_centralization_method,
    )
    from keras_lateral.overview.layer_summary import LayerSummary as LayerSummary
    from keras_lateral.overview.model_summary import ModelSummary as ModelSummary
    from keras_lateral.overview.summary import summary as summary
    from keras_lateral.overview.tensorboard_monitor import TensorBoardMonitor as TensorBoardMonitor
    from keras_lateral.receptive_field.effective import (
        effective_receptive_field as effective_receptive_field,
    )
    from keras_lateral.receptive_field.effective_record import (
        EffectiveReceptiveField as EffectiveReceptiveField,
    )
    from keras_lateral.receptive_field.effective_record import (
        EffectiveReceptiveFieldChange as EffectiveReceptiveFieldChange,
    )
    from keras_lateral.receptive_field.expanding_layers import ExpandingLayer as ExpandingLayer
    from keras_lateral.receptive_field.expanding_layers import expanding_layers as expanding_layers
    from keras_lateral.receptive_field.field import ReceptiveField as ReceptiveField
    from keras_lateral.receptive_field.fields import receptive_fields as receptive_fields
    from keras_lateral.receptive_field.fields_record import (
        LayerReceptiveField as LayerReceptiveField,
    )
    from keras_lateral.receptive_field.fields_record import ReceptiveFields as ReceptiveFields
    from keras_lateral.receptive_field.freeze.callback import (
        ReceptiveFieldFreeze as ReceptiveFieldFreeze,
    )
    from keras_lateral.receptive_field.freeze.epochs import AlternatingEpochs as AlternatingEpochs
    from keras_lateral.receptive_field.freeze.epochs import WhenRising as WhenRising
    from keras_lateral.receptive_field.freeze.frozen_layers import frozen as frozen
    from keras_lateral.receptive_field.method import (
        receptive_field_freeze_method as receptive_field_freeze_method,
    )
    from keras_lateral.receptive_field.method import (
        receptive_field_freeze_space as receptive_field_freeze_space,
    )
    from keras_lateral.receptive_field.plot_effective import (
        plot_effective_receptive_field as plot_effective_receptive_field,
    )
    from keras_lateral.receptive_field.plots import plot_receptive_field as plot_receptive_field
    from keras_lateral.receptive_field.plots import (
        plot_receptive_field_growth as plot_receptive_field_growth,
    )
    from keras_lateral.receptive_field.rules.of_layers import (
        register_receptive_field as register_receptive_field,
    )
    from keras_lateral.remedies.aug_mix import aug_mix_method as aug_mix_method
    from keras_lateral.remedies.aug_mix import aug_mixed as aug_mixed
    from keras_lateral.remedies.cosine_loss import CosineLoss as CosineLoss
    from keras_lateral.remedies.cosine_loss import cosine_loss_method as cosine_loss_method
    from keras_lateral.remedies.cosine_loss import one_minus_cosine as one_minus_cosine
    from keras_lateral.remedies.dropout import add_dropout as add_dropout
    from keras_lateral.remedies.dropout import dropout_method as dropout_method
    from keras_lateral.remedies.harmonic import HarmonicConv2D as HarmonicConv2D
    from keras_lateral.remedies.harmonic_method import (
        harmonic_convolution_method as harmonic_convolution_method,
    )
    from keras_lateral.remedies.harmonic_method import (
        use_harmonic_convolutions as use_harmonic_convolutions,
    )
    from keras_lateral.remedies.label_smoothing import (
        label_smoothing_method as label_smoothing_method,
    )
    from keras_lateral.remedies.label_smoothing import smooth_labels as smooth_labels
    from keras_lateral.remedies.longer_training import (
        longer_training_method as longer_training_method,
    )
    from keras_lateral.remedies.mirrored_and_shifted import (
        flip_and_shift_method as flip_and_shift_method,
    )
    from keras_lateral.remedies.mixing import cutmix as cutmix
    from keras_lateral.remedies.mixing import cutmix_method as cutmix_method
    from keras_lateral.remedies.mixing import mixup as mixup
    from keras_lateral.remedies.mixing import mixup_method as mixup_method
    from keras_lateral.remedies.rand_augment import rand_augment_method as rand_augment_method
    from keras_lateral.remedies.rand_augment import rand_augmented as rand_augmented
    from keras_lateral.remedies.random_erasing import random_erasing_method as random_erasing_method
    from keras_lateral.remedies.random_erasing import randomly_erased as randomly_erased
    from keras_lateral.remedies.sharpness_aware import minimize_sharpness as minimize_sharpness
    from keras_lateral.remedies.sharpness_aware import (
        sharpness_aware_minimization_method as sharpness_aware_minimization_method,
    )
    from keras_lateral.remedies.spatial_dropout import add_spatial_dropout as add_spatial_dropout
    from keras_lateral.remedies.spatial_dropout import (
        spatial_dropout_method as spatial_dropout_method,
    )
    from keras_lateral.remedies.stochastic_depth import StochasticDepth as StochasticDepth
    from keras_lateral.remedies.stochastic_depth import add_stochastic_depth as add_stochastic_depth
    from keras_lateral.remedies.stochastic_depth import (
        stochastic_depth_method as stochastic_depth_method,
    )
    from keras_lateral.remedies.weight_averaging import average_weights as average_weights
    from keras_lateral.remedies.weight_averaging import (
        weight_averaging_method as weight_averaging_method,
    )
    from keras_lateral.remedies.weight_decay import decay_kernels as decay_kernels
    from keras_lateral.remedies.weight_decay import weight_decay_method as weight_decay_method
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
    from keras_lateral.robustness.calibration import calibration_error as calibration_error
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
    from keras_lateral.robustness.plots import plot_attack_success as plot_attack_success
    from keras_lateral.robustness.plots import plot_corruptions as plot_corruptions
    from keras_lateral.robustness.plots import plot_pruning_curve as plot_pruning_curve
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
    from keras_lateral.saliency.box_iou import BoxIoU as BoxIoU
    from keras_lateral.saliency.box_iou import box_iou as box_iou
    from keras_lateral.saliency.curves import SaliencyCurve as SaliencyCurve
    from keras_lateral.saliency.curves import deletion_curve as deletion_curve
    from keras_lateral.saliency.curves import insertion_curve as insertion_curve
    from keras_lateral.saliency.gradient import gradient_saliency as gradient_saliency
    from keras_lateral.saliency.lateral_inhibition import (
        lateral_inhibition_saliency as lateral_inhibition_saliency,
    )
    from keras_lateral.saliency.occlusion import OcclusionSensitivity as OcclusionSensitivity
    from keras_lateral.saliency.occlusion import occlusion_sensitivity as occlusion_sensitivity
    from keras_lateral.saliency.plot_occlusion import plot_occlusion as plot_occlusion
    from keras_lateral.saliency.plots import plot_deletion_insertion as plot_deletion_insertion
    from keras_lateral.saliency.plots import plot_saliency as plot_saliency
    from keras_lateral.saliency.pointing_game import PointingGame as PointingGame
    from keras_lateral.saliency.pointing_game import pointing_game as pointing_game
    from keras_lateral.saliency.randomization import SaliencyRandomization as SaliencyRandomization
    from keras_lateral.saliency.randomization import (
        saliency_randomization as saliency_randomization,
    )
    from keras_lateral.saliency.record import Saliency as Saliency
    from keras_lateral.saliency.smooth_grad import smooth_grad as smooth_grad
    from keras_lateral.tuning.hypermodel import method_hypermodel as method_hypermodel
    from keras_lateral.tuning.plots import plot_sigma_tuning as plot_sigma_tuning
    from keras_lateral.tuning.rate_range import find_learning_rate as find_learning_rate
    from keras_lateral.tuning.rate_range_record import LearningRateTest as LearningRateTest
    from keras_lateral.tuning.resumable import resumable_tuner as resumable_tuner
    from keras_lateral.tuning.sigma_record import SigmaTrial as SigmaTrial
    from keras_lateral.tuning.sigma_record import SigmaTuning as SigmaTuning
    from keras_lateral.tuning.sigma_search import tune_sigma as tune_sigma
    from keras_lateral.tuning.training_record import TrainingTrial as TrainingTrial
    from keras_lateral.tuning.training_record import TrainingTuning as TrainingTuning
    from keras_lateral.tuning.training_settings import TrainingSettings as TrainingSettings
    from keras_lateral.tuning.training_settings import tuned_training as tuned_training

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)

register_with_keras()
