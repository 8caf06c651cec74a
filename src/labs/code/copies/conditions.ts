/**
 * A condition and its denial, as they are written: `x` and `not x`, `a and b` and `not (a and b)`. Only conditions are taken
 * whose denial, denied again, is the same text, so that a place is found in either form.
 */
import type { Node } from "web-tree-sitter";
import type { Grammar } from "../tokens/languages.js";
import type { Piece } from "./piece.js";

export interface Condition {
  /** 1 where the denial stands there. */
  form: 0 | 1;
  plain: readonly Piece[];
  denied: readonly Piece[];
}

const ATOMIC =
  /^(identifier|attribute|call|subscript|member_expression|call_expression|subscript_expression|field_expression|index_expression|selector_expression|qualified_identifier|scoped_identifier)$/;
const NO_CONDITION =
  /^(named_expression|lambda|let_condition|let_chain|declaration|init_declarator|sequence_expression|comma_expression|yield|assignment_expression|parenthesized_expression|template_function|comment)$/;

/** Written without brackets wherever an operand stands. */
export const isAtomic = ({ type }: Node): boolean => ATOMIC.test(type);

/** Python's `a is b` and `a in b`, by themselves. */
export function isMembership(node: Node | null): boolean {
  if (node?.type !== "comparison_operator" || node.childCount !== 3) return false;
  return node.children[1]?.type === "is" || node.children[1]?.type === "in";
}

/** Null where one of the two would be another text when read back. */
export function conditionOf(node: Node, text: string, grammar: Grammar): Condition | null {
  const python = grammar === "python";
  const word = python ? "not " : "!";
  const whole = { from: node.startIndex, to: node.endIndex };
  const denial = python
    ? node.type === "not_operator"
    : node.type === "unary_expression" && node.children[0]?.type === "!";
  const operand = denial
    ? (node.childForFieldName("argument") ?? node.childForFieldName("operand") ?? node.namedChildren[0])
    : null;
  // A denied membership is a place by itself, and here a condition like any other.
  if (denial && !isMembership(operand ?? null)) {
    if (!operand) return null;
    if (isAtomic(operand)) return said(1, { from: operand.startIndex, to: operand.endIndex }, whole);
    if (operand.type !== "parenthesized_expression" || operand.childCount !== 3) return null;
    const inner = operand.namedChildren[0];
    if (!inner || isAtomic(inner) || NO_CONDITION.test(inner.type)) return null;
    if (isDenial(inner, python) && !isMembership(inner.childForFieldName("argument"))) return null;
    if (python && /[\n#]/.test(text.slice(node.startIndex, node.endIndex))) return null;
    return said(1, { from: inner.startIndex, to: inner.endIndex }, whole);
  }
  if (NO_CONDITION.test(node.type)) return null;
  return {
    form: 0,
    plain: [whole],
    denied: isAtomic(node) ? [word, whole] : [`${word}(`, whole, ")"],
  };
}

const said = (form: 0 | 1, plain: Piece, denied: Piece): Condition => ({ form, plain: [plain], denied: [denied] });

const isDenial = (node: Node, python: boolean): boolean =>
  python ? node.type === "not_operator" : node.type === "unary_expression" && node.children[0]?.type === "!";
