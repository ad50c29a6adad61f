"""Measured rows: ratios within one run, on loopback, bounded in time (`make bench ROW=...`)."""
