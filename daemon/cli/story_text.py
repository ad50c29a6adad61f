"""A story of ``explain`` as people read it: the delivery, then each command with what happened to it, in time order."""

import json
from typing import Any

import click

from daemon.cli.common import banner
from daemon.cli.languages import Say
from daemon.shut_text import nothing_leaves
from daemon.times import local

Json = dict[str, Any]

WAITS = {
    "link": "waits for {name}",
    "claim": "waits for the customer with the same {name}",
    "far_object": "waits for its turn on {name}",
    "earlier": "waits for what comes first on {name}",
    "rule": "waits: the rule {name} is paused",
    "lane": "waits for its turn in its lane",
}


def print_story(story: Json, language: str = "en") -> None:
    """One delivery and its commands."""
    say = Say(language)
    company = (story["company"] or "unknown account") + banner(story["company_kind"])
    say(f"{story['id']}  {story['source']} -> {company}", bold=True)
    came = {"poll": "found by polling", "push": "told by Fortnox"}.get(story["origin"], "received")
    say(f"  delivery {story['delivery_id']} {came} {local(story['received_at'])}")
    _state(say, story, "  ")
    _asks(say, story, "  ")
    for read in story["read_at_sender"]:
        say(f"  {local(read['at'])}  read at the sender: {read['name']}{'' if read['found'] else ' (none there)'}")
        if read.get("body") is not None:
            say(f"    {read['body']}")
    to_be_read = story["to_be_read"]
    if to_be_read is not None:
        say(f"  still to be read: {', '.join(to_be_read['records'])}, next try {local(to_be_read['due_at'])}")
    _event(say, story)
    for double in story["doubles"]:
        settled = double["settled_at"]
        then = ": its further documents are held" if settled is None else f", settled {local(settled)}"
        say(f"  {local(double['at'])}  customer {double['other']} doubles ours, {double['customer']}{then}")
    for acted in story["actions"]:
        say(f"  {local(acted['at'])}  {_acted(acted)}")
    if "body" in story:
        say(f"  headers {_short(story['headers'])}")
        say(f"  body {story['body'] if story['body'] is not None else '(erased, or sealed with another key)'}")
    for command in story["commands"]:
        _print_command(say, command)
    if story["other_commands"]:
        say(f"  other commands of this delivery: {', '.join(story['other_commands'])}")
    click.echo()


def _event(say: Say, story: Json) -> None:
    """What was heard, what it answered, and why its documents were made anew where they were."""
    if story["event"]:
        say(f"  event {story['event']} {story['number']}, version {story['version'] or '-'}")
    if story["generation"] is not None:
        newest = story["generation"]
        say(f"  {local(newest['since'])}  generation {newest['number']} of its documents began, because of")
        say(f"    {newest['because']}")
    answered = story["response"]
    if answered is not None:
        score = "without a score" if answered["score"] is None else f"with {answered['score']}"
        met = ", ".join(answered["rules_met"]) or "none"
        say(f"  answered {answered['survey']} {score}; rules that it meets, or met before: {met}")
    for run in story["workflows"]:
        say(f"  began workflow {run['workflow_id']} ({run['workflow']}): {run['status']}")


def _asks(say: Say, entry: Json, indent: str) -> None:
    """Where one answer frees it, and whatever else waits for the same."""
    if entry["asks"] is not None:
        say(f"{indent}waits for {entry['asks']}: held show {entry['asks']}")


def _print_command(say: Say, command: Json) -> None:
    link = command["link"]
    document = f"  {_far(command)}" if link or command["tells"] else ""
    again = "" if command["generation"] == 1 else f", generation {command['generation']}"
    say(f"  {command['id']}  {command['command']}  (rule {command['rule']}{again}){document}", bold=True)
    _state(say, command, "    ")
    _asks(say, command, "    ")
    if command.get("shut_by"):
        say(f"    {nothing_leaves(command['shut_by'], command['paused'], command['company'])}")
    waits = command["waits_for"]
    if waits is not None:
        holder = f": {waits['held_by']} ({waits['held_by_state']})" if waits["held_by"] else ""
        say(f"    {WAITS[waits['what']].format(name=waits['name'])}{holder}")
    for doubt in command["doubts_of_others"]:
        say(f"    looked for first: {doubt['operation']} of {doubt['command']} ({doubt['end']})")
    if command["last_look_to_come"]:
        say("    a last look is still to come")
    if command["replaced"]:
        say("    its text was replaced; the one before is kept (--body shows both)")
    for line in decision_lines(command["decisions"]):
        say(f"    {line}")
    for name in ("text", "text_before"):
        if command.get(name) is not None:
            say(f"    {name.replace('_', ' ')} {_short(command[name])}")
    for at, line in sorted(_timeline(command), key=lambda entry: entry[0]):
        say(f"    {local(at, exact=True)}  {line}")


