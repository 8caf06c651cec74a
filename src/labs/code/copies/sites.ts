/**
 * Places of a source text that can be written in two ways of one meaning, and which of the two stands there. Only ways are
 * taken that are told apart with every name hidden, and that stand in no formatter's hands: a choice turned round, a
 * comparison turned round, a denied membership, the order of literals that are asked for together, a step, a number in
 * another base. Each has a form 0 and a form 1, the same for everybody, so that a text with all places in form 0 is one
 * text however it was written. What it leans on: a comparison means the same read from the other side, which a class
 * with an order of its own may break; places where that is likely (C++ and Rust beside anything but a number) are no places.
 */
import type { Node } from "web-tree-sitter";
import type { Grammar } from "../tokens/languages.js";
import { type Condition, conditionOf, isAtomic, isMembership } from "./conditions.js";
import type { Piece } from "./piece.js";

export const SITE_KINDS = ["choice", "order", "equal", "denied", "members", "step", "sum", "number"] as const;
export type SiteKind = (typeof SITE_KINDS)[number];

export interface Site {
  kind: SiteKind;
  /** In the text, UTF-16 units. */
  start: number;
  end: number;
  /** Which of the two stands there. */
  form: 0 | 1;
  forms: readonly [readonly Piece[], readonly Piece[]];
  /** What stays the same in both forms and under other names: a literal's value, an operator. */
  detail: string;
}

/**
 * A query's captures: what may be a place, what lies where none is ("out", "error"), and what a denial holds ("nested"). The
 * query tells what stands in what: a parser looks for a node's parent from the root on.
 */
interface Captured {
  name: string;
  node: Node;
}

const SCRIPT = `
  (number) @number (binary_expression) @compare (if_statement alternative: (else_clause)) @if
  (ternary_expression) @ternary
  (expression_statement (update_expression) @step) (for_statement increment: (update_expression) @step)
  (expression_statement (augmented_assignment_expression) @sum) (expression_statement (assignment_expression) @sum)
  (for_statement increment: (augmented_assignment_expression) @sum)
  (for_statement increment: (assignment_expression) @sum) (template_string) @out (ERROR) @error`;
const TYPED = `${SCRIPT} (union_type) @members (literal_type) @out`;
export const SITE_QUERIES: Readonly<Record<Grammar, string>> = {
  python: `
    (integer) @number (comparison_operator) @compare (not_operator) @denied
    (comparison_operator operators: "in" [(tuple) (list) (set)] @members .)
    (comparison_operator operators: "not in" [(tuple) (list) (set)] @members .)
    (not_operator argument: (comparison_operator) @nested) (not_operator argument: (not_operator) @nested)
    (if_statement alternative: (else_clause)) @if (conditional_expression) @ternary (string) @out (ERROR) @error`,
  typescript: TYPED,
  tsx: TYPED,
  javascript: SCRIPT,
  rust: `
    (integer_literal) @number (binary_expression) @compare (expression_statement (if_expression) @if)
    (expression_statement (compound_assignment_expr) @sum) (expression_statement (assignment_expression) @sum)
    (or_pattern) @members (field_expression field: (integer_literal) @out)
    (token_tree) @out (attribute_item) @out (inner_attribute_item) @out (ERROR) @error`,
  go: `
    (int_literal) @number (binary_expression) @compare (if_statement) @if
    (assignment_statement) @sum (expression_case) @members (ERROR) @error`,
  cpp: `
    (number_literal) @number (binary_expression) @compare (if_statement alternative: (else_clause)) @if
    (conditional_expression) @ternary (expression_statement (update_expression) @step)
    (for_statement update: (update_expression) @step) (template_argument_list) @out
    (template_parameter_list) @out (ERROR) @error`,
};

const SITES_MAX = 100_000;

/** In the order of the text, the outer before the inner. */
export function sitesOf(text: string, captures: readonly Captured[], grammar: Grammar): Site[] {
  const out = ranges(captures, "out");
  const errors = ranges(captures, "error");
  const nested = new Set(
    captures.flatMap(({ name, node }) => (name === "nested" ? [`${node.startIndex} ${node.endIndex}`] : [])),
  );
  const sites: Site[] = [];
  for (const { name, node } of captures) {
    const site = siteOf(name, node, text, grammar);
    if (!site || sites.length === SITES_MAX) continue;
    const { start, end, kind } = site;
    if (kind === "denied" && nested.has(`${start} ${end}`)) continue;
    if (out.some((range) => range.from <= start && end <= range.to)) continue;
    if (errors.some((range) => range.from < end && start < range.to)) continue;
    sites.push(site);
  }
  sites.sort((a, b) => a.start - b.start || b.end - a.end);
  return sites.filter(({ start, end }, i) => i === 0 || sites[i - 1]!.start !== start || sites[i - 1]!.end !== end);
}

