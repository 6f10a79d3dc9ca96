"""YAML as a plan may use it: no duplicate keys, no aliases, no tags, numbers exact, and the place of every part remembered."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import yaml

from shared.plan.problems import PlanProblem
from shared.plan.reading import Reading
from shared.plan.values import pointer_to, shown

TEXT_LENGTH_MAX = 2_000_000
NESTING_MAX = 60
DIGITS_MAX = 30
TAG = "tag:yaml.org,2002:"
UNKEEPABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
BOOLEANS = {"true": True, "false": False}


def read_yaml(text: str) -> tuple[object, Reading]:
    """The document as plain values, and a reading that knows where each part stands. Problems are noted, never raised."""
    marks: dict[str, tuple[int, int]] = {}
    reading = Reading(marks=marks)
    if len(text) > TEXT_LENGTH_MAX:
        vi, en = f"Tệp kế hoạch quá lớn: tối đa {TEXT_LENGTH_MAX} ký tự.", f"The plan is too large: at most {TEXT_LENGTH_MAX} characters."
        reading.note("", "plan-too-large", vi, en)
        return None, reading
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        reading.problems.append(syntax_problem(error))
        return None, reading
    except RecursionError:
        return None, too_deep(reading, "")
    if root is None or root.tag == f"{TAG}null":
        marks[""] = (1, 1)
        reading.note("", "plan-empty", "Tệp kế hoạch trống.", "The plan is empty.")
        return None, reading
    return Tree(reading=reading, marks=marks).value(root, "", 0), reading


def syntax_problem(error: yaml.YAMLError) -> PlanProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or "a character that YAML does not allow"
    return PlanProblem(
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        pointer="",
        code="yaml-malformed",
        sentence_vi=f"Không đọc được YAML tại đây ({what}). Kiểm tra thụt dòng, dấu hai chấm và dấu ngoặc.",
        sentence_en=f"This is not YAML ({what}). Check the indentation, colons and quotation marks around here.",
    )


def too_deep(reading: Reading, pointer: str) -> Reading:
    vi, en = f"Lồng nhau quá sâu: tối đa {NESTING_MAX} cấp.", f"Nested too deeply: at most {NESTING_MAX} levels."
    reading.note(pointer, "plan-too-deep", vi, en)
    return reading


class Tree:
    """One walk over the nodes of a document."""

    def __init__(self, *, reading: Reading, marks: dict[str, tuple[int, int]]) -> None:
        self.reading, self.marks = reading, marks
        self.seen: set[int] = set()

    def value(self, node: yaml.Node, pointer: str, depth: int) -> object:
        """The plain value of a node: object, list, text, whole number, exact decimal, true, false or null."""
        self.marks.setdefault(pointer, (node.start_mark.line + 1, node.start_mark.column + 1))
        if depth > NESTING_MAX:
            too_deep(self.reading, pointer)
            return None
        if id(node) in self.seen:
            vi, en = "Kế hoạch không dùng tham chiếu YAML (*). Hãy viết đầy đủ.", "A plan has no YAML aliases (*). Write it out."
            self.reading.note(pointer, "yaml-alias", vi, en)
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, pointer, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(node.value)]
        return self.scalar(node, pointer) if isinstance(node, yaml.ScalarNode) else None

    def mapping(self, node: yaml.MappingNode, pointer: str, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self.text(key_node, pointer) if isinstance(key_node, yaml.ScalarNode) else ""
            place = pointer_to(pointer, key)
            if key in values:
                self.note_duplicate(key_node, place, key)
                continue
            self.marks[place] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            values[key] = self.value(value_node, place, depth + 1)
        return values

    def note_duplicate(self, key_node: yaml.Node, pointer: str, key: str) -> None:
        line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
        vi, en = f"Khóa “{shown(key)}” xuất hiện hai lần; chỉ giữ một.", f"The key “{shown(key)}” stands here twice; keep one."
        self.reading.problems.append(
            PlanProblem(line=line, column=column, pointer=pointer, code="key-duplicate", sentence_vi=vi, sentence_en=en)
        )

    def text(self, node: yaml.ScalarNode, pointer: str) -> str:
        """The text of a node. YAML can write what nothing can keep: half a surrogate pair, the null character, other controls."""
        text = UNKEEPABLE.sub("\ufffd", node.value)
        if text != node.value:
            vi, en = "Chữ ở đây có ký tự không lưu được.", "The text here holds a character that can not be kept."
            self.reading.note(pointer, "text-invalid", vi, en)
        return text

    def scalar(self, node: yaml.ScalarNode, pointer: str) -> object:
        text = self.text(node, pointer)
        kind = node.tag.removeprefix(TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return BOOLEANS.get(text.lower(), text)  # YAML's yes, no, on and off stay words
        if kind in {"int", "float"}:
            return number_of(text)
        if kind not in {"str", "timestamp"}:
            vi, en = "Kế hoạch không dùng thẻ YAML (!) hay khóa <<.", "A plan has no YAML tags (!) and no key <<."
            self.reading.note(pointer, "yaml-tag", vi, en)
        return text


def number_of(text: str) -> object:
    """A number in plain decimal notation; any other notation that YAML knows (hexadecimal, sexagesimal, .nan) stays text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    digits = text.lstrip("+-")
    if digits.startswith("0") and digits.isdigit() and digits != "0":
        return text  # 0123 is a code: as a number it would lose its zero
    return int(text) if digits.isdigit() and len(digits) < DIGITS_MAX else number
