"""The record of everything that the library does to a model."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from typing import Any

from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.overview.fitted_tables import fitted_tables, one_table
from keras_lateral.overview.layer_summary import LayerSummary
from keras_lateral.overview.summary_columns import column_groups, full_names, legend, short_names
from keras_lateral.text import Table, counted

NOTHING = (
    "Nothing of keras_lateral is in this model: no gradient mask, no regularizer of the library, "
    "no pruning mask, and no freeze holds a layer."
)

NARROWEST = 40
"""Characters of a line in the narrowest terminal that is written for."""


@dataclass(frozen=True, repr=False)
class ModelSummary(NamedEntries[LayerSummary]):
    """What is masked, regularized, pruned and frozen in a model. `summary` makes it.

    `print` fits it to the terminal: what does not fit beside the rest stands below it.

    Args:
        model: The model's name.
        layers: A record for each layer, in the model's order.
        parameters: Number of the values of all weights, as `model.count_params()` gives it.
        trained: How many of them are trainable.
        frozen: How many of these a freeze holds at the moment.
        shown: Names of the layers that are shown; `None` for all.
        notes: What could not be found out, and what callbacks will do.

    Example:

    >>> from keras_lateral import LayerSummary, ModelSummary
    >>> layers = (LayerSummary("conv", "Conv2D", (None, 8, 8, 4), 112, trainable=True),)
    >>> record = ModelSummary("small", layers, parameters=112, trained=112)
    >>> record["conv"].parameters, record.has_anything
    (112, False)
    >>> print(record.text(width=80))
    summary of "small"
    layer (class)  output     params
    conv (Conv2D)  8 x 8 x 4     112
    <BLANKLINE>
    112 parameters, all of them trainable
    Nothing of keras_lateral is in this model: no gradient mask, no regularizer of
    the library, no pruning mask, and no freeze holds a layer.
    """

    model: str
    layers: tuple[LayerSummary, ...]
    parameters: int
    trained: int
    frozen: int = 0
    shown: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    def _entries(self) -> tuple[LayerSummary, ...]:
        return self.layers

    @property
    def masked(self) -> tuple[str, ...]:
        """Names of the layers with a gradient mask that acts."""
        return tuple(layer.name for layer in self.layers if layer.is_masked)

    @property
    def regularized(self) -> tuple[str, ...]:
        """Names of the layers with a regularizer of this library."""
        return tuple(layer.name for layer in self.layers if layer.is_regularized)

    @property
    def pruned(self) -> tuple[str, ...]:
        """Names of the layers with weights that are held at zero."""
        return tuple(layer.name for layer in self.layers if layer.held)

    @property
    def expanding(self) -> tuple[str, ...]:
        """Names of the layers that expand the receptive field."""
        return tuple(layer.name for layer in self.layers if layer.expands is not None)

    @property
    def kernel_weights(self) -> int:
        """Number of weights of all kernels."""
        return sum(layer.kernel_weights for layer in self.layers)

    @property
    def zeros(self) -> int:
        """How many of them are zero."""
        return sum(layer.zeros for layer in self.layers)

    @property
    def held(self) -> int:
        """How many of them are held at zero."""
        return sum(layer.held for layer in self.layers)

    @property
    def has_anything(self) -> bool:
        """Whether anything of this library is in the model, masks that are off included."""
        inside = any(layer.ours or layer.mask is not None for layer in self.layers)
        return bool(inside or self.regularized or self.held or self.frozen)

    def text(self, width: int | None = None) -> str:
        """Returns what `print` shows, in lines of at most `width` characters.

        Args:
            width: Defaults to the terminal's.
        """
        width = max(NARROWEST, width or shutil.get_terminal_size().columns)
        rows = self._shown_layers()
        tables = fitted_tables(full_names(rows), short_names(rows), column_groups(rows), width)
        blocks = ["\n".join([self._title, *map(str, tables[:1])]), *map(str, tables[1:])]
        lines = [part for line in self._lines() for part in textwrap.wrap(line, width)]
        return "\n\n".join([*blocks, "\n".join(lines)])

    def to_dict(self) -> dict[str, Any]:
        """Returns the record as plain values."""
        return {
            "model": self.model,
            "parameters": self.parameters,
            "trained": self.trained,
            "frozen": self.frozen,
            "kernel_weights": self.kernel_weights,
            "zeros": self.zeros,
            "held": self.held,
            "layers": [layer.to_dict() for layer in self.layers],
            "shown": None if self.shown is None else list(self.shown),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return self.text()

    def _blocks(self) -> list[Table | str]:
        rows = self._shown_layers()
        table = one_table(full_names(rows), column_groups(rows))
        return [Table(table.columns, table.rows, (self._title,)), "\n".join(self._lines())]

    def _summary(self) -> str:
        parts = [counted(self.parameters, "parameter"), *self._what_is_done()]
        return f"{', '.join(parts)}, model {self.model!r}"

    @property
    def _title(self) -> str:
        return f'summary of "{self.model}"'

    def _shown_layers(self) -> list[LayerSummary]:
        return [layer for layer in self.layers if self.shown is None or layer.name in self.shown]

    def _lines(self) -> list[str]:
        done = self._what_is_done()
        return [
            self._parameters_text(),
            *([f"{'; '.join(done)}"] if done else []),
            *([] if self.has_anything else [NOTHING]),
            *legend(self._shown_layers()),
            *self.notes,
        ]

    def _parameters_text(self) -> str:
        fixed = self.parameters - self.trained
        which = f"{self.trained:,} trainable, {fixed:,} not" if fixed else "all of them trainable"
        held = f", {self.frozen:,} held by a freeze now" if self.frozen else ""
        return f"{counted(self.parameters, 'parameter')}, {which}{held}"

    def _what_is_done(self) -> list[str]:
        share = 100 * self.zeros / (self.kernel_weights or 1)
        zero, held = f"{share:.1f} % of kernel weights zero", f", {self.held:,} of them held there"
        over = sum(layer.written_over for layer in self.layers)
        if over:
            held = (
                f", {self.held:,} held there: {over:,} of these are not zero now, since weights "
                "were set after pruning, until the next training step or `reapply_pruning`"
            )
        some = self.held or f"{share:.1f}" != "0.0"  # single weights are zero by chance
        said = {
            f"{counted(len(self.masked), 'layer')} masked": self.masked,
            f"{counted(len(self.regularized), 'layer')} regularized": self.regularized,
            zero + (held if self.held else ""): some,
            f"{counted(len(self.expanding), 'layer')} expanding the field": self.expanding,
        }
        return [text for text, true in said.items() if true]
