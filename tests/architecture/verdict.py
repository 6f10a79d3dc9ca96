"""What a guard says: every place that breaks the rule, one sentence each; an exception without a cause is a fault too."""

from collections.abc import Callable, Mapping

from tests.architecture.sources import Module, modules

Found = Mapping[str, str]


def judge(found: Found, allowed: Mapping[str, str]) -> list[str]:
    """What is wrong: what is found and not allowed, and what is allowed and not found."""
    wrong = [sentence for name, sentence in found.items() if name not in allowed]
    return wrong + [f"the exception {name} is no longer needed" for name in allowed if name not in found]


def all_of(guard: Callable[[Module], Found], *folders: str) -> dict[str, str]:
    """Ask a guard about every module of ours, or of the folders."""
    return {name: sentence for of in modules(*folders) for name, sentence in guard(of).items()}


def holds(found: Found, allowed: Mapping[str, str] | None = None) -> None:
    """Fail with every sentence, not only the first."""
    wrong = judge(found, allowed or {})
    assert not wrong, "\n" + "\n".join(wrong)
