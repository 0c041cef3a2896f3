"""Which rule each layer of Keras has."""

from __future__ import annotations

import keras

from keras_lateral.analysis import place_fields, window_fields
from keras_lateral.analysis.layer_step import Rule, pointwise
from keras_lateral.layers.gradient_mask import GradientMask

_MANY: dict[Rule, str] = {
    window_fields.convolution: "Conv1D Conv2D Conv3D SeparableConv1D SeparableConv2D",
    window_fields.depthwise: "DepthwiseConv1D DepthwiseConv2D",
    window_fields.transposed: "Conv1DTranspose Conv2DTranspose Conv3DTranspose",
    window_fields.pooling: "MaxPooling1D MaxPooling2D MaxPooling3D "
    "AveragePooling1D AveragePooling2D AveragePooling3D",
    window_fields.global_pooling: "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D",
    window_fields.adaptive_pooling: "AdaptiveMaxPooling1D AdaptiveMaxPooling2D "
    "AdaptiveMaxPooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D "
    "AdaptiveAveragePooling3D",
    window_fields.padding: "ZeroPadding1D ZeroPadding2D ZeroPadding3D",
    window_fields.cropping: "Cropping1D Cropping2D Cropping3D",
    window_fields.upsampling: "UpSampling1D UpSampling2D UpSampling3D",
    window_fields.resizing: "Resizing",
    window_fields.center_crop: "CenterCrop",
    place_fields.dense: "Dense",
    place_fields.flatten: "Flatten",
    place_fields.normalized_over: "LayerNormalization UnitNormalization RMSNormalization Softmax",
    place_fields.normalized_over_space: "GroupNormalization AutoContrast",
    place_fields.recurrent: "RNN LSTM GRU SimpleRNN Bidirectional",
    place_fields.everywhere: "Attention AdditiveAttention MultiHeadAttention GroupQueryAttention "
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D",
    place_fields.permute: "Permute",
    place_fields.repeated: "RepeatVector",
    place_fields.reshape: "Reshape",
    place_fields.concatenated: "Concatenate",
    place_fields.dotted: "Dot",
    # Layers that change images at random do so in training only.
    pointwise: "Activation ActivityRegularization Add AlphaDropout Average "
    "BatchNormalization Dropout ELU Embedding GaussianDropout GaussianNoise Identity LeakyReLU "
    "Masking Maximum Minimum Multiply Normalization PReLU ReLU Rescaling Solarization "
    "SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract "
    "AugMix RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast "
    "RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue "
    "RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation "
    "RandomSharpness RandomShear RandomTranslation RandomZoom",
}

LAYERS: dict[type, Rule] = {
    getattr(keras.layers, name): rule
    for rule, names in _MANY.items()
    for name in names.split()
    if hasattr(keras.layers, name)  # some came with later versions
} | {GradientMask: pointwise}
"""The rule of each class of Keras' layers; subclasses share it."""

UNNAMED: dict[str, Rule] = dict.fromkeys(
    ("CustomScaleLayer", "LayerScale", "StochasticDepth"), pointwise
)
"""Rules of the classes that Keras' own models use and does not export, by their names."""
