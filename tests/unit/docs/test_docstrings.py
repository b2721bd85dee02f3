"""Whoever calls a function with three or more parameters reads in its docstring what each of them is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOMS = ("processors", "evaluation", "serving", "dags", "spark_jobs", "local")
LEAST = 3
# Airflow and Litestar show these docstrings to people who see no parameters.
SHOWN_TO_PEOPLE = {"task", "dag", "get", "post", "put", "delete", "websocket"}


def list_functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    classes = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for node in (node for holder in (module, *classes) for node in holder.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield node


def list_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    told = function.args
    names = [argument.arg for argument in (*told.posonlyargs, *told.args, *told.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"} and name[0] != "_"]


def is_shown_to_people(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    used = {re.split(r"[.(]", ast.unparse(decorator))[0] for decorator in function.decorator_list}
    return bool(used & SHOWN_TO_PEOPLE)


def find_lacking(source: str) -> Iterator[str]:
    for function in list_functions(ast.parse(source)):
        names = list_parameters(function)
        if len(names) < LEAST or is_shown_to_people(function):
            continue
        _, _, section = (ast.get_docstring(function) or "").partition("Args:\n")
        if not set(names) <= set(re.findall(r"^ {4}(\w+): \S", section, re.MULTILINE)):
            yield function.name


def test_every_parameter_of_a_function_with_many_is_described() -> None:
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    lacking = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules
        for name in find_lacking(path.read_text(encoding="utf-8"))
    ]
    assert not lacking


def test_what_lacks_a_parameter_is_found() -> None:
    args = "        a: One.\n        b: Two.\n        c: Three.\n"
    documented = f'def f(a, b, c):\n    """Do.\n\n    Args:\n{args}    """\n'
    assert list(find_lacking(documented)) == []
    assert list(find_lacking(documented.replace("        b: Two.\n", ""))) == ["f"]
    assert list(find_lacking('def f(a, b, c):\n    """Do."""\n')) == ["f"]
    assert list(find_lacking('def f(a, b):\n    """Do."""\n')) == []
    assert list(find_lacking('@task(retries=1)\ndef f(a, b, c):\n    """Do."""\n')) == []
    assert list(find_lacking('class _C:\n    def f(self, a, b, c):\n        """Do."""\n')) == []
