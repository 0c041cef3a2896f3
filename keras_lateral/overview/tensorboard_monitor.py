"""The callback that draws what the methods do, for TensorBoard."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_lateral.extras import import_optional
from keras_lateral.frame.bounds.of_layers import Measurement
from keras_lateral.keras_tools.arguments import Borders, FixedArguments
from keras_lateral.keras_tools.layer_choice import Choice
from keras_lateral.overview.event_file import EventFile
from keras_lateral.overview.measured_data import check_arrays, check_folder
from keras_lateral.overview.summary import summary
from keras_lateral.overview.tensorboard_parts import Fields, Freezes, Masks, Part, Spectra
from keras_lateral.text import error_in_short

RUN = "keras_lateral"
"""The folder in `log_dir` that is written to, which TensorBoard shows as a run of this name."""


class TensorBoardMonitor(FixedArguments, keras.callbacks.Callback):
    """Writes what the methods do to a model, as pictures and curves, for TensorBoard.

    Into the run `keras_lateral` of `log_dir`, beside the runs that `keras.callbacks.TensorBoard`
    writes to the same folder:

    - `summary`: the table of `summary(model)`, and what is left out and why, once;
    - `gradient_mask/...`: what the masks do to a sample, as a picture, the shares of positions and
      energy that they keep, and their settings, which a schedule may change;
    - `frame_bounds/...`: A, B and B / A of each layer, and a picture of all singular values;
    - `receptive_field/...`: a picture of their sizes along the depth, once; of the effective
      receptive field a picture and the size;
    - `freeze/...`: 1 in epochs in which a freeze held the layer, 0 in others.

    Steps are numbers of epochs, so a training that is resumed (`initial_epoch`, `BackupAndRestore`)
    goes on where it stopped; where it repeats epochs, the new values count. It needs the package
    tensorboard and matplotlib, and TensorFlow on no backend. Training is not changed.

    A measured epoch costs about three training steps for each batch of `x`, for masks; the singular
    values of the layers, see `frame_bounds`; a forward and a backward pass, for effective fields;
    and the drawing of up to three figures and one more for each sample, which take longer than all
    else in a small network. Some hundred samples will do; `every` makes it rarer. Pictures take
    some 50 kB each on the disk.

    Args:
        log_dir: The folder that is given to `tensorboard --logdir`.
        x: Inputs to measure on, an array or a list or dict of arrays. Without them there are no
            masks and no effective receptive fields.
        y: Targets. Without them there are no masks.
        every: Number of epochs from one measurement to the next; the first is in epoch 0. The state
            of freezes is written in every epoch.
        masks: Name or names of the gradient masks to draw; `False` for nothing of masks; `True` to
            have an error if there is none. By default all, or eight where there are more, if the
            model has masks and there are `x` and `y`.
        frame_bounds: The layers to measure, by name, class, a function from a layer to bool, or a
            list of these; `False` or `True` as above. By default all dense and convolutional ones.
        receptive_fields: Name or names of the layers whose effective receptive field is measured;
            `False` or `True` as above. By default the last convolution, if the model has a graph to
            read.
        borders: As for `frame_bounds`.
        samples: Number of samples whose masks are drawn.
        batch_size: Samples per step of the measurements.

    What is on by default and turns out not to be possible is left out with a warning; a training
    ends only over what was asked for.

    Raises:
        ImportError: If tensorboard or matplotlib is not installed. The message names the extra.
        ValueError: If an argument is out of its range, `x` and `y` hold different numbers of
            samples, or `log_dir` is a file; in the first epoch, if the model has nothing of what
            was explicitly asked for, or cannot make a training step on `x` and `y` for it.

    Example:

    >>> import tempfile, keras, numpy as np
    >>> from pathlib import Path
    >>> from keras_lateral import TensorBoardMonitor
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")])
    >>> model.compile("sgd", "mse")
    >>> folder = tempfile.mkdtemp()
    >>> monitor = TensorBoardMonitor(folder, frame_bounds=True)
    >>> _ = model.fit(np.ones((4, 4)), np.ones((4, 2)), verbose=0, callbacks=[monitor])
    >>> [path.name for path in Path(folder).iterdir()]
    ['keras_lateral']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        x: Any = None,
        y: Any = None,
        every: int = 1,
        *,
        masks: bool | str | Collection[str] | None = None,
        frame_bounds: bool | Choice | None = None,
        receptive_fields: bool | str | Sequence[str] | None = None,
        borders: Borders = "circular",
        samples: int = 1,
        batch_size: int = 32,
    ) -> None:
        super().__init__()
        for name, value in (("every", every), ("samples", samples), ("batch_size", batch_size)):
            if value < 1:
                raise ValueError(
                    f"Invalid value for argument `{name}`. Expected 1 or more. "
                    f"Received: {name}={value}"
                )
        check_arrays(x, y)
        self._folder = Path(log_dir) / RUN
        check_folder(self._folder)
        import_optional("matplotlib", "matplotlib", "draw for TensorBoard", "tensorboard")
        self._every = every
        measurement = Measurement(borders)
        self._asked = {
            "masks": [masks] if isinstance(masks, str) else masks,
            "frame_bounds": frame_bounds,
            "receptive_fields": (
                [receptive_fields] if isinstance(receptive_fields, str) else receptive_fields
            ),
        }
        self._makes: dict[str, Callable[[Any, Any], Part]] = {
            "masks": lambda model, names: Masks(model, x, y, names, samples, batch_size),
            "frame_bounds": lambda model, chosen: Spectra(model, chosen, measurement),
            "receptive_fields": lambda model, names: Fields(model, x, names, batch_size),
        }
        self._file = EventFile(self._folder)  # an early error where tensorboard is missing
        self._parts: dict[str, Part] | None = None
        self._freezes = Freezes()
        self._epoch: int | None = None
        self._looked = False
        self._warned = False
        self._is_made = True

    def on_train_begin(self, logs: Any = None) -> None:
        self._file.close()  # of a `fit` that was interrupted
        self._parts, self._freezes, self._epoch = None, Freezes(), None
        self._looked = self._warned = False

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._epoch is None:
            self._file = EventFile(self._folder, step=epoch)
        self._epoch, self._looked = epoch, False
        if self._parts is None and self.model.built:
            self._begin(epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._epoch is not None and not self._looked:
            self._looked = True  # not before: a freeze may begin its epoch after this callback
            self._freezes.look(self._file, self.model, self._epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        # `self.model` is read here, which on JAX brings its variables up to date.
        model = self.model
        if self._parts is None:
            self._begin(epoch)  # what the first step has built
        if epoch % self._every == 0:
            self._write(model, epoch)
        self._file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        if self._file.is_empty and not self._warned:
            self._warn(f"has written nothing to {str(self._folder)!r}: no layer was frozen.")
        self._file.close()

    def _write(self, model: Any, epoch: int) -> None:
        for name, part in list((self._parts or {}).items()):
            try:
                part.write(self._file, model, epoch)
            except Exception as error:  # a default must not end a training, whatever it meets
                if self._asked[name] is not None or self._parts is None:
                    self._file.close()
                    raise
                del self._parts[name]
                why = _in_words(error)
                self._warn(f"writes nothing of {name} from epoch {epoch} on: {why}")

    def _begin(self, epoch: int) -> None:
        """Finds out what there is to write."""
        self._parts, missing = {}, []
        for name, asked in self._asked.items():
            if asked is False:
                continue
            try:
                choice = None if asked is True else asked
                self._parts[name] = self._makes[name](self.model, choice)
            except Exception as error:
                if asked is not None:
                    raise
                missing.append(f"{name}: {_in_words(error)}")
        if self._parts:
            left_out = ["", "left out", *missing] if missing else []
            text = "\n".join([summary(self.model).text(width=200), *left_out])
            self._file.text("summary", text, epoch)
        elif missing:
            self._warn(
                f"writes nothing to {str(self._folder)!r} but the state of freezes. "
                + "\n".join(missing)
            )

    def _warn(self, what: str) -> None:
        self._warned = True
        warnings.warn(f"TensorBoardMonitor {what}", UserWarning, stacklevel=3)


def _in_words(error: Exception) -> str:
    """Returns what this library says, or another's error in short."""
    return str(error) if isinstance(error, ValueError) else error_in_short(error)
