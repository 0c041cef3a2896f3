"""Model in, record out: what the methods do to a model, measured without changing it."""

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
from keras_lateral.analysis.gradient_mask_record import MaskedShare as MaskedShare
from keras_lateral.analysis.gradient_mask_report import (
    gradient_mask_report as gradient_mask_report,
)
from keras_lateral.analysis.gradient_saliency import gradient_saliency as gradient_saliency
from keras_lateral.analysis.lateral_inhibition_saliency import (
    lateral_inhibition_saliency as lateral_inhibition_saliency,
)
from keras_lateral.analysis.mask_gradients import GradientAtMask as GradientAtMask
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
