from workbench.results.models import Export, Result

__all__ = ["Export", "Result"]
