"""Why a step of an optimization ends before the search does. Who goes on repeats what is stored."""


class Halted(Exception):
    """A step ends here."""


class Overtaken(Halted):
    """It was cancelled, or another worker has taken it over."""


class StepOver(Halted):
    """Others have waited for the worker long enough."""


class BudgetSpent(Halted):
    """It has asked as many questions, read as many tokens or worked for as long as it may."""
