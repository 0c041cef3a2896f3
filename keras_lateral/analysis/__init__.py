"""Model in, record out: what the methods do to a model, measured without changing it."""

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
from keras_lateral.analysis.gradient_mask_record import GradientMaskReport as GradientMaskReport
from keras_lateral.analysis.gradient_mask_record import MaskedShare as MaskedShare
from keras_lateral.analysis.gradient_mask_report import (
    gradient_mask_report as gradient_mask_report,
)
from keras_lateral.analysis.mask_gradients import GradientAtMask as GradientAtMask
from keras_lateral.analysis.mask_gradients import mask_gradients as mask_gradients
from keras_lateral.analysis.occlusion_sensitivity import (
    occlusion_sensitivity as occlusion_sensitivity,
)
from keras_lateral.analysis.occlusion_sensitivity_record import (
    OcclusionSensitivity as OcclusionSensitivity,
)
from keras_lateral.analysis.receptive_field_rules import (
    register_receptive_field as register_receptive_field,
)
from keras_lateral.analysis.receptive_fields import receptive_fields as receptive_fields
from keras_lateral.analysis.receptive_fields_record import (
    LayerReceptiveField as LayerReceptiveField,
)
from keras_lateral.analysis.receptive_fields_record import ReceptiveFields as ReceptiveFields
