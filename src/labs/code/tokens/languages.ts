/**
 * The languages that are read: which files, which grammar, which words are keywords, and a tree-sitter query that says
 * what is skipped (comments, docstrings, imports), what is a string, what is a class or block of functions ("unit"), what
 * is a function with a head and a body ("function"), and what may be dictated ("perhaps": dictated.ts decides by its
 * text). Node names are the grammars' own (tree-sitter-python 0.25 and its kin). Names, built-in types among them, are
 * hidden; keywords are kept.
 */
export const LANGUAGES = ["python", "typescript", "rust", "go", "cpp"] as const;
export type Language = (typeof LANGUAGES)[number];

const GRAMMARS = ["python", "typescript", "tsx", "javascript", "rust", "go", "cpp"] as const;
export type Grammar = (typeof GRAMMARS)[number];

const BY_EXTENSION: Readonly<Record<string, Grammar>> = {
  py: "python",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  rs: "rust",
  go: "go",
  c: "cpp",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  h: "cpp",
  hh: "cpp",
  hpp: "cpp",
  hxx: "cpp",
  // CUDA's own package runs a native build when it is installed. C++ reads all of it but the launch brackets.
  cu: "cpp",
  cuh: "cpp",
};

/** Grammar by a path's extension; null for what is no source file that is read. */
export function grammarOf(path: string): Grammar | null {
  if (/\.d\.[mc]?ts$/.test(path)) return null;
  const extension = /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase();
  return (extension && Object.hasOwn(BY_EXTENSION, extension) && BY_EXTENSION[extension]) || null;
}

const LANGUAGE_OF: Readonly<Record<Grammar, Language>> = {
  python: "python",
  typescript: "typescript",
  tsx: "typescript",
  javascript: "typescript",
  rust: "rust",
  go: "go",
  cpp: "cpp",
};
/** Several grammars share a panel: C++ and CUDA, TypeScript and JavaScript. */
export const languageOf = (grammar: Grammar): Language => LANGUAGE_OF[grammar];

const words = (text: string) => new Set(text.split(" "));
export const KEYWORDS: Readonly<Record<Language, ReadonlySet<string>>> = {
  python: words(
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield",
  ),
  typescript: words(
    "abstract as async await break case catch class const continue debugger default delete do else enum export extends false finally for from function if implements import in instanceof interface keyof let new null of private protected public readonly return satisfies static super switch this throw true try type typeof undefined var void while with yield",
  ),
  rust: words(
    "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while",
  ),
  go: words(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map nil package range return select struct switch type var true false",
  ),
  cpp: words(
    "auto break case catch class const constexpr continue default delete do else enum explicit extern false final for friend if inline mutable namespace new noexcept nullptr operator override private protected public return sizeof static struct switch template this throw true try typedef typename union using virtual volatile while",
  ),
};

const CPP = `
  (comment) @skip (preproc_include) @skip (using_declaration) @skip
  (string_literal) @string (raw_string_literal) @string (char_literal) @string
  (function_definition) @function (class_specifier) @unit (struct_specifier) @unit (ERROR) @error`;
const SCRIPT = `
  (comment) @skip (import_statement) @skip (export_statement source: (string)) @skip
  (string) @string (template_string) @string (regex) @string
  (class_declaration) @unit (function_declaration) @function (method_definition) @function
  (function_expression) @unit (arrow_function) @unit
  (lexical_declaration . (variable_declarator) .) @perhaps (variable_declaration . (variable_declarator) .) @perhaps
  (variable_declarator) @perhaps (program (expression_statement) @perhaps) (ERROR) @error`;

export const QUERIES: Readonly<Record<Grammar, string>> = {
  python: `
    (comment) @skip (import_statement) @skip (import_from_statement) @skip (future_import_statement) @skip
    (expression_statement . (string) @skip .) (string) @string
    (expression_statement (call)) @perhaps (decorator) @perhaps
    (class_definition) @unit (function_definition) @function (ERROR) @error`,
  typescript: SCRIPT,
  tsx: `${SCRIPT} (jsx_text) @string`,
  javascript: `${SCRIPT} (jsx_text) @string`,
  rust: `
    (line_comment) @skip (block_comment) @skip (use_declaration) @skip (extern_crate_declaration) @skip
    (string_literal) @string (raw_string_literal) @string (char_literal) @string
    (function_item) @function (impl_item) @unit (trait_item) @unit (ERROR) @error`,
  go: `
    (comment) @skip (import_declaration) @skip (package_clause) @skip
    (interpreted_string_literal) @string (raw_string_literal) @string (rune_literal) @string
    (literal_value) @data
    (function_declaration) @function (method_declaration) @function (ERROR) @error`,
  cpp: CPP,
};