def _far(command: Json) -> str:
    """The document in Fortnox; or the record at a sender, by its name and what it is told."""
    tells = command["tells"]
    if tells is None:
        return str(command["link"]["document"])
    # Once its text was erased, the link alone is left to say it.
    link = command["link"]
    record = f"{tells['record']} {tells['id'] or ''}".rstrip() if tells["record"] else link and link["document"]
    told = f": {', '.join(field.replace('_', ' ') for field in tells['fields'])}" if tells["fields"] else ""
    return f"at {tells['source']}" + (f", {record}" if record else "") + told


def decision_lines(decisions: Json) -> list[str]:
    """The VAT that the rule decided, and the currency's rate, each with where it came from."""
    vat, currency = decisions.get("vat"), decisions.get("currency")
    lines = [] if vat is None else [f"VAT {vat['treatment'].replace('_', ' ')}: {vat['reason']}"]
    if currency is not None:
        rate = "" if currency["rate"] is None else f" at {currency['rate']} of {currency['rate_date']}"
        lines.append(f"currency {currency['currency']}{rate}, from {currency['source']}")
    return lines


def _timeline(command: Json) -> list[tuple[str, str]]:
    """What happened, each with its moment; equal moments keep this order."""
    lines = [(command["created_at"], f"made by rule {command['rule']}{_versions(command)}")]
    if command["read_before"]:
        at = command["attempts"][0]["started_at"] if command["attempts"] else command["created_at"]
        lines.append((at, f"read before: {_short(command['read_before'])}"))
    for attempt in command["attempts"]:
        lines += _attempt(attempt)
    lines += [(acted["at"], _acted(acted)) for acted in command["actions"]]
    if command["settled_by"]:
        at = command["finished_at"] or (command["attempts"][-1]["ended_at"] if command["attempts"] else None)
        lines += [(at or command["created_at"], line) for line in _stands(command["settled_by"])]
    link = command["link"]
    if link is not None and link["by"] == command["id"]:
        linked = f"linked to {link['document']}" if command["tells"] is None else f"stands {_far(command)}"
        lines.append((link["linked_at"], linked + ("" if link["verified"] else ", unverified")))
    if command["finished_at"]:
        result = f" ({command['result']})" if command["result"] else ""
        lines.append((command["finished_at"], f"{command['state']}{result}"))
    return lines


def _versions(command: Json) -> str:
    """Of what code, and of what mapping; nothing for what an older program stored."""
    told = {"version": command["rule_version"], "mapping": command["mapping_version"]}
    named = ", ".join(f"{name} {version}" for name, version in told.items() if version is not None)
    return f" ({named})" if named else ""


def _stands(proof: Json) -> list[str]:
    """What proves the end, and each text that Fortnox cut on storing it."""
    rest = {name: value for name, value in proof.items() if name != "cut"}
    cut = [
        f"  {field} {text['sent']!r} stored as {text['stored']!r}" for field, text in (proof.get("cut") or {}).items()
    ]
    return [f"what stands there: {_short(rest)}", *cut]


def _attempt(attempt: Json) -> list[tuple[str, str]]:
    where = f" on {attempt['far_object']}" if attempt["far_object"] else ""
    stands = f", standing on {_short(attempt['stands_on'])}" if attempt["stands_on"] else ""
    lines = [(attempt["started_at"], f"call {attempt['operation']}{where}{stands}")]
    lines += [
        (attempt["started_at"], f"  altered {change['field']}: {change['before']!r} -> {change['after']!r}")
        for change in attempt["altered"]
    ]
    if attempt["ended_at"]:
        parts = [f"end {attempt['end']}"]
        parts += [f"{name} {attempt[name]}" for name in ("status", "code", "reason") if attempt[name] is not None]
        detail = f": {attempt['detail']}" if attempt["detail"] else ""
        lines.append((attempt["ended_at"], f"call {attempt['operation']}: {', '.join(parts)}{detail}"))
    else:
        lines.append((attempt["started_at"], "  under way"))
    lines += [
        (look["at"], f"look for {attempt['operation']}: {look['found']} {_short(look['proof'])}")
        for look in attempt["looks"]
    ]
    return lines


def _acted(acted: Json) -> str:
    reason = f": {acted['reason']}" if acted["reason"] else ""
    return f"{acted['person']} did {acted['action']}{reason}"


def _state(say: Say, told: Json, indent: str) -> None:
    why = f" ({told['reason']})" if told["reason"] else ""
    result = f" ({told['result']})" if told.get("result") and not why else ""
    waits = told.get("waits_for")
    behind = f", behind {waits['held_by']}" if waits and waits["what"] == "lane" and told["state"] == "ready" else ""
    say(f"{indent}{told['state'].replace('_', ' ')}{behind}{why}{result}")
    if told["question"]:
        say.question(f"{'QUESTION' if told['state'] == 'held' else 'TO DO'}: ", told["question"], indent)


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
