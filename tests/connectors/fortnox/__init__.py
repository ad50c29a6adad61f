"""Tests of connectors/fortnox, mirroring the packages."""
