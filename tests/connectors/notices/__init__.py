"""Tests of the notices that people get."""
