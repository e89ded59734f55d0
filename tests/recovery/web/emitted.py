"""Which codes the chain readers can emit, found in their source: what flows into warnings, notes and reasons.

Values are followed backwards from where they end: through names, calls, parameters and exceptions. A path that cannot be
followed loses codes, so the test that uses this also asserts that every sentence has a code.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import chains
from chains.types import Status

ROOT = Path(chains.__file__).parent
Place = ast.FunctionDef | ast.Module
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*:?")
PASSED_ON = {"tuple", "list", "set", "filter", "sorted", "str", "next", "fromkeys", "cast", "reversed"}
"""Calls that give on what they are given."""
ENDS = {"warnings", "warning", "warned", "doubts", "doubt"}
"""How the lists are called that end in a transaction's or a plan's warnings."""


@dataclass
class Module:
    """A parsed file: what it defines at top level, and what names it takes from elsewhere in the package."""

    name: str
    tree: ast.Module
    tops: dict[str, ast.AST] = field(default_factory=dict)
    taken: dict[str, tuple[str, str]] = field(default_factory=dict)
    inside: dict[ast.AST, Place] = field(default_factory=dict)
    """Every node's own function, or the module."""


class Source:
    """The package's files, and the codes that can reach a place in them."""

    def __init__(self, root: Path = ROOT) -> None:
        self.modules = {module.name: module for module in map(_parsed, sorted(root.rglob("*.py")))}
        self._seen: set[tuple[str, ast.AST | str]] = set()
        self._calls: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    self._calls.setdefault(_called(node), []).append((module, node))

    def warnings(self) -> set[str]:
        """Codes of warnings; those that name a node end in a colon."""
        return self._ending_in(ENDS, self.modules.values())

    def notes(self) -> set[str]:
        """Codes of what a survey notes; those that name a node end in a colon."""
        surveyors = [one for one in self.modules.values() if one.name.endswith((".survey", ".effect"))]
        return self._ending_in({"notes"}, surveyors)

    def _ending_in(self, ends: set[str], modules: Iterable[Module]) -> set[str]:
        self._seen.clear()
        found: set[str] = set()
        for module in modules:
            for node in ast.walk(module.tree):
                for value in self._ends(module, node, ends):
                    found |= self._from(module, value)
        return set(filter(CODE.fullmatch, found))

    def given(self, name: str, parameter: str) -> set[str]:
        """What is given for a field of a class of :mod:`chains.types`, wherever one is made."""
        self._seen.clear()
        place = _parameters(self.modules["chains.types"].tops[name]).index(parameter)
        found: set[str] = set()
        for module, call in self._calls[name]:
            named = [word.value for word in call.keywords if word.arg == parameter]
            found |= self._all(module, [*call.args[place : place + 1], *named])
        return found

    def raised(self, name: str, near: Module) -> set[str]:
        """Texts given to an exception of this name, where ``near`` may meet it: in its family and in what all share.

        One of Python's own says nothing outside its file.
        """
        family = near.name.split(".")[1]
        texts: set[str] = set()
        for module, call in self._calls.get(name, []):
            shared = module.name.count(".") < 2 or module.name.split(".")[1] == family
            if module is near if hasattr(builtins, name) else shared:
                texts |= self._all(module, call.args[:1])
        return texts

    def _ends(self, module: Module, node: ast.AST, ends: set[str]) -> Iterator[ast.expr]:
        """Values that go to a name of ``ends`` at this node."""
        if isinstance(node, ast.keyword) and node.arg in ends:
            yield node.value
        elif isinstance(node, ast.Call):
            yield from self._positional_ends(module, node, ends)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (value for target in targets for value in _pairs(target, node.value, ends))
        elif isinstance(node, ast.FunctionDef) and node.name.strip("_") in ends:
            yield from (
                one.value for one in _own(module, node, ast.Return) if isinstance(one, ast.Return) and one.value
            )

    def _positional_ends(self, module: Module, call: ast.Call, ends: set[str]) -> Iterator[ast.expr]:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in ("append", "extend", "add"):
            if _name(function.value) in ends:
                yield from call.args
            return
        _, target = self._found(module, _called(call))
        for place, name in enumerate(_parameters(target)):
            if name.strip("*") in ends:
                yield from call.args[place:] if name.startswith("*") else call.args[place : place + 1]

    def _from(self, module: Module, value: ast.AST) -> set[str]:
        """Texts that ``value`` may be or hold."""
        if (module.name, value) in self._seen:
            return set()
        self._seen.add((module.name, value))
        match value:
            case ast.Constant(value=str() as text):
                return {text}
            case ast.JoinedStr(values=parts):
                return self._joined(module, parts)
            case ast.IfExp(body=first, orelse=second):
                return self._all(module, [first, second])
            case ast.Dict(values=parts):
                return self._all(module, list(parts))
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.BoolOp(values=parts):
                return self._all(module, parts)
            case ast.BinOp(left=first, right=second):
                return self._all(module, [first, second])
            case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part) | ast.SetComp(elt=part):
                return self._from(module, part)
            case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int() as place)):
                return self._returned(module, call, place)
            case (
                ast.Starred(value=part) | ast.NamedExpr(value=part) | ast.Subscript(value=part) | ast.Await(value=part)
            ):
                return self._from(module, part)
            case ast.Attribute(value=ast.Name() as holder, attr=name) if name in ("code", "doubt", "trouble"):
                return self._caught(module, holder) | self._fields(name)
            case ast.Name():
                return self._named(module, value)
            case ast.Call():
                return self._returned(module, value)
        return set()

    def _all(self, module: Module, values: list[ast.expr]) -> set[str]:
        return {text for value in values for text in self._from(module, value)}

    def _joined(self, module: Module, parts: list[ast.expr]) -> set[str]:
        """A code with a node's label behind a colon; before it may stand a value of an enumeration."""
        first = parts[0]
        if isinstance(first, ast.Constant) and first.value == "said_":
            return {f"said_{status}:" for status in Status}
        if isinstance(first, ast.Constant):
            return {str(first.value).partition(":")[0] + ":"} if ":" in str(first.value) else set()
        if isinstance(first, ast.FormattedValue):
            return {f"{text}:" for text in self._from(module, first.value)}
        return set()

    def _named(self, module: Module, name: ast.Name) -> set[str]:
        place: Place | None = module.inside[name]
        key = (f"{module.name}:{getattr(place, 'name', '')}", name.id)
        if key in self._seen:
            return set()
        self._seen.add(key)
        if isinstance(place, ast.FunctionDef):
            texts = self._caught(module, name)
            for node in _own(module, place, ast.AST):
                texts |= self._given(module, node, name.id)
            return texts | self._passed(module, place, name.id) | self._top(module, name.id)
        return self._top(module, name.id)

    def _given(self, module: Module, node: ast.AST, name: str) -> set[str]:
        """What ``node`` puts into ``name``."""
        match node:
            case ast.Assign(targets=targets, value=value):
                return self._all(module, [one for target in targets for one in _pairs(target, value, {name})])
            case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value) if value:
                return self._all(module, list(_pairs(target, value, {name})))
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                return self._from(module, value) if name in _names(target) else set()
            case ast.NamedExpr(target=ast.Name(id=own), value=value) if own == name:
                return self._from(module, value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=own), attr="append" | "extend"), args=args) if (
                own == name
            ):
                return self._all(module, args)
        return set()

    def _passed(self, module: Module, function: ast.FunctionDef, name: str) -> set[str]:
        """What callers give for a parameter."""
        texts: set[str] = set()
        for place, parameter in enumerate(_parameters(function)):
            if parameter.strip("*") != name:
                continue
            for caller, call in self._calls.get(function.name, []):
                if self._found(caller, function.name)[1] is function:
                    given = call.args[place:] if parameter.startswith("*") else call.args[place : place + 1]
                    texts |= self._all(caller, [*given, *(word.value for word in call.keywords if word.arg == name)])
        return texts

    def _returned(self, module: Module, call: ast.Call, part: int | None = None) -> set[str]:
        """What a call gives, or the one part of it that goes to a name of several."""
        name = _called(call)
        if name == "get" and isinstance(call.func, ast.Attribute):
            return self._all(module, [call.func.value, *call.args[1:]])
        if name in PASSED_ON:
            inside = [call.func.value] if isinstance(call.func, ast.Attribute) else []
            return self._all(module, [*inside, *call.args])
        owner, function = self._found(module, name)
        if not isinstance(function, ast.FunctionDef):
            return set()
        own = [
            one.value
            for one in _own(owner, function, ast.AST)
            if isinstance(one, ast.Return | ast.Yield | ast.YieldFrom)
        ]
        parts = [
            value.elts[part] if part is not None and isinstance(value, ast.Tuple) else value for value in own if value
        ]
        return self._all(owner, parts)

    def _caught(self, module: Module, name: ast.Name) -> set[str]:
        """What exceptions carry that are caught under this name."""
        texts: set[str] = set()
        for node in ast.walk(module.inside[name]):
            if isinstance(node, ast.ExceptHandler) and node.name == name.id and node.type:
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                for kind in kinds:
                    texts |= self.raised(_name(kind), module)
        return texts

    def _fields(self, name: str) -> set[str]:
        """What is given for a field of this name where it is no exception's."""
        if name == "code":
            return set()
        given = [
            (module, word.value)
            for calls in self._calls.values()
            for module, call in calls
            for word in call.keywords
            if word.arg == name
        ]
        given += [(module, call.args[2]) for module, call in self._calls.get("Testimony", []) if len(call.args) > 2]
        return {text for module, value in given for text in self._from(module, value)}

    def _top(self, module: Module, name: str) -> set[str]:
        owner, node = self._found(module, name)
        return self._from(owner, node.value) if isinstance(node, ast.Assign | ast.AnnAssign) and node.value else set()

    def _found(self, module: Module, name: str) -> tuple[Module, ast.AST | None]:
        """Where a name of a module is defined."""
        if name in module.tops:
            return module, module.tops[name]
        if name in module.taken:
            origin, real = module.taken[name]
            if origin in self.modules and (origin, real) != (module.name, name):  # a package may import its own modules
                return self._found(self.modules[origin], real)
        for alias, (origin, real) in module.taken.items():
            inner = f"{origin}.{real}"
            if inner in self.modules and alias != name and name in self.modules[inner].tops:
                return self.modules[inner], self.modules[inner].tops[name]
        return module, None


