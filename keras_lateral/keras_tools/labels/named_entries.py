"""The base class of records that are mappings from names to their entries."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from keras_lateral.keras_tools.labels.label import find_label
from keras_lateral.record import Record

Entry = TypeVar("Entry")


class NamedEntries(Record, Mapping[str, Entry], Generic[Entry]):
    """A record that is a read-only mapping from the names of its entries to the entries.

    An entry is also found by its layer's path, and by the end of it where no other entry has the
    same. A subclass defines `_entries`. Records are equal if they are dataclasses with `eq`, not as
    mappings.

    Example:

    >>> from keras_lateral import LayerSparsity, Sparsity
    >>> conv = LayerSparsity("block/conv", weights=8, zeros=4, held=4, filters=2, zero_filters=1)
    >>> sparsity = Sparsity((conv,), model="small")
    >>> list(sparsity), "conv" in sparsity, sparsity["conv"].zeros
    (['block/conv'], True, 4)
    """

    _kind = "layer"
    """What an entry is about, in errors."""

    @abstractmethod
    def _entries(self) -> Sequence[Entry]:
        """Returns the entries, each with a `name`."""

    def __getitem__(self, name: str) -> Entry:
        """Returns an entry by its name, its path, or the end of that.

        Raises:
            KeyError: If no entry has the name, or several have.
        """
        if not isinstance(name, str):
            raise KeyError(name)
        entries = self._entries()
        names = list(self)
        return entries[names.index(find_label(name, names, self._kind))]

    def __iter__(self) -> Iterator[str]:
        named: Sequence[Any] = self._entries()
        return (entry.name for entry in named)

    def __len__(self) -> int:
        return len(self._entries())

    def __bool__(self) -> bool:
        return True  # a record without entries is one nevertheless

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)
