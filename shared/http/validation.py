"""What pydantic finds wrong is told in the catalogue's codes, each fault with its place in the body."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from shared.http.codes import Fault, fault, pointer_to

FAULTS_MAX = 100
Detail = Mapping[str, Any]

# How each family of pydantic's error types is said: the expected thing in both languages.
EXPECTED = MappingProxyType(
    {
        "string": ("văn bản", "text"),
        "int": ("số nguyên", "a whole number"),
        "decimal": ("số", "a number"),
        "float": ("số", "a number"),
        "bool": ("true hoặc false", "true or false"),
        "list": ("danh sách", "a list"),
        "tuple": ("danh sách", "a list"),
        "set": ("danh sách", "a list"),
        "dict": ("đối tượng", "an object"),
        "model": ("đối tượng", "an object"),
        "datetime": ("thời điểm theo RFC 3339", "an instant as RFC 3339"),
        "timezone": ("thời điểm có múi giờ theo RFC 3339", "an instant with its offset, as RFC 3339"),
        "date": ("ngày dạng YYYY-MM-DD", "a day as YYYY-MM-DD"),
        "uuid": ("UUID", "a UUID"),
        "none": ("null", "null"),
    }
)
BOUNDS = MappingProxyType(
    {"greater_than": (">", "gt"), "greater_than_equal": ("≥", "ge"), "less_than": ("<", "lt"), "less_than_equal": ("≤", "le")}
)


def faults_of(error: ValidationError, body: object, prefix: Sequence[str | int] = ()) -> list[Fault]:
    """Tell what a model refused in a body that was read; `prefix` is where in the whole the body stands."""
    details = error.errors(include_url=False, include_input=False)
    return _distinct(_fault_of(detail, _path_in(body, detail, detail["loc"]), tuple(prefix)) for detail in details[:FAULTS_MAX])


def faults_of_request(error: RequestValidationError) -> list[Fault]:
    """Tell what FastAPI refused in a request: body, path, query or headers."""
    return _distinct(_fault_of_request(detail, error.body) for detail in error.errors()[:FAULTS_MAX])


def _fault_of_request(detail: Detail, body: object) -> Fault:
    place, *inside = detail["loc"]
    if place != "body":
        return _state(detail, "", _outside_body(place, inside))
    if not inside:
        return fault("body-missing") if detail["type"] == "missing" else _fault_of(detail, (), ())
    return _fault_of(detail, _path_in(body, detail, inside), ())


def _outside_body(place: str, inside: Sequence[str | int]) -> str:
    """Name a field that is not in the body: `?limit`, `{movement}`, or the header's name."""
    name = str(inside[0]) if inside else place
    return {"query": f"?{name}", "path": f"{{{name}}}"}.get(place, name)


def _path_in(body: object, detail: Detail, loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """Keep of pydantic's place what is a place in the body: branches of unions and names of models are none."""
    path: list[str | int] = []
    here: Any = body
    for part in loc:
        try:
            here = here[part]
        except (LookupError, TypeError):
            break
        path.append(part)
    if detail["type"] == "missing" and len(path) < len(loc):
        path.append(loc[-1])
    return tuple(path)


def _fault_of(detail: Detail, path: Sequence[str | int], prefix: tuple[str | int, ...]) -> Fault:
    whole = (*prefix, *path)
    return _state(detail, pointer_to(*whole), str(whole[-1]) if whole else "body")


def _state(detail: Detail, pointer: str, field: str) -> Fault:
    """Choose the catalogue's code for pydantic's type of error."""
    kind, context = str(detail["type"]), detail.get("ctx") or {}
    if kind in BOUNDS:
        sign, key = BOUNDS[kind]
        return fault("field-out-of-range", pointer, field=field, allowed=f"{sign} {context.get(key)}")
    if kind.startswith(("string_too", "too_")):
        return _wrong_length(kind, context, pointer, field)
    named = _named(kind, context)
    if named is not None:
        code, facts = named
        return fault(code, pointer, field=field, **facts)
    family = kind.split("_", maxsplit=1)[0]
    if family in EXPECTED:
        vietnamese, english = EXPECTED[family]
        return fault("field-wrong-type", pointer, field=field, expected_vi=vietnamese, expected_en=english)
    return fault("field-invalid", pointer, field=field, reason=kind)


def _named(kind: str, context: Mapping[str, Any]) -> tuple[str, dict[str, object]] | None:
    match kind:
        case "missing":
            return "field-missing", {}
        case "extra_forbidden":
            return "field-unknown", {}
        case "enum" | "literal_error":
            return "choice-unknown", {"allowed": context.get("expected")}
        case "string_pattern_mismatch":
            return "field-invalid", {"reason": context.get("pattern")}
        case "finite_number":
            return "value-not-finite", {}
        case "decimal_max_places":
            return "value-too-precise", {"limit": context.get("decimal_places")}
        case "decimal_max_digits" | "decimal_whole_digits":
            return "value-too-large", {"limit": context.get("max_digits", context.get("whole_digits"))}
        case _:
            return None


def _wrong_length(kind: str, context: Mapping[str, Any], pointer: str, field: str) -> Fault:
    """Text or a list that is too long or too short; at least one is asked for by saying that it is empty."""
    match kind:
        case "string_too_long":
            return fault("text-too-long", pointer, field=field, limit=context.get("max_length"))
        case "too_long":
            return fault("list-too-long", pointer, field=field, limit=context.get("max_length"))
        case _ if context.get("min_length") == 1:
            return fault("text-empty" if kind == "string_too_short" else "list-empty", pointer, field=field)
        case _:
            return fault("field-out-of-range", pointer, field=field, allowed=f"≥ {context.get('min_length')}")


def _distinct(faults: Iterable[Fault]) -> list[Fault]:
    """Each code once for each place: the branches of a union say the same several times."""
    return list({(each.code, each.pointer, each.detail_en): each for each in faults}.values())
