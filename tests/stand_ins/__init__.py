"""Stand-ins of the senders' own systems, built from the pages of facts; none shares code with a connector."""
