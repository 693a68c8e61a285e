"""What the bandit decided and learned: the log, and the sums over it."""
