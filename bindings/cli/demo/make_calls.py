#!/usr/bin/env python3
"""Makes the demo log from recorded response bodies.

    make_calls.py BODIES.jsonl > calls.jsonl

BODIES.jsonl holds one {"provider", "api", "body"} a line: bodies as providers returned them,
reduced to model and usage. Everything else in the log is invented: the company, its teams,
projects, features and environments, when a call was made, and the model of a Bedrock or embedding
body, which names none. Bodies of providers that tokentra does not read yet are logged the way an
application would: by meter. The same bodies give the same log, byte for byte.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import sys

FIRST_DAY = datetime.date(2026, 10, 5)  # two working weeks
WORKING_DAYS = [*range(5), *range(7, 12)]
STAGING_SHARE = 0.15

# project {team}-{product}-{feature} -> features of its calls
PROJECTS = {
    "support-inbox-sort": ["triage", "routing"],
    "support-chat-help": ["suggest-reply", "summarize-thread"],
    "support-call-notes": ["transcript-notes"],
    "growth-web-chat": ["chat"],
    "growth-mail-drafts": ["draft", "subject-line"],
    "growth-shop-images": ["product-image"],
    "search-docs-answer": ["answer", "rewrite-query"],
    "search-docs-embed": ["index"],
    "data-invoice-read": ["extract"],
    "data-report-write": ["weekly-report"],
    "infra-code-check": ["review", "fix-test"],
    "infra-model-trial": ["compare"],
    "mobile-voice-notes": ["transcribe", "title"],
}
# What each kind of call is used for, by provider and the beginning of the model's name.
USES = [
    ("openai", "gpt-4o-audio", ["mobile-voice-notes"]),
    ("openai", "text-embedding", ["search-docs-embed"]),
    ("openai", "gpt-5-mini", ["support-inbox-sort", "growth-mail-drafts"]),
    ("openai", "gpt-5.4", ["data-invoice-read", "support-chat-help"]),
    ("openai", "gpt-5-2025", ["data-report-write", "infra-code-check"]),
    ("openai", "o3-mini", ["infra-code-check"]),
    ("openai", "gpt-4", ["growth-web-chat", "growth-mail-drafts"]),
    ("openai", "", ["infra-model-trial"]),
    ("anthropic", "claude-sonnet-4-6", ["infra-code-check", "support-chat-help"]),
    ("anthropic", "claude", ["support-chat-help", "growth-web-chat", "data-report-write"]),
    ("anthropic", "", ["infra-model-trial"]),
    ("google", "gemini-2.5-flash-image", ["growth-shop-images"]),
    ("google", "gemini-3-flash", ["search-docs-answer", "data-invoice-read"]),
    ("google", "gemini-embedding", ["search-docs-embed"]),
    ("google", "", ["search-docs-answer", "mobile-voice-notes"]),
    ("aws", "", ["support-call-notes", "support-inbox-sort"]),
    ("groq", "", ["mobile-voice-notes", "support-inbox-sort"]),
    ("mistral", "", ["growth-mail-drafts"]),
    ("", "", ["infra-model-trial"]),
]
BEDROCK_MODELS = [
    "amazon.nova-lite-v1:0",
    "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "amazon.nova-pro-v1:0",
]


def model_to_state(provider: str, body: dict, number: int) -> str | None:
    """The model that the record must name because the body does not."""
    if provider == "aws":
        return BEDROCK_MODELS[number % len(BEDROCK_MODELS)]
    if provider == "google" and "modelVersion" not in body:
        return "gemini-embedding-001"
    return None


def project_of(provider: str, model: str, dice: random.Random) -> str:
    for used_provider, prefix, projects in USES:
        if used_provider in ("", provider) and model.startswith(prefix):
            return dice.choice(projects)
    raise ValueError(f"no use for {provider} {model}")


def time_of_call(dice: random.Random) -> str:
    day = FIRST_DAY + datetime.timedelta(days=dice.choice(WORKING_DAYS))
    second = dice.randrange(7 * 3600, 18 * 3600)
    at = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=second)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def make_record(number: int, line: dict, dice: random.Random) -> dict:
    provider, body = line["provider"], line["body"]
    stated = model_to_state(provider, body, number)
    model = stated or body.get("model") or body["modelVersion"]
    project = project_of(provider, model, dice)
    record = {
        "id": "req-" + hashlib.sha256(f"demo {number}".encode()).hexdigest()[:16],
        "at": time_of_call(dice),
        "provider": provider,
    }
    if line["api"] != "default":
        record["api"] = line["api"]
    if stated:
        record["model"] = stated
    record["response"] = body
    record["metadata"] = {
        "team_id": project.split("-")[0],
        "project_id": project,
        "feature": dice.choice(PROJECTS[project]),
        "environment": "staging" if dice.random() < STAGING_SHARE else "prod",
    }
    return record


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    dice = random.Random(20261005)
    with open(sys.argv[1], encoding="utf-8") as file:
        bodies = [json.loads(line) for line in file]
    records = [make_record(number, line, dice) for number, line in enumerate(bodies)]
    for record in sorted(records, key=lambda record: (record["at"], record["id"])):
        print(json.dumps(record, separators=(",", ":")))


if __name__ == "__main__":
    main()
