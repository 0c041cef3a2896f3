# The masked convolutions as editors and type checkers see them: with the arguments of Keras'
# layers, of their base classes and of the mask. This file is written by
# `python -m tests.gradient_mask.convolution_stub`; what is to change in it changes there.

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import keras
from keras import layers

from keras_lateral.gradient_mask.layer import GradientMask
from keras_lateral.gradient_mask.masked_layer import MaskedLayer
from keras_lateral.keras_tools.arguments import (
    DataFormat,
    FeatureSets,
    Inhibition,
    InhibitionPadding,
    Scope,
    ThresholdMode,
)

class _HasShape(Protocol):
    @property
    def shape(self) -> Any: ...

_Activation: TypeAlias = str | dict[str, Any] | Callable[..., Any] | None
_Initializer: TypeAlias = (
    str
    | dict[str, Any]
    | keras.initializers.Initializer
    | Callable[..., Any]
    | _HasShape  # an array or a tensor of the values themselves
    | None
)
_Regularizer: TypeAlias = (
    str | dict[str, Any] | keras.regularizers.Regularizer | Callable[..., Any] | None
)
_Constraint: TypeAlias = (
    str | dict[str, Any] | keras.constraints.Constraint | Callable[..., Any] | None
)

class GradientMaskConv1D(MaskedLayer, layers.Conv1D):
    filters: int
    kernel_size: tuple[int]
    strides: tuple[int]
    padding: Literal["valid", "same", "causal"]
    data_format: DataFormat
    dilation_rate: tuple[int]
    groups: int
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same", "causal"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = 1,
        groups: int = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        trainable: bool = True,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
        name: str | None = None,
    ) -> None: ...

class GradientMaskConv2D(MaskedLayer, layers.Conv2D):
    filters: int
    kernel_size: tuple[int, int]
    strides: tuple[int, int]
    padding: Literal["valid", "same"]
    data_format: DataFormat
    dilation_rate: tuple[int, int]
    groups: int
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        groups: int = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        trainable: bool = True,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
        name: str | None = None,
    ) -> None: ...

class GradientMaskConv3D(MaskedLayer, layers.Conv3D):
    filters: int
    kernel_size: tuple[int, int, int]
    strides: tuple[int, int, int]
    padding: Literal["valid", "same"]
    data_format: DataFormat
    dilation_rate: tuple[int, int, int]
    groups: int
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = (1, 1, 1),
        groups: int = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        trainable: bool = True,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
        name: str | None = None,
    ) -> None: ...

class GradientMaskDepthwiseConv1D(MaskedLayer, layers.DepthwiseConv1D):
    kernel_size: tuple[int]
    strides: tuple[int]
    padding: Literal["valid", "same"]
    depth_multiplier: int
    data_format: DataFormat
    dilation_rate: tuple[int]
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        depth_multiplier: int = 1,
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        depthwise_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        depthwise_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        depthwise_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskDepthwiseConv2D(MaskedLayer, layers.DepthwiseConv2D):
    kernel_size: tuple[int, int]
    strides: tuple[int, int]
    padding: Literal["valid", "same"]
    depth_multiplier: int
    data_format: DataFormat
    dilation_rate: tuple[int, int]
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Literal["valid", "same"] = "valid",
        depth_multiplier: int = 1,
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: _Activation = None,
        use_bias: bool = True,
        depthwise_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        depthwise_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        depthwise_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskSeparableConv1D(MaskedLayer, layers.SeparableConv1D):
    filters: int
    kernel_size: tuple[int]
    strides: tuple[int]
    padding: Literal["valid", "same"]
    data_format: DataFormat
    dilation_rate: tuple[int]
    depth_multiplier: int
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = 1,
        depth_multiplier: int = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        depthwise_initializer: _Initializer = "glorot_uniform",
        pointwise_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        depthwise_regularizer: _Regularizer = None,
        pointwise_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        depthwise_constraint: _Constraint = None,
        pointwise_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskSeparableConv2D(MaskedLayer, layers.SeparableConv2D):
    filters: int
    kernel_size: tuple[int, int]
    strides: tuple[int, int]
    padding: Literal["valid", "same"]
    data_format: DataFormat
    dilation_rate: tuple[int, int]
    depth_multiplier: int
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        depth_multiplier: int = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        depthwise_initializer: _Initializer = "glorot_uniform",
        pointwise_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        depthwise_regularizer: _Regularizer = None,
        pointwise_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        depthwise_constraint: _Constraint = None,
        pointwise_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskConv1DTranspose(MaskedLayer, layers.Conv1DTranspose):
    filters: int
    kernel_size: tuple[int]
    strides: tuple[int]
    padding: Literal["valid", "same"]
    output_padding: tuple[int] | None
    data_format: DataFormat
    dilation_rate: tuple[int]
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Literal["valid", "same"] = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskConv2DTranspose(MaskedLayer, layers.Conv2DTranspose):
    filters: int
    kernel_size: tuple[int, int]
    strides: tuple[int, int]
    padding: Literal["valid", "same"]
    output_padding: tuple[int, int] | None
    data_format: DataFormat
    dilation_rate: tuple[int, int]
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Literal["valid", "same"] = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: DataFormat | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...

class GradientMaskConv3DTranspose(MaskedLayer, layers.Conv3DTranspose):
    filters: int
    kernel_size: tuple[int, int, int]
    strides: tuple[int, int, int]
    padding: Literal["valid", "same"]
    data_format: DataFormat
    output_padding: tuple[int, int, int] | None
    dilation_rate: tuple[int, int, int]
    activation: Callable[..., Any]
    use_bias: bool
    scope: Scope
    gradient_mask: GradientMask
    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1, 1),
        padding: Literal["valid", "same"] = "valid",
        data_format: DataFormat | None = None,
        output_padding: int | Sequence[int] | None = None,
        dilation_rate: int | Sequence[int] = (1, 1, 1),
        activation: _Activation = None,
        use_bias: bool = True,
        kernel_initializer: _Initializer = "glorot_uniform",
        bias_initializer: _Initializer = "zeros",
        kernel_regularizer: _Regularizer = None,
        bias_regularizer: _Regularizer = None,
        activity_regularizer: _Regularizer = None,
        kernel_constraint: _Constraint = None,
        bias_constraint: _Constraint = None,
        *,
        sigma: float = 1.0,
        feature_sets: FeatureSets = 1,
        threshold: float = 0.1,
        threshold_mode: ThresholdMode = "mean",
        inhibition: Inhibition = "log",
        inhibition_size: int | None = None,
        inhibition_padding: InhibitionPadding = "reflect",
        zero_sum: bool = True,
        enabled: bool = True,
        scope: Scope = "all",
        trainable: bool = True,
        name: str | None = None,
        dtype: str | dict[str, Any] | keras.DTypePolicy | None = None,
        autocast: bool = True,
    ) -> None: ...
