"""Tests of connectors, mirroring the packages."""
