"""The meaning: words and rules, pure; no input or output, no clock, no randomness."""
