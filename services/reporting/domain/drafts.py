"""A draft is a report as far as it could be read: what is readable is read, and everything that is not is named at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.reporting.domain.problems import Problem, pointer_to, problem, problem_of_value
from shared.plan.values import NOT_APPLICABLE, Given, IndicatorValue, parse_values

CODE_LENGTH_MAX = 200
VERSION_MAX = 1_000_000
VALUES_MAX = 5_000
UNKNOWN_FIELDS_NAMED_MAX = 10
FIELDS = ("movement", "period", "agency", "version", "values", "self_scores", "reference")

Values = tuple[tuple[str, IndicatorValue], ...]
SelfScores = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a sender claims; a part that could not be read is none, and stands among the problems."""

    movement: str | None = None
    period: str | None = None
    agency: str | None = None
    version: int | None = None
    values: Values = ()
    self_scores: SelfScores = ()
    reference: str | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def read_draft(data: object) -> Draft:
    """Read decoded JSON (numbers exact, text NFC) into a draft."""
    if not isinstance(data, dict):
        return Draft(problems=(wrong_type("", "data", "một đối tượng JSON", "a JSON object"),))
    problems: list[Problem] = []
    return Draft(
        movement=code_in(data, "movement", problems),
        period=code_in(data, "period", problems),
        agency=code_in(data, "agency", problems),
        version=version_in(data, problems),
        values=values_in(data, problems),
        self_scores=self_scores_in(data, problems),
        reference=reference_in(data, problems),
        problems=tuple(problems),
        notes=tuple(fields_ignored(data)),
    )


def code_in(data: Mapping[str, object], field: str, problems: list[Problem]) -> str | None:
    """A code is text of 1 to 200 characters."""
    if field not in data:
        problems.append(problem("field-missing", f"/{field}", field=field))
        return None
    faults = list(text_faults(data[field], f"/{field}", field))
    problems.extend(faults)
    return None if faults else str(data[field])


def text_faults(value: object, pointer: str, field: str) -> Iterator[Problem]:
    """Text is not empty, not longer than a code may be, and can be printed on one line."""
    if not isinstance(value, str):
        yield wrong_type(pointer, field, "văn bản", "text")
    elif not value.strip():
        yield problem("text-empty", pointer, field=field)
    elif len(value) > CODE_LENGTH_MAX:
        yield problem("text-too-long", pointer, field=field, limit=CODE_LENGTH_MAX)
    elif not value.isprintable():
        yield problem("text-invalid", pointer)


def version_in(data: Mapping[str, object], problems: list[Problem]) -> int | None:
    """A version is a whole number from 1 to 1,000,000."""
    version = data.get("version")
    if "version" not in data:
        problems.append(problem("field-missing", "/version", field="version"))
    elif not isinstance(version, int) or isinstance(version, bool):
        problems.append(wrong_type("/version", "version", "số nguyên", "a whole number"))
    elif not 1 <= version <= VERSION_MAX:
        problems.append(problem("field-out-of-range", "/version", field="version", allowed=f"1..{VERSION_MAX}"))
    else:
        return version
    return None


def values_in(data: Mapping[str, object], problems: list[Problem]) -> Values:
    """A number, null (missing) or "n/a" (not applicable) for each criterion."""
    if "values" not in data:
        problems.append(problem("field-missing", "/values", field="values"))
        return ()
    values, faults = parse_values(object_in(data, "values", problems))
    problems.extend(map(problem_of_value, faults))
    return tuple(values.items())


def self_scores_in(data: Mapping[str, object], problems: list[Problem]) -> SelfScores:
    """The points that the agency gives itself: numbers, and null for none."""
    scores, faults = parse_values(object_in(data, "self_scores", problems), "/self_scores")
    problems.extend(map(problem_of_value, faults))
    problems.extend(problem("value-not-a-number", pointer_to("/self_scores", code)) for code in scores if scores[code] is NOT_APPLICABLE)
    return tuple((code, score.number) for code, score in scores.items() if isinstance(score, Given))


def object_in(data: Mapping[str, object], field: str, problems: list[Problem]) -> Mapping[str, object]:
    """An object of bounded size; left out or null is empty."""
    found = data.get(field)
    if found is None and field != "values":
        return {}
    if not isinstance(found, dict):
        problems.append(wrong_type(f"/{field}", field, "một đối tượng JSON", "a JSON object"))
        return {}
    if len(found) > VALUES_MAX:
        problems.append(problem("list-too-long", f"/{field}", field=field, limit=VALUES_MAX))
        return {}
    return found


def reference_in(data: Mapping[str, object], problems: list[Problem]) -> str | None:
    """An opaque reference to the document in the sender's system, where there is one."""
    reference = data.get("reference")
    if reference is None:
        return None
    faults = list(text_faults(reference, "/reference", "reference"))
    problems.extend(faults)
    return None if faults else str(reference)


def fields_ignored(data: Mapping[str, object]) -> Iterator[Problem]:
    """A field that the contract does not know is ignored, but not in silence: it may be a slip of the pen."""
    unknown = [field for field in data if field not in FIELDS]
    for field in unknown[:UNKNOWN_FIELDS_NAMED_MAX]:
        yield problem("field-ignored", pointer_to("", field), field=field)


def wrong_type(pointer: str, field: str, expected_vi: str, expected_en: str) -> Problem:
    """The value is of another JSON type than the contract says."""
    return problem("field-wrong-type", pointer, field=field, expected_vi=expected_vi, expected_en=expected_en)
