"""How a reported number comes about: as an expression over ids that can be computed again, or in words.

An expression holds ids of figures, assumptions and results, their ends (``F114.low`` as it is printed, ``F114.least``
with what its rounding leaves open), numbers, the four operations and the functions below, in Python's syntax; two of
them in brackets are the two ends of a range. It is computed here and never executed, so that a file of results is data
and no program.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import product
from textwrap import dedent
from typing import Any, Protocol

from cseanalysis.values import Assumption

_LONGEST = 2000  # characters of an expression
_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"min": min, "max": max, "floor": math.floor, "ceil": math.ceil}


class Named(Protocol):
    """What an id stands for, as `evaluate` takes it: a number, and its ends where it has any."""

    def __call__(self, name: str, end: str = "") -> float:  # noqa: D102
        ...


def written(model: Callable[..., float], **stands: str) -> str:
    """Return the one expression that a study model returns, from its source, with ``stands`` in place of arguments."""
    while isinstance(model, partial):
        model = model.func
    (function,) = ast.parse(dedent(inspect.getsource(model))).body
    if not isinstance(function, ast.FunctionDef):
        raise ValueError(f"{model} is no function of its own; write its formula beside it")
    known = {name: ast.parse(text, mode="eval").body for name, text in stands.items()}
    for line in function.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            known[line.targets[0].id] = _Replaced(known).visit(line.value)
        elif isinstance(line, ast.Return) and line.value is not None:
            text = ast.unparse(_Replaced(known).visit(line.value))
            list(_checked(text))
            return text
        elif not _says_nothing(line):
            break
    raise ValueError(f"{function.name} does more than return an expression; write its formula beside it")


class _Replaced(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)


def _says_nothing(line: ast.stmt) -> bool:
    """Whether a line of a model adds nothing to what it returns: its docstring, or a check that refuses."""
    refuses = isinstance(line, ast.If) and not line.orelse and all(isinstance(one, ast.Raise) for one in line.body)
    return refuses or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))


def called(model: Callable[..., object]) -> str:
    """Return in words which function computes a number from which arguments, and what it says of itself."""
    fixed: list[str] = []
    while isinstance(model, partial):
        fixed = [
            f"{name}={value:g}" for name, value in model.keywords.items() if isinstance(value, int | float)
        ] + fixed
        model = model.func
    given = [name for name, one in inspect.signature(model).parameters.items() if one.default is one.empty]
    free = [name for name in given if not any(text.startswith(f"{name}=") for text in fixed)]
    about = (inspect.getdoc(model) or "").partition("\n")[0]
    return f"{model.__name__}({', '.join([*fixed, *free])}): {about}" if about else ""


def named_in(formula: str) -> tuple[str, ...]:
    """Return the ids in an expression, in the order in which they first stand there."""
    return tuple(dict.fromkeys(node.id for node in _checked(formula) if isinstance(node, ast.Name)))


def evaluate(formula: str, named: Named) -> float | tuple[float, float]:
    """Compute an expression: one number, or the two ends of a range."""
    tree, *_ = _checked(formula)
    if isinstance(tree, ast.Tuple):
        low, high = (float(_value(one, named)) for one in tree.elts)
        return low, high
    return float(_value(tree, named))


def sides(formula: str) -> tuple[str, ...]:
    """Return the expressions of the two ends of a range, where each has its own; otherwise the one there is."""
    tree, *_ = _checked(formula)
    return tuple(ast.unparse(one) for one in tree.elts) if isinstance(tree, ast.Tuple) else (formula,)


def corners(formula: str, assumptions: Mapping[str, Assumption]) -> Iterator[dict[str, float]]:
    """Return every combination of the ends of the assumptions that stand in an expression."""
    free = [name for name in named_in(formula) if name in assumptions]
    for ends in product(*((assumptions[name].low, assumptions[name].high) for name in free)):
        yield dict(zip(free, ends, strict=True))


def filled(formula: str, words: Callable[[str, str], str]) -> str:
    """Return an expression with words in place of its ids, each with the end that is asked of it or none."""
    return _ID.sub(lambda match: words(match[1], match[2] or "") if match[1] not in _FUNCTIONS else match[0], formula)


_ID = re.compile(r"(?<![\w.])([A-Za-z]\w*)(?:\.(\w+))?")


def _checked(formula: str) -> Iterator[ast.expr]:
    """Go through an expression, whole first, and refuse what it may not hold."""
    try:
        tree = ast.parse(formula if len(formula) <= _LONGEST else "", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"formula {formula[:60]!r} is no expression over ids; run `make results`") from None
    waiting: list[ast.expr] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Constant(value=int() | float()) | ast.Name():
                pass
            case ast.Attribute(value=ast.Name(), attr="low" | "high" | "least" | "most"):
                waiting.append(node.value)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                waiting += [node.right, node.left]
            case ast.UnaryOp(op=ast.USub()):
                waiting.append(node.operand)
            case ast.Tuple(elts=[_, _]) if node is tree:
                waiting += reversed(node.elts)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _FUNCTIONS:
                waiting += reversed(node.args)
            case _:
                raise ValueError(
                    f"formula {formula[:60]!r} holds {ast.unparse(node)[:60]!r}, "
                    "which no formula may; run `make results`"
                )
        yield node


def _value(node: ast.expr, named: Named) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return named(node.id)
        case ast.Attribute(value=ast.Name(id=name)):
            return named(name, node.attr)
        case ast.BinOp():
            return _OPERATORS[type(node.op)](_value(node.left, named), _value(node.right, named))
        case ast.UnaryOp():
            return -_value(node.operand, named)
        case ast.Call(func=ast.Name(id=name)):
            return _FUNCTIONS[name](*(_value(one, named) for one in node.args))
    raise ValueError(f"{ast.unparse(node)[:60]!r} has no value")
