"""Workflows: runs of several steps that survive a restart at every one of them."""