def _parsed(path: Path) -> Module:
    parts = ["chains", *path.relative_to(ROOT).with_suffix("").parts]
    module = Module(".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text()))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module.taken[alias.asname or alias.name] = (node.module, alias.name)
    for top in module.tree.body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            module.tops[top.name] = top
        for target in (
            top.targets if isinstance(top, ast.Assign) else [top.target] if isinstance(top, ast.AnnAssign) else []
        ):
            module.tops.update(dict.fromkeys(_names(target), top))
    _settle(module, module.tree, module.tree)
    return module


def _settle(module: Module, node: ast.AST, place: Place) -> None:
    for child in ast.iter_child_nodes(node):
        module.inside[child] = place
        _settle(module, child, child if isinstance(child, ast.FunctionDef) else place)


def _own(module: Module, function: Place, kind: type[ast.AST]) -> Iterator[ast.AST]:
    """Nodes of a function that are not of a function inside it."""
    return (node for node in ast.walk(function) if isinstance(node, kind) and module.inside.get(node) is function)


def _parameters(target: ast.AST | None) -> list[str]:
    """Positional parameters of a function (the starred one with its star) or fields of a class, in order."""
    if isinstance(target, ast.FunctionDef):
        names = [one.arg for one in (*target.args.posonlyargs, *target.args.args)]
        return (
            [*names, f"*{target.args.vararg.arg}"]
            if target.args.vararg
            else [*names, *(k.arg for k in target.args.kwonlyargs)]
        )
    if isinstance(target, ast.ClassDef):
        return [
            one.target.id for one in target.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        ]
    return []


def _pairs(target: ast.expr, value: ast.expr, wanted: set[str]) -> Iterator[ast.expr]:
    """The parts of ``value`` that go to a wanted name in ``target``."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, part, wanted)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Call):
        for place, one in enumerate(target.elts):
            if wanted & _names(one):
                yield ast.Subscript(value, ast.Constant(place))
    elif wanted & _names(target):
        yield value


def _names(target: ast.expr) -> set[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return {name for part in target.elts for name in _names(part)}
    return {_name(target)}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Starred):
        return _name(node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _called(call: ast.Call) -> str:
    return _name(call.func)
