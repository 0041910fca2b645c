"""Named errors. Every message says what was wrong, where, and what to do next."""

from __future__ import annotations


class DedupeError(Exception):
    """Base class of all errors that this package raises on purpose."""


class InputError(DedupeError, ValueError):
    """An argument or an input cannot be used as it is."""


class OptionError(InputError):
    """An option has a value that it cannot have; the message begins with its name and the value."""


class DuplicateIdError(InputError):
    """Two documents carry the same id."""


class RecordError(InputError):
    """One record of an input is unusable; a run quarantines it and goes on."""


class OutputError(DedupeError, OSError):
    """An output cannot be written, or would overwrite something."""


class AuditError(DedupeError, ValueError):
    """An audit does not fit its output, or is damaged."""


class ModelError(DedupeError, ValueError):
    """A model file is damaged or of another scheme."""


class IndexFileError(DedupeError, ValueError):
    """An index on disk is damaged, of another version, made with other parameters, or in use."""


class MissingPackageError(DedupeError, ImportError):
    """A package that an extra installs is missing; the message has the command that installs it."""


class RemovalError(DedupeError):
    """More would be removed than the limits allow; nothing was written."""
