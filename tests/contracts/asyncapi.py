"""The events as an AsyncAPI 3 document, made from `shared/events` and the golden examples: nothing in it is written twice."""

from typing import Any

from pydantic.json_schema import models_json_schema

from shared.events import CATALOGUE, INTAKE, Fact
from shared.events.topics import FOR_EVER, Topic, type_of
from shared.http.application import VERSION
from tests.contracts.documents import Golden, golden

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
HEADERS: dict[str, tuple[str, str, bool]] = {
    "ce_specversion": ("Version of CloudEvents; always 1.0.", "1.0", True),
    "ce_id": ("With `ce_source` the identity of the event, for ever. The same pair again is the same event.", "", True),
    "ce_source": ("Who says it.", "", True),
    "ce_type": ("What kind of event it is.", "", True),
    "ce_time": ("When it happened, RFC 3339. On intake only a claim.", "", False),
    "ce_subject": ("What it is about.", "", False),
    "ce_dataschema": ("Where the JSON Schema of the data is served.", "", False),
    "ce_test": ("`true` for events of a movement that is a rehearsal.", "true", False),
    "traceparent": ("W3C trace that the event belongs to.", "", False),
    "content-type": ("Always application/json.", "application/json", True),
}
DESCRIPTION = """\
Events of thidua, which runs emulation movements (phong trào thi đua). CloudEvents 1.0 in binary mode over Kafka: attributes in `ce_*`
headers, the fact as JSON in the value. Order holds per topic and key; across topics, `revision` orders. A record may come more than once:
`ce_source` and `ce_id` tell. No personal data and no documents are in events, only references.
"""


def asyncapi() -> Document:
    """Write the document; actions are seen from thidua: it sends all topics but intake, which it receives."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "thidua events",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": server()},
        "channels": {channel_name(topic): channel(topic) for topic in CATALOGUE},
        "operations": {operation_name(topic): operation(topic) for topic in CATALOGUE},
        "components": {
            "messages": {name: message(topic, name, fact) for topic in CATALOGUE for name, fact in topic.facts.items()},
            "schemas": schemas(),
            "securitySchemes": {
                "sasl": {"type": "scramSha512", "description": "A user for each service and each source; each may do what its topics need."}
            },
        },
    }


def server() -> Document:
    """Where `make up` has its broker; a real one asks for a user."""
    return {
        "host": "127.0.0.1:29092",
        "protocol": "kafka",
        "description": "The broker of `make up`. In production: TLS, and SASL with a user for each source.",
        "security": [{"$ref": "#/components/securitySchemes/sasl"}],
    }


def channel_name(topic: Topic) -> str:
    """Name a channel: `intake.<source>` is the channel intake."""
    return topic.name.partition(".")[0]


def channel(topic: Topic) -> Document:
    """Describe a topic with its settings in Kafka's words."""
    settings: Document = {"cleanup.policy": ["delete"], "retention.ms": int(topic.retention_ms)}
    found: Document = {
        "address": topic.name.replace("<source>", "{source}"),
        "description": f"Key of a record: {topic.key}. Kept {'for ever' if topic.retention_ms == FOR_EVER else '30 days'}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.facts},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": "0.5.0"}},
    }
    if "{source}" in found["address"]:
        found["parameters"] = {"source": {"description": "Name of the integrator's source, as the operator registered it."}}
    return found


def operation_name(topic: Topic) -> str:
    """Say what thidua does with a topic."""
    return f"{action(topic)}-{channel_name(topic)}"


def action(topic: Topic) -> str:
    """Intake is received, all else is sent."""
    return "receive" if topic is INTAKE else "send"


def operation(topic: Topic) -> Document:
    """Describe what thidua does with a topic."""
    here = f"#/channels/{channel_name(topic)}"
    return {
        "action": action(topic),
        "channel": {"$ref": here},
        "summary": f"Said by {topic.producer}.",
        "messages": [{"$ref": f"{here}/messages/{name}"} for name in topic.facts],
    }


def message(topic: Topic, name: str, fact: type[Fact]) -> Document:
    """Describe one event with its headers, its key and its example."""
    example = golden(name)
    return {
        "name": type_of(name),
        "title": name,
        "summary": (fact.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": headers(example),
        "payload": {"$ref": f"#/components/schemas/{fact.__name__}"},
        "bindings": {"kafka": {"key": {**TEXT, "description": topic.key, "examples": [example.key]}, "bindingVersion": "0.5.0"}},
        "examples": [{"name": name, "headers": example.headers, "payload": example.data}],
    }


def headers(example: Golden) -> Document:
    """Describe the headers that the example carries."""
    described = {name: told for name, told in HEADERS.items() if name in example.headers}
    properties = {
        name: {**TEXT, "description": meaning, **({"const": fixed} if fixed else {})} for name, (meaning, fixed, _) in described.items()
    }
    properties["ce_type"] = {**TEXT, "description": HEADERS["ce_type"][0], "const": example.headers["ce_type"]}
    return {"type": "object", "properties": properties, "required": [name for name, (_, _, needed) in described.items() if needed]}


def schemas() -> Document:
    """Write the schema of every fact and of what is inside it, each once: intake as it may be sent, all else as it is said."""
    modes = {fact: "validation" if topic is INTAKE else "serialization" for topic in CATALOGUE for fact in topic.facts.values()}
    _, found = models_json_schema(list(modes.items()), ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return dict(sorted(found["$defs"].items()))
