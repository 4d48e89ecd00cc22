"""C text as the operators see it: functions, calls in roles of the protocol, and edits.

The names and argument positions below are facts of the kernel's API.  Which page a call is about is told by spelling
alone (:meth:`Function.key`), so that the operators do not lean on the analysis that they put to the test.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.parse.parser import read_functions

Node = tree_sitter.Node

SET = {"set_page_mte_tagged": 0, "folio_set_hugetlb_mte_tagged": 0}
TEST = {"page_mte_tagged": 0, "folio_test_hugetlb_mte_tagged": 0}
CLAIM = {"try_page_mte_tagging": 0, "folio_try_hugetlb_mte_tagging": 0}
WRITE = {"mte_clear_page_tags": 0, "mte_zero_clear_page_tags": 0, "mte_copy_page_tags": 0, "mte_restore_page_tags": 0}
USER = {"mte_copy_tags_from_user": 0}
READ = {"mte_save_page_tags": 0, "mte_copy_tags_to_user": 1, "mte_copy_page_tags": 1}
PUT = {"put_page": 0, "folio_put": 0}
PUBLISH = {"set_pte": 1}
ROLES = {"set": SET, "test": TEST, "claim": CLAIM, "write": WRITE, "user": USER, "read": READ, "put": PUT}
RAW = {"set_bit": "set", "test_bit": "test"}
FLAG = ("PG_mte_tagged", "PG_arch_2")
ADDRESS_OF = ("page_address", "folio_page", "kmap_local_page", "lm_alias", "page_to_virt")
HUGE = ("folio_set_hugetlb_mte_tagged", "folio_test_hugetlb_mte_tagged", "folio_try_hugetlb_mte_tagging")
LOCKS = ("spin_lock", "mutex_lock")
BLOCKS = ("compound_statement", "case_statement", "labeled_statement", "preproc_ifdef", "preproc_if", "preproc_else")
LOOPS = ("for_statement", "while_statement", "do_statement")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes ``[start, end)``."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that plays a role in the protocol; ``key`` spells its page."""

    role: str
    name: str
    node: Node
    args: tuple[Node, ...]
    subject: Node
    key: str
    raw: bool

    @property
    def start(self) -> int:
        return self.node.start_byte

    @property
    def huge(self) -> bool:
        return self.name in HUGE


def apply(text: bytes, edits: Iterable[Edit]) -> bytes:
    """The text with the edits done; they must not overlap."""
    result = text
    ordered = sorted(edits, key=lambda e: (e.start, e.end))
    for before, behind in itertools.pairwise(ordered):
        if before.end > behind.start:
            raise ValueError(f"edits overlap at {behind.start}")
    for edit in reversed(ordered):
        result = result[: edit.start] + edit.new.encode() + result[edit.end :]
    return result


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in source order."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        stack.extend(reversed(each.children))


def functions(text: bytes) -> list["Function"]:
    """The functions of a C text that can be read soundly."""
    _, readings = read_functions(mask(text))
    return [Function(text, r.name, r.node) for r in readings if r.node is not None and not r.trouble and r.name]


def slices(text: bytes) -> Iterator["Function"]:
    """Each function in a text of its own: what it calls, what calls it, and all that is no function stay."""
    everything = functions(text)
    words = [frozenset(re.findall(r"[A-Za-z_]\w*", f.text(f.node))) for f in everything]
    for function in everything:
        kept = _closure({function.name}, everything, words)
        gone = [Edit(f.node.start_byte, f.node.end_byte, "") for f in everything if f.name not in kept]
        shift = sum(e.end - e.start for e in gone if e.end <= function.node.start_byte)
        start = function.node.start_byte - shift
        yield next(f for f in functions(apply(text, gone)) if f.node.start_byte == start)


def _closure(names: set[str], everything: list["Function"], words: list[frozenset[str]]) -> set[str]:
    """The callers of the named functions, the callers of those, and whatever they all call."""
    for upwards in (True, False):
        while True:
            pairs = zip(everything, words, strict=True)
            if upwards:
                new = {f.name for f, mentioned in pairs if mentioned & names} - names
            else:
                called = frozenset[str]().union(*(w for f, w in pairs if f.name in names))
                new = ({f.name for f in everything} & called) - names
            if not new:
                break
            names = names | new
    return names


