"""Edits of Python files for the study of copies: standard input is one file, standard output the edited one.

    python3 edit.py SEED RATE [SHARE] < file.py

Every name that the file itself uses is changed, comments go, and with probability RATE each statement or expression is
edited: operands of + and * swapped, if and else turned round, a returned value put into a temporary, a statement
inserted, keyword arguments shuffled, functions of a class or file put in another order. With SHARE below 1 only whole
functions and methods are kept, in a drawn order, until that share of the file's characters is reached.
"""
import ast
import builtins
import random
import sys

seed, rate = sys.argv[1], float(sys.argv[2])
share = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
draw = random.Random(seed)
tree = ast.parse(sys.stdin.read())
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
KEPT = set(dir(builtins)) | {"self", "cls"}


def hit():
    return draw.random() < rate


class Edit(ast.NodeTransformer):
    def name(self, old):
        return old if old in KEPT or old.startswith("__") else "n" + format(abs(hash_of(old)) % 10**8, "d")

    def visit_Name(self, node):
        node.id = self.name(node.id)
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = self.name(node.attr)
        return node

    def visit_arg(self, node):
        self.generic_visit(node)
        node.arg = self.name(node.arg)
        return node

    def visit_keyword(self, node):
        self.generic_visit(node)
        if node.arg:
            node.arg = self.name(node.arg)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        if len(node.keywords) > 1 and all(k.arg for k in node.keywords) and hit():
            draw.shuffle(node.keywords)
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)) and hit():
            node.left, node.right = node.right, node.left
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        if node.orelse and not isinstance(node.orelse[0], ast.If) and hit():
            node.test = ast.UnaryOp(ast.Not(), node.test)
            node.body, node.orelse = node.orelse, node.body
        return node

    def block(self, body):
        out = []
        for statement in body:
            if isinstance(statement, ast.Return) and statement.value is not None and hit():
                out.append(ast.Assign([ast.Name("kept", ast.Store())], statement.value))
                statement = ast.Return(ast.Name("kept", ast.Load()))
            out.append(statement)
            if not isinstance(statement, (ast.Return, ast.Raise, ast.Break, ast.Continue)) and hit():
                out.append(ast.Assign([ast.Name("seen", ast.Store())], ast.Constant(draw.randrange(9))))
        return out

    def function(self, node):
        self.generic_visit(node)
        node.name = self.name(node.name)
        node.body = self.block(node.body)
        return node

    visit_FunctionDef = function
    visit_AsyncFunctionDef = function

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        node.name = self.name(node.name)
        shuffle_functions(node.body)
        return node


def hash_of(text):
    value = 0
    for byte in (seed + text).encode():
        value = (value * 1000003 + byte) % 2**61
    return value


def shuffle_functions(body):
    places = [i for i, node in enumerate(body) if isinstance(node, FUNCTIONS)]
    if places and rate > 0 and hit():
        nodes = [body[i] for i in places]
        draw.shuffle(nodes)
        for i, node in zip(places, nodes):
            body[i] = node


if share < 1:
    total = len(ast.unparse(tree))
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    draw.shuffle(functions)
    kept, size = [], 0
    for function in functions:
        length = len(ast.unparse(function))
        if size >= share * total:
            break
        if length <= 2 * share * total:
            kept.append(function)
            size += length
    tree.body = kept
tree = Edit().visit(tree)
shuffle_functions(tree.body)
print(ast.unparse(ast.fix_missing_locations(tree)))
