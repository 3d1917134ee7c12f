"""The mutants of a module: cosmic-ray's operators wherever a change could change what the module does."""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from pipeline.settings import PROJECT_ROOT
from tests.mutation.reaching import ROOMS

# One neighbour and one opposite an operator; all of cosmic-ray's would weigh one `==` like seven conditions.
OPERATORS = (
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Mul", "Mod_Mul", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("LShift_RShift", "RShift_LShift")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitOr_BitAnd", "BitAnd_BitOr", "BitXor_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")),
    *(f"ReplaceUnaryOperator_{pair}" for pair in ("USub_UAdd", "Delete_Invert", "Delete_Not")),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer", "ZeroIterationForLoop"),
)
# What is in no result, and why.
LEFT_ALONE = {
    "how much is done at once": (
        *("AHEAD", "BATCH", "CHUNK", "THREADS", "MEMBERS", "AT_ONCE", "_BLOCK", "_AT_ONCE"),
    ),
    "from how much on a process, or giving memory back, is worth its time": (
        *("WORTH_A_PROCESS", "WORTH_RELEASING", "LEAST_LIMIT", "HELD_A_ROW"),
    ),
    "how numbers are spread over slots": ("_SPREAD", "_SLOT_BITS"),
    "how wide a table or a packed number is; it may be wider": ("int(x.max(initial=0)) + 1",),
}
ONE_MORE = 40
NOT_TRIED = {
    "linking on Spark, for each try would start a Java; tests hold its results against the local engine's": (
        "pipeline/link/engines/on_spark/"
    ),
}
_WIDTH = re.compile(r"int\([\w.\[\]]+\.max\(initial=0\)\) \+ 1")
_SIZES = frozenset(name for names in LEFT_ALONE.values() for name in names)
_COLLECTIONS = (ast.Dict, ast.List, ast.Set, ast.Tuple)
_BINARY = ("arith_expr", "term", "power", "expr", "and_expr", "xor_expr", "shift_expr")  # not def f(*, …)
_PROVIDER = OperatorProvider()

Place = tuple[int, int]
Span = tuple[Place, Place]


@dataclass(frozen=True, order=True)
class Mutant:
    """One change of one module.

    Attributes:
        module: the file, from the project's root.
        line: where the change is.
        column: the same, in characters.
        operator: cosmic-ray's name of the change.
        occurrence: the how manyeth of its places in the module.
        function: the outermost function or method around it, as `co_qualname`; None outside of functions.
        inner: first line of the innermost function around it, decorators included; 0 outside of functions.
        constant: the name outside of functions that the changed expression is given to, if it is one.
    """

    module: str
    line: int
    column: int
    operator: str
    occurrence: int
    function: str | None
    inner: int
    constant: str | None

    def source(self) -> str:
        """The module's text with the change made.

        Raises:
            LookupError: the place is not there.
        """
        code = mutate_code(_text(self.module), _PROVIDER[self.operator](), self.occurrence)
        if code is None:
            raise LookupError(f"{self.module} has no place {self.occurrence} for {self.operator}")
        return code

    @property
    def dotted(self) -> str:
        """The module's name."""
        return self.module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def __str__(self) -> str:
        return f"{self.module}:{self.line}:{self.column} {self.operator} #{self.occurrence}"


@dataclass(frozen=True)
class _Function:
    qualname: str
    first: int
    body: Span


def modules() -> tuple[str, ...]:
    """Every module of the two rooms but those NOT_TRIED, from the project's root, sorted."""
    files = (file for room in ROOMS for file in (PROJECT_ROOT / room).rglob("*.py"))
    found = (str(file.relative_to(PROJECT_ROOT)) for file in files)
    return tuple(sorted(one for one in found if not one.startswith(tuple(NOT_TRIED.values()))))


