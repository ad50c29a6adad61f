"""The outside: one folder per system that the daemon speaks with."""
