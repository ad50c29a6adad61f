"""The catalogue of log events: every event name with its levels, its fields and their types, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["info", "warning", "error", "critical"]
Kind = Literal["word", "text", "integer", "number"]
"""``word`` has an alphabet without spaces and ``@``; ``text`` is for key paths and stacks. Units stand in the names."""

COMMON: Mapping[str, Kind] = {"trace": "word"}
"""Fields that every event may carry: the id of the unit of work."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One kind of log line: when it is written, at which levels, with which fields (each may be absent)."""

    levels: tuple[Level, ...]
    when: str
    fields: Mapping[str, Kind]


def _event(
    levels: str, when: str, *, words: str = "", texts: str = "", integers: str = "", numbers: str = ""
) -> LogEvent:
    fields: dict[str, Kind] = {}
    named: tuple[tuple[str, Kind], ...] = ((words, "word"), (integers, "integer"), (numbers, "number"), (texts, "text"))
    for names, kind in named:
        fields |= dict.fromkeys(names.split(), kind)
    return LogEvent(tuple(_LEVELS[level] for level in levels.split("/")), when, fields)


_LEVELS: Mapping[str, Level] = {"info": "info", "warning": "warning", "error": "error", "critical": "critical"}

EVENTS: Mapping[str, LogEvent] = {
    # --- the process
    "daemon.started": _event(
        "info/warning",
        "first line; a warning after a crash. `after` is first, stop or crash",
        words="version instance after",
        integers="schema",
    ),
    "daemon.ready": _event("info", "READY is sent", integers="sockets sources targets", numbers="took_ms"),
    "daemon.heartbeat": _event(
        "info",
        "every minute, and last thing before stopping",
        integers="inbox_waiting outbox_waiting parked targets_paused loops_stalled db_bytes disk_free_bytes rss_bytes "
        "push_behind",
        numbers="uptime_s inbox_oldest_s outbox_oldest_s token_days_left loop_lag_ms clock_skew_s push_silent_s",
    ),
    "daemon.stopping": _event("info", "SIGTERM", integers="in_flight"),
    "daemon.stopped": _event("info", "last line", integers="left", numbers="took_ms"),
    "daemon.crashed": _event(
        "critical", "a loop died, or the start failed; a non-zero exit follows", words="loop error where", texts="stack"
    ),
    "loop.stalled": _event(
        "error",
        "a loop made no progress within its bound; no watchdog beat from now on",
        words="loop error where",
        texts="stack",
        numbers="since_s",
    ),
    "loop.recovered": _event("info", "a stalled loop goes on", words="loop", numbers="since_s"),
    "config.loaded": _event("info", "start", words="digest", integers="sources targets"),
    "config.reloaded": _event("info", "SIGHUP", words="digest", integers="sources targets"),
    "config.rejected": _event(
        "error", "start (exit 78) or SIGHUP (the old one stays); key paths without values", texts="faults"
    ),
    "config.warned": _event(
        "warning", "the configuration works, but not as it should in production", words="key reason"
    ),
    "schedule.due": _event(
        "info", "a schedule came due: its workflow starts", words="company schedule", integers="inbox_id"
    ),
    "workflow.held": _event(
        "warning/error",
        "a run of a workflow waits for a person. `reason` is command, question, todo or bug; `workflow` is its number",
        words="company reason error where",
        integers="workflow",
        texts="stack",
    ),
    "workflow.undoing": _event(
        "warning",
        "a step of a run was given up: what came before is taken back",
        words="company step",
        integers="workflow",
    ),
    "workflow.ended": _event(
        "info", "a run has ended. `reason` is done, undone or cancelled", words="company reason", integers="workflow"
    ),
    "systemd.unreachable": _event(
        "warning", "the service manager did not take a message; said once", words="error where"
    ),
    "clock.skewed": _event(
        "warning", "outside systems' clocks differ by more than 30 s; said once", words="against", numbers="skew_s"
    ),
    "clock.steady": _event("info", "the difference is over", words="against", numbers="skew_s"),
    # --- in
    "hook.accepted": _event(
        "info",
        "the row is committed and answered 2xx; `secret` is the one that matched (current or previous)",
        words="source secret",
        integers="inbox_id bytes",
        numbers="ms",
    ),
    "hook.repeated": _event("info", "known delivery, answered 2xx", words="source", integers="inbox_id"),
    "hook.rejected": _event(
        "warning",
        "answered 4xx; at most 10 a minute for each source and reason. `reason` is signature, stale, too_large, "
        "timeout, encoding, method, bad_request, unknown_source or unknown_state (a browser that nobody awaits)",
        words="source reason client",
        integers="status suppressed",
    ),
    "hook.overloaded": _event(
        "error",
        "answered with the code that makes this sender retry; at most 10 a minute for each source and reason. "
        "`reason` is backlog, disk, stopping or removed (a source that was configured in the last 30 days)",
        words="source reason",
        integers="status suppressed",
    ),
    "event.handled": _event(
        "info", "rules ran", words="kind source company", integers="inbox_id commands", numbers="ms"
    ),
    "event.ignored": _event("info", "nothing to do, on purpose", words="source company reason", integers="inbox_id"),
    "shadow.failed": _event(
        "error",
        "what a rule in shadow mode would have done could not be found out: a bug of ours",
        words="company rule error where",
        integers="inbox_id",
        texts="stack",
    ),
    "event.parked": _event(
        "error",
        "cannot be understood, or a rule failed: a person must act",
        words="source company reason error where",
        integers="inbox_id",
        texts="stack",
    ),
    "hold.waiting": _event(
        "warning",
        "a person must answer `question` (`held show`): said when it is new, then every `notices.repeat_hours` while "
        "it stands; `waiting` deliveries and commands, `sales` with their `kronor`, in `unpriced` currencies no rate "
        "is known. At most ten lines a minute: the last one says how many `more` questions there are",
        words="question company reason",
        integers="waiting sales unpriced more",
        numbers="kronor since_s",
    ),
    "event.read": _event(
        "info",
        "what a delivery hints at was read at its sender",
        words="source company",
        integers="inbox_id records",
        numbers="ms",
    ),
    "event.read_later": _event(
        "warning",
        "the sender could not be read; tried again",
        words="source company reason",
        integers="inbox_id attempt status",
        numbers="in_s",
    ),
    "party.doubled": _event(
        "warning",
        "somebody else made another customer of a party that we made: its further documents are held",
        words="source company customer other",
        integers="inbox_id",
    ),
    "source.polled": _event("info", "a poll found something new", words="source", integers="found new"),
    "source.poll_failed": _event(
        "warning",
        "the sender could not be polled; the next poll goes on there",
        words="source reason",
        integers="status",
    ),
    "source.refused": _event(
        "error",
        "the sender refuses our key: a person must give another; said once",
        words="source reason",
        integers="status",
    ),
    "source.answers": _event("info", "the sender takes our key again", words="source"),
    "push.connected": _event(
        "info",
        "an app's push stream is subscribed; `stream` is the first of its companies",
        words="stream",
        integers="tenants topics",
        numbers="ms",
    ),
    "push.caught_up": _event(
        "info",
        "what was missed before the connection has come, as far as that can be known",
        words="stream",
        integers="frames",
    ),
    "push.disconnected": _event(
        "info/warning",
        "the connection ended, or none could be made (a warning); the next one goes on where the store stands",
        words="stream reason",
        integers="code",
        numbers="alive_s in_s",
    ),
    "push.refused": _event(
        "warning",
        "the stream does not want a company, or no longer: its credentials are proved, the others go on. `reason` is "
        "credentials, refused, another_company or gone",
        words="stream company reason",
    ),
    "push.topic_refused": _event("error", "Fortnox does not give a topic to this app", words="stream topic"),
    "push.passed_by": _event(
        "warning",
        "something came that nobody can read; said once a connection. `reason` is unreadable, unknown_frame or "
        "unknown_tenant",
        words="stream reason",
    ),
    "push.doubted": _event(
        "warning",
        "events may have been missed: the registers are swept whole. `reason` is first, away, left_out, new_topic, "
        "scopes or offset_refused",
        words="stream company reason",
    ),
    "push.doubt_ended": _event("info", "the sweep that a doubt asked for has ended", words="stream company"),
    # --- out
    "command.delivered": _event(
        "info",
        "confirmed by the far side; `result` is created, changed, unchanged, found or not_created",
        words="target company command result",
        integers="outbox_id attempt",
        numbers="ms age_s",
    ),
    "command.retried": _event(
        "warning",
        "will try again, or look first",
        words="target company command reason",
        integers="outbox_id attempt status",
        numbers="in_s",
    ),
    "command.parked": _event(
        "error",
        "will not try again by itself: a person must act",
        words="target company command reason error where",
        integers="outbox_id attempt status",
        texts="stack",
    ),
    "brake.held": _event(
        "error",
        "an alert: a document is larger, or comes faster, than `brakes` allows. Beside its `command.parked`",
        words="target company command reason",
        integers="outbox_id",
    ),
    "command.released": _event(
        "info",
        "a person sent it again; or `by` is outage: what parked it proved to be one, and its attempts are given back",
        words="by",
        integers="outbox_id",
    ),
    "sale.reissued": _event(
        "info",
        "a sale whose documents could no longer follow it has a new generation: what stood there is taken back first",
        words="target company",
        integers="outbox_id generation",
    ),
    "target.throttled": _event(
        "warning",
        "the far side answered 429, or we waited for our own limit more than 5 s",
        words="target company",
        numbers="wait_s",
    ),
    "target.halved": _event(
        "warning",
        "after a 429 only `calls` of `of` calls leave in each window; one more after each window without another",
        words="target company",
        integers="calls of",
    ),
    "target.recovered": _event(
        "info", "the whole rate window is used again; said once", words="target company", integers="calls of"
    ),
    "target.paused": _event(
        "error",
        "said once; `reason` is person, read_only, down, or what is wrong with the credentials",
        words="target company reason",
    ),
    "target.resumed": _event("info", "said once", words="target company reason", numbers="paused_s"),
    "token.refreshed": _event("info", "the new token is on disk", words="target company", numbers="access_s days_left"),
    "token.refresh_failed": _event(
        "error",
        "`final` is yes where only a person can help",
        words="target company source reason final",
        integers="status",
    ),
    "token.expiring": _event(
        "warning",
        "a refresh token has at most 14, 7 or 3 days left; said once for each",
        words="target company",
        numbers="days_left",
    ),
    "token.migrated": _event(
        "info",
        "client credentials were granted twice: the refresh token is no longer needed, and gone; said once",
        words="target company",
    ),
    # --- jobs, store, people
    "doctor.failed": _event(
        "error",
        "an examination found something that does not work; `company` is absent for the machine, `about` is a code or "
        "number, `code` Fortnox's error code. Told when the findings change, and once a day",
        words="company check about",
        integers="code",
    ),
    "doctor.warned": _event(
        "warning", "as `doctor.failed`, for what works today", words="company check about", integers="code"
    ),
    "doctor.finished": _event(
        "info",
        "every company was examined: at start, daily, after a reload, an outage or a pause",
        integers="failed warnings unchecked calls",
        numbers="ms",
    ),
    "job.finished": _event("info", "a scheduled job ran", words="job", integers="found", numbers="ms"),
    "job.failed": _event(
        "error", "`reason` is failed, timeout or record", words="job reason error where", texts="stack"
    ),
    "store.migrated": _event("info", "the database has a new shape", integers="from to", numbers="ms"),
    "store.failed": _event(
        "critical",
        "a write failed; `reason` is disk_full, locked, corrupt or io",
        words="reason error where",
        texts="stack",
    ),
    "store.recovered": _event("info", "writing works again", words="reason"),
    "store.pruned": _event("info", "retention ran", integers="rows days"),
    "admin.acted": _event("info", "a command changed something", words="action by", texts="ids"),
    # --- the log itself, and what is not ours
    "library.message": _event(
        "warning/error/critical",
        "a library logged; `message` is its constant part, never the values",
        words="logger error where",
        texts="message stack",
    ),
    "library.warned": _event("warning", "Python warned; `category` is the class", words="category where"),
    "asyncio.failed": _event(
        "error", "a callback or a forgotten task failed", words="error where", texts="message stack"
    ),
    "log.unknown_event": _event(
        "error",
        "a line did not fit this catalogue: a fault in our code. What did not fit is left out",
        texts="name fields",
    ),
    "log.lost": _event("warning", "lines could not be written (for instance on a full disk)", integers="lines"),
}
