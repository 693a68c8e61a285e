"""What the workbench stores, a module a part."""

from workbench.saved.boards.models import Board, Pin
from workbench.saved.models import SavedQuery
from workbench.saved.subscriptions.models import Subscription

__all__ = ["Board", "Pin", "SavedQuery", "Subscription"]
