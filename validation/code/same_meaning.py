"""Do copies of Python files mean what their original means? Both are parsed, and what a copy may write in two ways is
brought to one: comparisons turned round, denied memberships, choices turned round, the first two literals asked for by
`in`. What is left must be one tree (`ast.dump`), file by file.

    python validation/code/same_meaning.py ORIGINAL COPY
"""
import ast
import os
import sys

TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
DENIED = {ast.Is: ast.IsNot, ast.In: ast.NotIn}
PLAIN = {ast.IsNot: ast.Is, ast.NotIn: ast.In}


class One(ast.NodeTransformer):
    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) != 1:
            return node
        kind = type(node.ops[0])
        right = node.comparators[0]
        if kind in TURNED:
            return ast.Compare(right, [TURNED[kind]()], [node.left])
        if kind in (ast.Eq, ast.NotEq) and isinstance(node.left, ast.Constant) and not isinstance(right, ast.Constant):
            return ast.Compare(right, node.ops, [node.left])
        if kind in (ast.In, ast.NotIn) and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            right.elts[:2] = sorted(right.elts[:2], key=ast.dump)
        return node

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            kind = type(inner.ops[0])
            if kind in DENIED:
                return ast.Compare(inner.left, [DENIED[kind]()], inner.comparators)
        return node

    def choice(self, node):
        self.generic_visit(node)
        test = node.test
        if not node.orelse:
            return node
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            node.test, node.body, node.orelse = test.operand, node.orelse, node.body
            return self.choice(node)
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in PLAIN:
            node.test = ast.Compare(test.left, [PLAIN[type(test.ops[0])]()], test.comparators)
            node.body, node.orelse = node.orelse, node.body
        return node

    visit_If = choice
    visit_IfExp = choice


def plain(path):
    with open(path, encoding="utf-8") as file:
        return ast.dump(One().visit(ast.parse(file.read())))


same = changed = differ = 0
original, copy = sys.argv[1:3]
for folder, _, names in os.walk(copy):
    for name in names:
        if not name.endswith(".py"):
            continue
        path = os.path.join(folder, name)
        first = os.path.join(original, os.path.relpath(path, copy))
        try:
            want = plain(first)
        except (SyntaxError, ValueError, RecursionError):
            continue
        changed += open(first, "rb").read() != open(path, "rb").read()
        try:
            ok = plain(path) == want
        except SyntaxError:
            ok = False
        same += ok
        differ += not ok
        if not ok:
            print("differs:", os.path.relpath(path, copy))
print(f"{same} files mean the same, {differ} do not; {changed} of them are written otherwise")
sys.exit(1 if differ else 0)