def mutants_of(module: str) -> list[Mutant]:
    """All mutants of a module, in the order of their places."""
    text = _text(module)
    tree = ast.parse(text)
    lines = text.split("\n")
    apart = [_span(node, lines) for node in _apart(tree)]
    functions = list(_functions(tree, lines))
    constants = [(_span(one, lines), name) for one in tree.body for name in _named(one)]
    nodes = list(ast_nodes(get_ast(text)))
    found: list[Mutant] = []
    binary = {node.start_pos for node in nodes if node.parent and node.parent.type in _BINARY}
    for name in OPERATORS:
        operator = _PROVIDER[name]()
        places = (span for node in nodes for span in operator.mutation_positions(node))
        for occurrence, (place, _) in enumerate(places):
            if any(begin <= place < end for begin, end in apart) or (
                "Binary" in name and place not in binary
            ):
                continue
            around = [one for one in functions if one.body[0] <= place < one.body[1]]
            outer, inner = (around[0].qualname, around[-1].first) if around else (None, 0)
            constant = next((name for (begin, end), name in constants if begin <= place < end), None)
            found.append(Mutant(module, *place, name, occurrence, outer, inner, constant))
    return sorted(found)


def drawn(module: str, count: int | None, seed: int) -> list[Mutant]:
    """A random sample of a module's mutants, the same for the same seed.

    Args:
        module: the module.
        count: how many at least, and one more for every ONE_MORE of its mutants; None: all.
        seed: of the draw.
    """
    everything = mutants_of(module)
    random.Random(f"{seed}:{module}").shuffle(everything)
    most = None if count is None else count + len(everything) // ONE_MORE
    return sorted(islice(filter(_is_python, everything), most))


def _is_python(mutant: Mutant) -> bool:
    """Whether the changed text is a module at all: `if not x := y` is none."""
    try:
        compile(mutant.source(), mutant.module, "exec")
    except SyntaxError:
        return False
    return True


@cache
def _text(module: str) -> str:
    return (PROJECT_ROOT / Path(module)).read_text(encoding="utf-8")


def _apart(tree: ast.Module) -> Iterator[ast.AST]:
    """Annotations, decorators, `zip(strict=…)`, tables, widths; what is raised, asserted, logged."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case ast.FunctionDef() | ast.ClassDef():
                yield from node.decorator_list
                if isinstance(node, ast.FunctionDef) and node.returns:
                    yield node.returns
            case ast.Raise() | ast.Assert():
                yield node
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                yield node
            case ast.Assign(targets=[ast.Name(id="model_config")]):
                yield node
            case ast.keyword(arg="strict"):
                yield node
    for statement in tree.body:
        yield from _constant(statement)
    yield from filter(_is_width, ast.walk(tree))


def _is_width(node: ast.AST) -> bool:
    """Whether this is `int(x.max(initial=0)) + 1`: one more than the largest number, or more than that."""
    return isinstance(node, ast.BinOp) and bool(_WIDTH.fullmatch(ast.unparse(node)))


def _constant(statement: ast.stmt) -> Iterator[ast.AST]:
    """Names of types, and numbers in tables, outside of functions."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return
    if not list(_named(statement)):
        yield statement
    for node in ast.walk(statement):
        is_alias = isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_type(node.right)
        if is_alias or isinstance(node, _COLLECTIONS):
            yield node


def _named(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            if name not in _SIZES:
                yield name


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Subscript | ast.Attribute) or (
        isinstance(node, ast.Constant) and node.value is None
    )


def _functions(tree: ast.AST, lines: list[str], around: str = "") -> Iterator[_Function]:
    """Functions and methods, each before those inside it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            body = (_span(node.body[0], lines)[0], _span(node.body[-1], lines)[1])
            yield _Function(around + node.name, first, body)
            yield from _functions(node, lines, f"{around}{node.name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, lines, f"{around}{node.name}.")
        else:
            yield from _functions(node, lines, around)


def _span(node: ast.AST, lines: list[str]) -> Span:
    """Begin and end in characters: `ast` counts bytes."""
    assert isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.arg)
    assert node.end_lineno is not None and node.end_col_offset is not None
    begin = (node.lineno, _characters(lines[node.lineno - 1], node.col_offset))
    return begin, (node.end_lineno, _characters(lines[node.end_lineno - 1], node.end_col_offset))


def _characters(line: str, bytes_in: int) -> int:
    return len(line.encode()[:bytes_in].decode())
