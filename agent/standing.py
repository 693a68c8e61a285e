"""The answer that stands while a better one is looked for."""

from dataclasses import dataclass

from agent.attempt import Attempt
from agent.rejection import same_result
from datasources.engine import ResultSet


@dataclass(frozen=True, slots=True)
class Standing:
    """What `attempt` found: no rows, or rows that something speaks against. It is the answer where no repair finds a
    better one."""

    attempt: Attempt
    result: ResultSet

    def gives_way(self, attempt: Attempt, result: ResultSet) -> bool:
        """To what less speaks against; also to the same again, which then is the answer."""
        fewer = len(attempt.doubts) < len(self.attempt.doubts)
        return not self.result.rows or fewer or same_result(result, self.result)

    def outlasts(self, attempt: Attempt) -> bool:
        """Whether a second look, which `attempt` was, ran and brought nothing better."""
        return attempt is not self.attempt and attempt.reading is not None and attempt.reading.result is not None
