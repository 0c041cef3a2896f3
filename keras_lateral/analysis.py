"""Model in, record out: what the methods do to a model, measured without changing it."""

import keras  # noqa: F401, before any module of ours: `registration.py` says why

from keras_lateral.frame.bounds.frame_bounds import frame_bounds as frame_bounds
from keras_lateral.frame.bounds.record import FrameBounds as FrameBounds
from keras_lateral.frame.bounds.record import FrameBoundsReport as FrameBoundsReport
from keras_lateral.frame.penalty_shares import PenaltyShare as PenaltyShare
from keras_lateral.frame.penalty_shares import PenaltyShares as PenaltyShares
from keras_lateral.frame.penalty_shares import penalty_shares as penalty_shares
from keras_lateral.gradient_mask.gradient_flow import (
    gradient_flow_sensitivity as gradient_flow_sensitivity,
)
from keras_lateral.gradient_mask.gradient_flow_record import (
    GradientFlowSensitivity as GradientFlowSensitivity,
)
from keras_lateral.gradient_mask.gradient_flow_record import LayerGradientFlow as LayerGradientFlow
from keras_lateral.gradient_mask.mask_gradients import GradientAtMask as GradientAtMask
from keras_lateral.gradient_mask.mask_gradients import find_gradient_masks as find_gradient_masks
from keras_lateral.gradient_mask.mask_gradients import mask_gradients as mask_gradients
from keras_lateral.gradient_mask.report import gradient_mask_report as gradient_mask_report
from keras_lateral.gradient_mask.report_record import GradientMaskReport as GradientMaskReport
from keras_lateral.gradient_mask.report_record import MaskedShare as MaskedShare
from keras_lateral.overview.layer_summary import LayerSummary as LayerSummary
from keras_lateral.overview.model_summary import ModelSummary as ModelSummary
from keras_lateral.overview.summary import summary as summary
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
from keras_lateral.receptive_field.fields import receptive_fields as receptive_fields
from keras_lateral.receptive_field.fields_record import LayerReceptiveField as LayerReceptiveField
from keras_lateral.receptive_field.fields_record import ReceptiveFields as ReceptiveFields
from keras_lateral.receptive_field.rules.of_layers import (
    register_receptive_field as register_receptive_field,
)
from keras_lateral.robustness.calibration import calibration_error as calibration_error
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
from keras_lateral.saliency.pointing_game import PointingGame as PointingGame
from keras_lateral.saliency.pointing_game import pointing_game as pointing_game
from keras_lateral.saliency.randomization import SaliencyRandomization as SaliencyRandomization
from keras_lateral.saliency.randomization import saliency_randomization as saliency_randomization
from keras_lateral.saliency.record import Saliency as Saliency
from keras_lateral.saliency.smooth_grad import smooth_grad as smooth_grad
