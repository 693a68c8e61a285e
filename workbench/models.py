from workbench.charts.models import ChartChoice as ChartChoice
