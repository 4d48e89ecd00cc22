"""The small C tree: what is spelled, where it stands, what becomes of damage."""

import pytest
import tree_sitter
import tree_sitter_c

from mtelint.errors import InputError
from mtelint.syntax import c_tree as c
from mtelint.syntax.lower.functions import lower_function
from mtelint.syntax.mask.notes import Masked, Note, NoteKind
from mtelint.syntax.unit import parse_file

_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def function(text: str) -> c.Function:
    """The only function of a file."""
    unit = parse_file("f.c", text.encode())
    assert unit.skipped == ()
    (ref,) = unit.functions
    return unit.lower(ref)


def body(*lines: str) -> tuple[c.Stmt, ...]:
    inside = "".join(f"\t{line}\n" for line in lines)
    return function("int f(struct page *p, int x)\n{\n" + inside + "}\n").body.body


def raw(text: str, *notes: Note, masked: str | None = None, name: str = "f", tail: bool = True) -> c.Function:
    """Lower without the layers in between: the text is masked by hand."""
    shown = (masked or text).encode()
    assert len(shown) == len(text.encode())
    root = _PARSER.parse(shown).root_node
    node = next(child for child in root.children if child.type in ("function_definition", "ERROR"))
    return lower_function(Masked(shown, text.encode(), notes), node, name=name, tail=tail)


def test_parameters_and_return_type_are_spelled_with_their_stars() -> None:
    lowered = function(
        "static inline struct page **f(const char *name, unsigned long a[4], void (*cb)(int), ...)\n{\n}\n"
    )
    assert lowered.return_type == "struct page **"
    assert lowered.storage == ("static", "inline")
    assert lowered.params == (
        c.Parameter("name", "const char *"),
        c.Parameter("a", "unsigned long [4]"),
        c.Parameter("cb", "void (*)(int)"),
        c.Parameter("", "..."),
    )


def test_void_means_no_parameters() -> None:
    assert function("void f(void)\n{\n}\n").params == ()


def test_an_old_style_head_takes_its_types_from_the_declarations_below() -> None:
    lowered = raw("int f(p, x)\n\tstruct page *p;\n\tint x;\n{\n\treturn x;\n}\n")
    assert lowered.params == (c.Parameter("p", "struct page *"), c.Parameter("x", "int"))


def test_attributes_and_comments_are_not_part_of_a_type() -> None:
    lowered = function("static struct page * /* why */ __init f(void __user *u, int x __maybe_unused)\n{\n}\n")
    assert lowered.return_type == "struct page *"
    assert [param.name for param in lowered.params] == ["u", "x"]
    assert lowered.params[0].type == "void __user *"


def test_spans_are_offsets_into_the_original_text() -> None:
    text = "int f(int x)\n{\n\tfor_each_thing(x, y)\n\t\tg(x);\n\treturn x;\n}\n"
    lowered = function(text)
    loop, leave = lowered.body.body
    assert isinstance(loop, c.MacroLoop)
    assert text[loop.span.start : loop.span.end] == "for_each_thing(x, y)\n\t\tg(x);"
    assert text[leave.span.start : leave.span.end] == "return x;"
    assert text[lowered.name_span.start : lowered.name_span.end] == "f"


def test_each_declarator_is_a_declaration_of_its_own() -> None:
    one, two, three = body("struct page *q = g(), **r, s[4];")
    assert isinstance(one, c.Declare)
    assert (one.name, one.type) == ("q", "struct page *")
    assert isinstance(one.init, c.Call)
    assert isinstance(two, c.Declare)
    assert (two.name, two.type, two.init) == ("r", "struct page **", None)
    assert isinstance(three, c.Declare)
    assert (three.name, three.type) == ("s", "struct page [4]")


def test_a_typeof_is_a_type_and_nothing_is_called() -> None:
    (one,) = body("typeof(*p) q;")
    assert isinstance(one, c.Declare)
    assert (one.name, one.type) == ("q", "typeof(*p)")


def test_free_is_the_clean_up_of_its_variable() -> None:
    (one, two) = body("struct foo *q __free(kfree) = g(), *r;")
    assert isinstance(one, c.Declare)
    assert (one.name, one.type, one.cleanup) == ("q", "struct foo *", "kfree")
    assert isinstance(two, c.Declare)
    assert two.cleanup is None


def test_guards_name_their_class() -> None:
    one, two, three = body("guard(mutex)(&m);", "CLASS(fd, f)(x);", "guard(rcu)();")
    assert isinstance(one, c.Guard)
    assert (one.name, len(one.args), one.variable) == ("mutex", 1, None)
    assert isinstance(two, c.Guard)
    assert (two.name, len(two.args), two.variable) == ("fd", 1, "f")
    assert isinstance(three, c.Guard)
    assert (three.name, three.args) == ("rcu", ())


