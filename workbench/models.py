from workbench.editor.models import SqlRun as SqlRun
