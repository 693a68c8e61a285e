"""The learning curve: does it get better the more a team uses it? A simulated team asks and judges, and from time to
time questions that nothing was ever told about are asked and graded."""
