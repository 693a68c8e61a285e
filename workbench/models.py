"""What the workbench stores, a module a part."""

from workbench.saved.models import SavedQuery

__all__ = ["SavedQuery"]