def test_a_cast_of_a_parenthesised_name_is_no_call_unless_the_name_is_a_variable() -> None:
    one, two, three = body("(u32)(x);", "(x)(1);", "(void (*)(int))(1);")
    assert isinstance(one, c.ExprStmt)
    assert isinstance(one.expr, c.Cast)
    assert one.expr.type == "u32"
    assert isinstance(two, c.ExprStmt)
    assert isinstance(two.expr, c.Call)
    assert isinstance(three, c.ExprStmt)
    assert isinstance(three.expr, c.Cast)


def test_a_product_of_a_variable_is_no_declaration() -> None:
    (one,) = body("x * y;")
    assert isinstance(one, c.ExprStmt)
    assert isinstance(one.expr, c.Binary)
    assert one.expr.op == "*"


def test_elvis_has_no_middle() -> None:
    (one,) = body("return x ?: g();")
    assert isinstance(one, c.Return)
    assert isinstance(one.value, c.Conditional)
    assert one.value.then is None


def test_asm_tells_its_labels_operands_and_whether_it_clobbers_memory() -> None:
    one, two = body('asm volatile("x" : "=r" (x) : "r" (p) : "memory");', 'asm("y" : "=r" (x));')
    assert isinstance(one, c.ExprStmt)
    assert isinstance(one.expr, c.Asm)
    assert one.expr.memory
    assert len(one.expr.operands) == 2
    assert '"x"' in one.expr.text
    assert isinstance(two, c.ExprStmt)
    assert isinstance(two.expr, c.Asm)
    assert not two.expr.memory


def test_the_arms_of_a_group_exclude_each_other() -> None:
    text = "void f(void)\n{\n#if IS_ENABLED(CONFIG_A)\n\ta();\n#elif defined(CONFIG_B)\n\tb();\n#endif\n}\n"
    (group,) = function(text).body.body
    assert isinstance(group, c.Variants)
    assert [arm.condition for arm in group.arms] == ["CONFIG_A", "!CONFIG_A && CONFIG_B", "!CONFIG_A && !CONFIG_B"]
    assert [len(arm.body) for arm in group.arms] == [1, 1, 0]


def test_a_computed_goto_has_a_target() -> None:
    one, two = raw("void f(void)\n{\n\tgoto *p;\n\tgoto  q;\n}\n").body.body
    assert isinstance(one, c.Goto)
    assert one.label is None
    assert isinstance(one.target, c.Unary)
    assert isinstance(two, c.Goto)
    assert (two.label, two.target) == ("q", None)


def test_an_address_of_a_label_is_no_double_address() -> None:
    (one,) = raw("void f(void)\n{\n\tp = &&out;\n}\n").body.body
    assert isinstance(one, c.ExprStmt)
    assert isinstance(one.expr, c.Assign)
    assert isinstance(one.expr.value, c.Unary)
    assert one.expr.value.op == "&&"


def test_damage_keeps_the_calls_that_can_be_read() -> None:
    lowered = raw("void f(void)\n{\n\ta(b(), @ c());\n\td();\n}\n")
    assert calls(lowered) == {"a", "b", "c", "d"}


def test_what_a_repair_wrote_is_not_evaluated_and_a_block_it_closed_leaves() -> None:
    text = "void f(void) {if (1) {\n\ta();\n}\n\tb(); }"
    prefix, closing = text.index("if"), text.rindex("}")
    notes = (
        Note(prefix, prefix + len("if (1) {"), NoteKind.BRACE, b""),
        Note(closing, closing + 1, NoteKind.BRACE, b""),
    )
    branch, call, leaves = raw(text, *notes, tail=False).body.body
    assert isinstance(branch, c.If)
    assert isinstance(branch.condition, c.Opaque)
    assert isinstance(call, c.ExprStmt)
    assert isinstance(leaves, c.Goto)
    assert (leaves.label, leaves.target) == (None, None)


def test_deep_else_if_chains_and_long_sums_do_not_fail() -> None:
    chain = " else ".join(f"if (x == {number}) g({number});" for number in range(120))
    total = " + ".join("x" for _ in range(150))
    assert len(calls(raw(f"int f(int x)\n{{\n{chain}\nreturn {total};\n}}\n"))) == 1


def test_a_function_nested_too_deeply_is_an_input_error() -> None:
    with pytest.raises(InputError, match="function f: nested too deeply"):
        raw("void f(void)\n{\n" + "if (x) {\n" * 2000 + "}\n" * 2000 + "}\n")


def test_a_call_that_the_parser_takes_for_a_type_is_a_call() -> None:
    inner = "grow(ROUND(COUNT * sizeof(struct page),\n\t\tSIZE));"
    lowered = raw("void f(void)\n{\n\tif (x) {\n\t\ty();\n\t}\n\t" + inner + "\n\tz();\n}\n")
    assert calls(lowered) == {"y", "grow", "ROUND", "z"}


def calls(lowered: c.Function) -> set[str]:
    return {part.name or "" for part in c.walk(lowered.body) if isinstance(part, c.Call)}
