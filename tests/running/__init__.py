"""How the tests run cheaply: what a run shares, and none of what they prove."""
