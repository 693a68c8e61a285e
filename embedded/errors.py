"""What can go wrong with the embedded model."""


class ModelUnavailable(Exception):
    """The model cannot be had; the message is a sentence for the operator that says why."""
