"""Stand-ins shared by tests: small, honest, in memory."""