function ranges(captures: readonly Captured[], wanted: string): { from: number; to: number }[] {
  return captures.filter(({ name }) => name === wanted).map(({ node }) => rangeOf(node));
}

function siteOf(name: string, node: Node, text: string, grammar: Grammar): Site | null {
  switch (name) {
    case "number":
      return numberSite(node, text);
    case "compare":
      return compareSite(node, text, grammar);
    case "denied":
      return isMembership(node.childForFieldName("argument")) ? deniedSite(node, text, 1) : null;
    case "if":
      return ifSite(node, text, grammar);
    case "ternary":
      return ternarySite(node, text, grammar);
    case "step":
      return stepSite(node, text);
    case "sum":
      return sumSite(node, text, grammar);
    case "members":
      return membersSite(grammar === "go" ? node.childForFieldName("value") : node, text);
    default:
      return null;
  }
}

const rangeOf = ({ startIndex, endIndex }: Node) => ({ from: startIndex, to: endIndex });

/** From 10, below which no one writes another base, to what every language's plain integer holds. */
const [NUMBER_MIN, NUMBER_MAX] = [10, 2 ** 31 - 1];

/** Value of a plain whole number without a suffix; null for any other. */
function wholeOf(word: string): number | null {
  if (!/^(?:[1-9][\d_]*|0[xX][\da-fA-F_]+|0)$/.test(word)) return null;
  return Number(word.replaceAll("_", ""));
}

function numberSite(node: Node, text: string): Site | null {
  const { from, to } = rangeOf(node);
  const word = text.slice(from, to);
  const value = wholeOf(word);
  if (value === null || value < NUMBER_MIN || value > NUMBER_MAX) return null;
  // A word or a dot at either end.
  if (/[\w.$]/.test(text[to] ?? " ") || /[\w.$]/.test(text[from - 1] ?? " ")) return null;
  const form = /^0x/i.test(word) ? 1 : 0;
  const forms: Site["forms"] = form === 1 ? [[String(value)], [word]] : [[word], [`0x${value.toString(16)}`]];
  return { kind: "number", start: from, end: to, form, forms, detail: String(value) };
}

const TURNED: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };
const EQUAL = new Set(["==", "!=", "===", "!=="]);
const NUMBERS = new Set([
  "integer",
  "float",
  "number",
  "integer_literal",
  "float_literal",
  "int_literal",
  "number_literal",
]);
const STRINGS = new Set([
  "string",
  "interpreted_string_literal",
  "raw_string_literal",
  "string_literal",
  "char_literal",
]);
/** Where a class of its own kind of equality beside a string, or of order beside a name, is likely. */
const NUMBERS_ALONE: ReadonlySet<Grammar> = new Set(["rust", "cpp"]);

