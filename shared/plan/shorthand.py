"""What a plan may leave out, written out before it is read: rules shared by every criterion, and the one cluster of all."""

from __future__ import annotations

SHARED_RULES_KEY = "every_criterion"
ALL_CLUSTER = {"code": "all", "name_vi": "Tất cả đơn vị", "name_en": "All units"}


def written_out(data: object) -> object:
    """The same document without shorthand; anything that is not shaped as expected is left for the reader to refuse."""
    if not isinstance(data, dict):
        return data
    document = dict(data)
    shared = document.pop(SHARED_RULES_KEY, None)
    if shared is not None:
        document["criteria"] = with_shared_rules(document.get("criteria"), shared)
    if "clusters" not in document and document.get("agencies"):
        document["clusters"] = cluster_of_all(document.get("agencies"))
    return document


def with_shared_rules(node: object, shared: object) -> object:
    """Give each criterion, at any depth, the shared rules that it does not state itself."""
    if isinstance(node, list):
        return [with_shared_rules(one, shared) for one in node]
    if not isinstance(node, dict):
        return node
    if "members" in node:
        return {**node, "members": with_shared_rules(node["members"], shared)}
    return {**shared, **node} if isinstance(shared, dict) else {**node, SHARED_RULES_KEY: shared}


def cluster_of_all(agencies: object) -> list[object]:
    """Without clusters, all agencies of the plan are ranked together."""
    entries = agencies if isinstance(agencies, list) else []
    codes = [str(one["code"]) for one in entries if isinstance(one, dict) and "code" in one]
    return [{**ALL_CLUSTER, "members": list(dict.fromkeys(codes))}]
