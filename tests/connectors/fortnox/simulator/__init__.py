"""The simulated Fortnox, driven over real HTTP."""
