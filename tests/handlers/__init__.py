"""Tests of the rules: plain values in, plain values out."""