@dataclass(frozen=True)
class Function:
    """One function definition; nodes carry offsets into ``source``."""

    source: bytes
    name: str
    node: Node

    # --- text ---------------------------------------------------------------------------------------------------------

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    @property
    def body(self) -> Node:
        body = self.node.child_by_field_name("body")
        assert body is not None
        return body

    @cached_property
    def head(self) -> str:
        return self.source[self.node.start_byte : self.body.start_byte].decode()

    @property
    def static(self) -> bool:
        return bool(re.search(r"\bstatic\b", self.head))

    @cached_property
    def returns(self) -> str:
        """Spelling of the return type."""
        before = self.head[: self.head.rindex(self.name)]
        return re.sub(r"\b(static|inline|__init|__always_inline|noinline|extern)\b", "", before).strip()

    @property
    def leave(self) -> str:
        """A return statement of the right type."""
        if self.returns == "void":
            return "return;"
        return "return NULL;" if self.returns.endswith("*") else "return 0;"

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        inner = self.head[self.head.index("(", self.head.rindex(self.name)) + 1 : self.head.rindex(")")]
        names = [re.search(r"(\w+)\s*(\[\s*\])?\s*$", p) for p in inner.split(",")]
        return tuple(m[1] for m in names if m and m[1] != "void")

    @cached_property
    def mentions_arguments(self) -> Node:
        declarator = next(n for n in walk(self.node) if n.type == "function_declarator")
        parameters = declarator.child_by_field_name("parameters")
        assert parameters is not None
        return parameters

    def with_parameter(self, declaration: str) -> Edit:
        """One more parameter at the end of the list."""
        close = self.mentions_arguments.end_byte - 1
        if self.parameters:
            return Edit(close, close, f", {declaration}")
        return Edit(self.mentions_arguments.start_byte + 1, close, declaration)

    def prelude(self, code: str) -> Edit:
        """Code at file level in front of the function."""
        return Edit(self.node.start_byte, self.node.start_byte, f"{code}\n\n")

    # --- names --------------------------------------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(walk(self.body))

    @cached_property
    def identifiers(self) -> tuple[Node, ...]:
        return tuple(n for n in walk(self.node) if n.type == "identifier")

    def pointers_to(self, what: str) -> tuple[str, ...]:
        """Parameters and locals declared ``struct what *name``."""
        spelled = re.findall(rf"struct {what} \*(\w+)\s*[,)=;]", self.head + self.text(self.body))
        return tuple(dict.fromkeys(spelled))

    @cached_property
    def definitions(self) -> dict[str, list[Node]]:
        """Variable to the expressions assigned to it."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            target = node.child_by_field_name("declarator" if node.type == "init_declarator" else "left")
            value = node.child_by_field_name("value" if node.type == "init_declarator" else "right")
            if node.type in ("init_declarator", "assignment_expression") and target and value:
                found.setdefault(self.text(target).lstrip("* "), []).append(value)
        return found

    def key(self, node: Node) -> str:
        """How the source spells the page that an expression is about."""
        match node.type:
            case "parenthesized_expression":
                return self.key(node.named_children[0])
            case "cast_expression":
                value = node.child_by_field_name("value")
                return self.key(value) if value else self.text(node)
            case "binary_expression":
                left = node.child_by_field_name("left")
                return self.key(left) if left else self.text(node)
            case "call_expression":
                name, args = self._callee(node)
                return self.key(args[0]) if name in ADDRESS_OF and args else self.text(node)
            case "pointer_expression" | "field_expression":
                spelled = self.text(node).lstrip("&")
                return re.sub(r"->(page|flags)(\.f)?$", "", spelled)
            case "identifier":
                values = self.definitions.get(self.text(node), [])
                if len(values) == 1 and values[0].type in ("call_expression", "cast_expression"):
                    call = next((n for n in walk(values[0]) if n.type == "call_expression"), None)
                    if call is not None and self._callee(call)[0] in ADDRESS_OF:
                        return self.key(call)
        return self.text(node)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _callee(self, node: Node) -> tuple[str, tuple[Node, ...]]:
        function, args = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        named = tuple(a for a in args.named_children if a.type != "comment") if args else ()
        return (self.text(function) if function else "", named)

    @cached_property
    def all_calls(self) -> tuple[tuple[str, tuple[Node, ...], Node], ...]:
        return tuple((*self._callee(n), n) for n in self.nodes if n.type == "call_expression")

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the protocol, in source order; a copy is a write and a read."""
        found = []
        for name, args, node in self.all_calls:
            for role, table in ROLES.items():
                position = table.get(name)
                if position is not None and len(args) > position:
                    subject = args[position]
                    found.append(Call(role, name, node, args, subject, self.key(subject), False))
            if name in RAW and len(args) == 2 and self.text(args[0]) in FLAG:
                found.append(Call(RAW[name], name, node, args, args[1], self.key(args[1]), True))
        return tuple(found)

    def role(self, *roles: str) -> list[Call]:
        return [c for c in self.calls if c.role in roles]

    def page_text(self, call: Call) -> str:
        """The page as the call spells it."""
        return re.sub(r"^&(.*)->flags(\.f)?$", r"\1", self.text(call.subject))

    def named(self, *names: str) -> list[Node]:
        """Calls of the given functions."""
        return [node for name, _, node in self.all_calls if name in names]

    def claimed(self, key: str) -> bool:
        return any(c.key == key for c in self.role("claim"))

    def fresh(self, key: str) -> bool:
        """The page was allocated here, or is new by the function's contract."""
        values = self.definitions.get(key, [])
        return self.name.startswith("tag_clear_highpage") or any("alloc" in self.text(v) for v in values)

    # --- statements ---------------------------------------------------------------------------------------------------

    def statement(self, node: Node) -> Node:
        """The innermost statement around a node."""
        while not (node.type.endswith("_statement") or node.type == "declaration"):
            assert node.parent is not None
            node = node.parent
        return node

    def alone(self, call: Call) -> Node | None:
        """The statement that is this call and nothing else."""
        statement = self.statement(call.node)
        if statement.type != "expression_statement" or statement.named_child_count != 1:
            return None
        return statement if statement.named_children[0] == call.node else None

    def loop_around(self, node: Node) -> Node | None:
        """The innermost written-out loop (not a loop macro) around a node."""
        current = node.parent
        while current is not None and current != self.node:
            if current.type in LOOPS and self.text(current).startswith(current.type.split("_")[0]):
                return current
            current = current.parent
        return None

    def if_around(self, node: Node) -> Node | None:
        """The ``if`` whose condition holds the node."""
        current = node
        while current.parent is not None and current.parent != self.node:
            parent = current.parent
            if parent.type == "if_statement":
                return parent if parent.child_by_field_name("condition") == current else None
            current = parent
        return None

    def inside(self, inner: Node, outer: Node) -> bool:
        return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


# --- edits of statements ----------------------------------------------------------------------------------------------


def in_block(statement: Node) -> bool:
    return statement.parent is not None and statement.parent.type in BLOCKS


def before(statement: Node, code: str) -> list[Edit]:
    """Put code in front of a statement, with braces where it is the body of an ``if`` or a loop."""
    if in_block(statement):
        return [Edit(statement.start_byte, statement.start_byte, f"{code}\n\t")]
    return [Edit(statement.start_byte, statement.start_byte, f"{{ {code}\n\t"), _closing(statement, "}")]


def behind(statement: Node, code: str) -> list[Edit]:
    """Put code behind a statement."""
    if in_block(statement):
        return [_closing(statement, code)]
    return [Edit(statement.start_byte, statement.start_byte, "{ "), _closing(statement, f"{code} }}")]


def _closing(statement: Node, code: str) -> Edit:
    return Edit(statement.end_byte, statement.end_byte, f"\n\t{code}")


def replaced(node: Node, code: str) -> Edit:
    """Put code in the place of a node."""
    return Edit(node.start_byte, node.end_byte, code)


def dropped(statement: Node) -> Edit:
    """Leave an empty statement."""
    return Edit(statement.start_byte, statement.end_byte, ";")
