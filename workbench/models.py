"""What the workbench stores, a module a part."""

from workbench.charts.models import ChartChoice as ChartChoice
from workbench.comfort.models import StepSeen as StepSeen
from workbench.editor.models import SqlRun as SqlRun
from workbench.results.models import Export as Export
from workbench.results.models import Result as Result
from workbench.saved.boards.models import Board as Board
from workbench.saved.boards.models import Pin as Pin
from workbench.saved.models import SavedQuery as SavedQuery
from workbench.saved.subscriptions.models import Subscription as Subscription
