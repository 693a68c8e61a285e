"""The Benchmark tab, for people."""