function compareSite(node: Node, text: string, grammar: Grammar): Site | null {
  const { children } = node;
  const [left, sign, right] = children;
  if (children.length !== 3 || !left || !sign || !right) return null;
  const operator = sign.type;
  if (operator === "is not" || operator === "not in") return deniedSite(node, text, 0);
  const [a, b] = [literalOf(left, text, grammar), literalOf(right, text, grammar)];
  const turn = (turned: string): Piece[] => [
    rangeOf(right),
    text.slice(left.endIndex, sign.startIndex),
    turned,
    text.slice(sign.endIndex, right.startIndex),
    rangeOf(left),
  ];
  const written: Piece[] = [{ from: node.startIndex, to: node.endIndex }];
  const site = (kind: SiteKind, form: 0 | 1, turned: string, detail: string): Site => {
    const forms: Site["forms"] = form === 0 ? [written, turn(turned)] : [turn(turned), written];
    return { kind, start: node.startIndex, end: node.endIndex, form, forms, detail };
  };
  const one = a !== null && b === null && isAtomic(right) ? a : b !== null && a === null && isAtomic(left) ? b : null;
  if (EQUAL.has(operator))
    return one === null ? null : site("equal", a === null ? 0 : 1, operator, `${operator} ${one}`);
  const turned = TURNED[operator];
  if (turned === undefined) return null;
  const names = !NUMBERS_ALONE.has(grammar) && left.type === "identifier" && right.type === "identifier";
  const number = one !== null && !/^["'`]/.test(one);
  if (!names && !number) return null;
  return site("order", operator.startsWith("<") ? 0 : 1, turned, `${operator.length} ${names ? "" : one}`);
}

/** A literal's value as one text; null where it is none, or one that is not compared here. */
function literalOf(node: Node, text: string, grammar: Grammar): string | null {
  const word = text.slice(node.startIndex, node.endIndex);
  if (NUMBERS.has(node.type)) return String(wholeOf(word) ?? word);
  if (!STRINGS.has(node.type) || NUMBERS_ALONE.has(grammar) || /\n|^[^"'`]|[{}\\]/.test(word)) return null;
  return `"${word.replace(/^["'`]+|["'`]+$/g, "")}`;
}

function deniedSite(node: Node, text: string, form: 0 | 1): Site | null {
  const { startIndex: start, endIndex: end } = node;
  const inner = form === 0 ? node : node.childForFieldName("argument")!;
  const [left, sign, right] = inner.children;
  if (inner.children.length !== 3 || !left || !sign || !right) return null;
  const plain = sign.type === "is not" ? "is" : sign.type === "not in" ? "in" : sign.type;
  const before = text.slice(left.endIndex, sign.startIndex);
  const after = text.slice(sign.endIndex, right.startIndex);
  if (/[#\n\\]/.test(before + after + text.slice(start, inner.startIndex))) return null;
  const [of, than] = [rangeOf(left), rangeOf(right)];
  const denied = plain === "is" ? "is not" : "not in";
  const forms: Site["forms"] = [
    [of, before, denied, after, than],
    ["not ", of, before, plain, after, than],
  ];
  return { kind: "denied", start, end, form, forms, detail: plain };
}

/** The first two of a list of plain literals whose order says nothing: asked for by `in`, `case`, `|`. */
function membersSite(node: Node | null, text: string): Site | null {
  if (!node || !/^(tuple|list|set|or_pattern|union_type|expression_list)$/.test(node.type)) return null;
  const members = node.namedChildren;
  if (members.some((each) => each?.type === "comment")) return null;
  const [one, other] = members
    .slice(0, 2)
    .map((each) => (each?.type === "literal_type" ? each.namedChildren[0] : each));
  if (!one || !other || one.type !== other.type) return null;
  const [a, b] = [memberOf(one, text), memberOf(other, text)];
  if (a === null || b === null || a === b) return null;
  const rises = typeof a === "number" ? a < Number(b) : a < String(b);
  const { startIndex: start } = one;
  const end = other.endIndex;
  const gap = text.slice(one.endIndex, other.startIndex);
  const ordered: Piece[] = [rangeOf(one), gap, rangeOf(other)];
  const turned: Piece[] = [rangeOf(other), gap, rangeOf(one)];
  const detail = [a, b].map(String).sort().join(" ");
  return {
    kind: "members",
    start,
    end,
    form: rises ? 0 : 1,
    forms: rises ? [ordered, turned] : [turned, ordered],
    detail,
  };
}

function memberOf(node: Node, text: string): number | string | null {
  const word = text.slice(node.startIndex, node.endIndex);
  if (NUMBERS.has(node.type)) return wholeOf(word);
  if (!STRINGS.has(node.type) || /\n|^[^"'`]|[{}\\]/.test(word)) return null;
  return word.replace(/^["'`]+|["'`]+$/g, "");
}

/** `i++` and `++i` where nobody asks for the value. */
function stepSite(node: Node, text: string): Site | null {
  const operand = node.childForFieldName("argument");
  const sign = node.children.find((each) => each?.type === "++" || each?.type === "--");
  if (!operand || !sign || node.childCount !== 2 || !isAtomic(operand)) return null;
  const of = rangeOf(operand);
  const forms: Site["forms"] = [
    [of, sign.type],
    [sign.type, of],
  ];
  const form = sign.startIndex > operand.startIndex ? 0 : 1;
  if (/\s/.test(text.slice(node.startIndex, node.endIndex))) return null;
  return { kind: "step", start: node.startIndex, end: node.endIndex, form, forms, detail: sign.type };
}

/** `x += 1` and `x = x + 1`, x being a name. */
function sumSite(node: Node, text: string, grammar: Grammar): Site | null {
  if (grammar === "python" || grammar === "cpp") return null;
  const sole = (each: Node | null) =>
    each?.type === "expression_list" ? (each.namedChildCount === 1 ? each.namedChildren[0]! : null) : each;
  const left = sole(node.childForFieldName("left"));
  const right = sole(node.childForFieldName("right"));
  if (left?.type !== "identifier" || !right) return null;
  const name = text.slice(left.startIndex, left.endIndex);
  const between = text.slice(left.endIndex, right.startIndex).trim();
  const { startIndex: start, endIndex: end } = node;
  const made = (form: 0 | 1, sign: string, by: Node): Site | null => {
    if (!NUMBERS.has(by.type)) return null;
    const forms: Site["forms"] = [
      [`${name} ${sign}= `, rangeOf(by)],
      [`${name} = ${name} ${sign} `, rangeOf(by)],
    ];
    return { kind: "sum", start, end, form, forms, detail: sign };
  };
  const joined = /^([+-])=$/.exec(between);
  if (joined) return made(0, joined[1]!, right);
  if (between !== "=" || right.type !== "binary_expression" || right.childCount !== 3) return null;
  const [of, sign, by] = right.children as [Node, Node, Node];
  if (text.slice(of.startIndex, of.endIndex) !== name || !/^[+-]$/.test(sign.type)) return null;
  return made(1, sign.type, by);
}

function ifSite(node: Node, text: string, grammar: Grammar): Site | null {
  let condition = node.childForFieldName("condition");
  const first = node.childForFieldName("consequence");
  const alternative = node.childForFieldName("alternative");
  if (!condition || !first || !alternative || node.childForFieldName("initializer")) return null;
  if (node.namedChildren.filter((each) => /^(elif_clause|else_clause)$/.test(each?.type ?? "")).length > 1) return null;
  const blocks = /^(block|statement_block|compound_statement)$/;
  const second =
    alternative.type === "else_clause"
      ? (alternative.childForFieldName("body") ??
        alternative.namedChildren.find((each) => blocks.test(each?.type ?? "")))
      : alternative;
  if (!second || !blocks.test(first.type) || !blocks.test(second.type)) return null;
  if (node.children.some((each) => each?.type === "constexpr" || each?.type === "elif_clause")) return null;
  if (grammar === "python" && !ownLines(first, second, text)) return null;
  if (grammar === "cpp" && /\n\s*#/.test(text.slice(node.startIndex, node.endIndex))) return null;
  if (condition.type === "parenthesized_expression" && grammar !== "python" && grammar !== "go" && grammar !== "rust") {
    if (condition.childCount !== 3) return null;
    condition = condition.namedChildren[0] ?? null;
  } else if (condition.type === "condition_clause") {
    if (condition.childCount !== 3) return null;
    condition = condition.namedChildren[0] ?? null;
  }
  return condition && turnedRound(node, text, conditionOf(condition, text, grammar), condition, first, second, false);
}

/** Both blocks begin on lines of their own, equally far in. */
function ownLines(first: Node, second: Node, text: string): boolean {
  const lineStart = (at: number) => text.lastIndexOf("\n", at - 1) + 1;
  const own = ({ startIndex }: Node) => text.slice(lineStart(startIndex), startIndex).trim() === "";
  const ends = ({ endIndex }: Node) => /^[ \t]*(#.*)?(\r?\n|$)/.test(text.slice(endIndex, endIndex + 400));
  const column = (node: Node) => text.slice(lineStart(node.startIndex), node.startIndex);
  return own(first) && own(second) && ends(first) && ends(second) && column(first) === column(second);
}

const NO_BRANCH =
  /^(conditional_expression|ternary_expression|lambda|lambda_expression|assignment_expression|augmented_assignment_expression|named_expression|yield|yield_expression|arrow_function|sequence_expression|comma_expression|throw_expression|comment|initializer_list)$/;

function ternarySite(node: Node, text: string, grammar: Grammar): Site | null {
  const named = node.namedChildren;
  if (named.length !== 3 || named.some((each) => !each || NO_BRANCH.test(each.type))) return null;
  const python = grammar === "python";
  const [first, condition, second] = (python ? named : [named[1], named[0], named[2]]) as [Node, Node, Node];
  return turnedRound(node, text, conditionOf(condition, text, grammar), condition, first, second, python);
}

/** @param inverse the first branch stands before the condition */
function turnedRound(
  node: Node,
  text: string,
  said: Condition | null,
  condition: Node,
  first: Node,
  second: Node,
  inverse: boolean,
): Site | null {
  if (!said) return null;
  const parts = inverse ? [first, condition, second] : [condition, first, second];
  const gap = (from: number, to: number) => text.slice(from, to);
  const gaps = [
    gap(node.startIndex, parts[0]!.startIndex),
    gap(parts[0]!.endIndex, parts[1]!.startIndex),
    gap(parts[1]!.endIndex, parts[2]!.startIndex),
    gap(parts[2]!.endIndex, node.endIndex),
  ];
  const [ours, theirs] = [rangeOf(first), rangeOf(second)];
  const written = (asked: readonly Piece[], one: Piece, other: Piece): Piece[] => {
    const order: (readonly Piece[])[] = inverse ? [[one], asked, [other]] : [asked, [one], [other]];
    return [gaps[0]!, ...order[0]!, gaps[1]!, ...order[1]!, gaps[2]!, ...order[2]!, gaps[3]!];
  };
  const forms: Site["forms"] =
    said.form === 0
      ? [written(said.plain, ours, theirs), written(said.denied, theirs, ours)]
      : [written(said.plain, theirs, ours), written(said.denied, ours, theirs)];
  return {
    kind: "choice",
    start: node.startIndex,
    end: node.endIndex,
    form: said.form,
    forms,
    detail: inverse ? "?" : "",
  };
}
