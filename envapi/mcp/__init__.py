"""MCP for agents: tools to look at a task's database and to hand in an answer. Resetting and rewards are not theirs."""
