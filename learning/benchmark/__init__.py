"""How good the agent is: questions with gold SQL, a grader, and what came of asking them."""
