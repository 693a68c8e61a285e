from workbench.charts.models import ChartChoice as ChartChoice
from workbench.comfort.models import StepSeen as StepSeen
