"""The same code in another form: what changes neither the meaning of a file nor what is to be said about it."""

import re
from collections.abc import Callable

Form = Callable[[str], str]
_CALL = re.compile(r"^(\t+)(?=[a-z]\w*\()", re.MULTILINE)


def remarked(text: str) -> str:
    """A comment that names a helper, and a blank line, before each call."""
    return _CALL.sub(r"\1/* a remark: set_page_mte_tagged() */\n\n\1", text)


def remarked_behind(text: str) -> str:
    """A comment of either kind behind each statement, and one between its words."""
    text = re.sub(r"^(\t.*;)$", r"\1 // page_mte_tagged(page), as above", text, flags=re.MULTILINE)
    return re.sub(r"(?<=\w)\((?=\w)", "(/* clear_bit(PG_mte_tagged, &page->flags); */", text)


def widened(text: str) -> str:
    """Blanks for tabs, and more of them within the lines."""
    wide = text.replace("\t", "        ").replace(", ", " ,  ")
    return re.sub(r"(?<=[a-z_])\((?=[a-z])(?!\))", "( ", wide)


def narrowed(text: str) -> str:
    """No indentation at all, and no blank line inside a function."""
    return re.sub(r"\n\n(?=[ \t])", "\n", re.sub(r"^[ \t]+(?=\S)", " ", text, flags=re.MULTILINE))


def broken(text: str) -> str:
    """A line end behind each comma and before each operator of a function; a // comment stays on its line."""

    def break_line(line: re.Match[str]) -> str:
        code, mark, remark = line[0].partition("//")
        return re.sub(r", | (?=&& |\|\| )", lambda at: at[0] + "\n\t\t\t", code) + mark + remark

    return re.sub(r"^\t.*$", break_line, text, flags=re.MULTILINE)


def braced_below(text: str) -> str:
    """Braces on lines of their own."""
    text = re.sub(r"^(\t*)(.*\S) \{$", r"\1\2\n\1{", text, flags=re.MULTILINE)
    return re.sub(r"^(\t*)\} (?=else|while)", r"\1}\n\1", text, flags=re.MULTILINE)


def renamed(text: str) -> str:
    """Other names for variables, parameters and labels."""
    text = re.sub(r"(?<![\w>.])(?<!struct )(page|to|from|dst|src|folio)\b(?!\w*\()", r"q_\1", text)
    return re.sub(r"(?<![\w>.])(kto|kfrom|pages|tags|i|nr|ret|out)\b", r"other_\1", text)


def with_carriage_returns(text: str) -> str:
    """Line ends of another system."""
    return text.replace("\n", "\r\n")


def beside_others(text: str) -> str:
    """Functions that have nothing to do with it before and behind."""
    before, behind = (f"\nint {name}(int a)\n{{\n\treturn a + 1;\n}}\n" for name in ("one_before", "one_behind"))
    first, _, rest = text.partition("\n")  # which names the era
    return f"{first}\n{before}{rest}{behind}"


FORMS: dict[str, Form] = {
    form.__name__: form
    for form in (remarked, remarked_behind, widened, narrowed, broken, braced_below, renamed, beside_others)
}
