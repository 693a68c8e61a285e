from workbench.editor.models import SqlRun as SqlRun
from workbench.results.models import Export as Export
from workbench.results.models import Result as Result
