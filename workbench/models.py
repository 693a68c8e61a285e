from workbench.charts.models import ChartChoice as ChartChoice
from workbench.comfort.models import StepSeen as StepSeen
from workbench.editor.models import SqlRun as SqlRun
from workbench.results.models import Export as Export
from workbench.results.models import Result as Result
