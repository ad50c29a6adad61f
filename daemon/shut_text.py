"""Why nothing leaves, or nothing is taken, as sentences that end with the next step."""

from daemon.destinations import written_to

_CONNECT = "connect the company again (fortnox-bridge connect)"

SENTENCES = {
    "read_only": "everything is planned and waits (read_only = true); change the configuration and reload to let it go",
    "down": "Fortnox cannot be reached; it is probed and goes on by itself",
    "unproved": "Fortnox has not answered yet since the start; it is probed and goes on by itself",
    "not_connected": "the company is not connected to Fortnox yet; connect it (fortnox-bridge connect)",
    "another_company": "the credentials belong to another Fortnox company than at the first connect; "
    "correct them in the configuration, then restart",
    "invalid_client": "Fortnox does not accept the client id with this client secret; correct them in the "
    "configuration, then restart",
    "invalid_grant": f"credentials lost, Fortnox no longer accepts this connection; {_CONNECT}",
    "invalid_scope": "the app asks for a scope that is not enabled for it; enable it in Fortnox's developer portal, "
    "then resume",
    "refused": "credentials lost, Fortnox refuses them; check the app in Fortnox's developer portal, then resume",
    "unauthorized": f"credentials lost, Fortnox refuses even a new token; {_CONNECT}",
    "token_missing": f"credentials lost, Fortnox got no token; {_CONNECT}",
    "login_refused": f"credentials lost, Fortnox refuses the login; {_CONNECT}",
    "api_licence_missing": "the company has no API licence in Fortnox; order it there, then resume",
    "tokens_unsealable": "the stored tokens cannot be opened with state_key; give the former key back (a further line "
    "of the secret), then restart",
}
"""Each reason that a gate can have, but a person's pause."""

SENDER_SENTENCES = {
    "read_only": "everything is planned and waits (read_only = true of a company that it serves); change the "
    "configuration and reload to let it go",
    "down": "{sender} cannot be reached; it is probed and goes on by itself",
    "unproved": "{sender} has not answered yet since the start; it is probed and goes on by itself",
    "unauthorized": "{sender} refuses our key or token; give the source another one, then restart or resume {name}",
    "forbidden": "{sender} lets our key or token change nothing; give it more rights there, then resume {name}",
}
"""The same of a sender that is written back to."""

STORE_SENTENCES = {
    "disk_full": "the disk is full; make room, it goes on by itself",
    "locked": "another program keeps it locked; end that program, it goes on by itself",
    "corrupt": "the file is damaged; stop the daemon and restore a backup",
    "io": "the disk fails; look at the system's log",
}
"""Each reason for which the database refuses a write."""


def store_refuses(reason: str) -> str:
    """One line while webhooks are answered with the sender's code for later, and nothing leaves."""
    return f"the database refuses writes, nothing is taken and nothing leaves: {STORE_SENTENCES.get(reason, reason)}"


def nothing_leaves(shut_by: str, paused: str | None, name: str = "") -> str:
    """One line for a gate that is shut; ``paused`` is a person's reason, if any, ``name`` a sender's (``to:crm``)."""
    if shut_by == "person":
        return f"PAUSED by a person: {paused or '-'}; resume ends it"
    sender = written_to(name)
    sentences = SENTENCES if sender is None else SENDER_SENTENCES
    told = sentences.get(shut_by, f"{shut_by}; the log says more (target.paused)")
    return f"nothing leaves: {told if sender is None else told.format(sender=sender, name=name)}"
