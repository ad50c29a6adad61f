"""The crash run: SIGKILL at random moments, every healing fault on, and a judge that asks only the simulator."""
