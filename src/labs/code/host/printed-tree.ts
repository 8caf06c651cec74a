/** A source tree as units with prints: read, cut into tokens, and left out where it is generated, unreadable or another's. */
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { EXCLUSIVE_MIN, LISTED_MAX, PARSE_ERROR_MAX, PRINT_TOKENS, RUN_TOKENS, VARIED_MIN } from "../method.js";
import type { SideSeen } from "../observations.js";
import type { Unit } from "../prints/containment.js";
import { printSet, printsInOrder, variedPlaces } from "../prints/prints.js";
import { isWritten } from "../tokens/generators.js";
import { grammarOf, type Language, languageOf } from "../tokens/languages.js";
import { whyByName } from "../tokens/names.js";
import { type Provenance, provenanceOf, whyGenerated } from "../tokens/provenance.js";
import type { Tokens } from "../tokens/tokens.js";
import { readTokens } from "./grammars.js";
import { type SourceFile, type SourceTree, TREE_LIMITS, textOf } from "./source-tree.js";

export interface PrintedTree {
  name: string;
  root: Digest;
  units: readonly Unit[];
  /** By path, of files that say where they came from or name a licence. */
  provenance: ReadonlyMap<string, Provenance>;
  files: number;
  seen: SideSeen;
}

/**
 * @param what files alone, for an index, or functions and classes too @param onFile called with how many files are done
 * @throws AssayError LIMIT beyond `tokensMax`
 */
export async function printTree(
  tree: SourceTree,
  what: "files" | "units",
  onFile: (done: number, total: number) => void,
  tokensMax: number = TREE_LIMITS.tokens,
): Promise<PrintedTree> {
  const units: Unit[] = [];
  const provenance = new Map<string, Provenance>();
  const leftOut = new Map(tree.leftOut.map(({ why, files }) => [why, files]));
  const languages: Record<string, { files: number; tokens: number }> = {};
  const texts = new Set<Digest>();
  const unreadFiles: { path: string; share: number }[] = [];
  let files = 0;
  let tokens = 0;
  for (const [i, file] of tree.files.entries()) {
    onFile(i, tree.files.length);
    const grammar = grammarOf(file.path)!;
    const { text, why, read, unread } = await readSource(file);
    if (unread > 0) unreadFiles.push({ path: file.path, share: read ? Math.round(1e4 * unread) / 1e4 : 1 });
    const reason = why;
    const copy = texts.has(file.digest) ? "the same text as another file of the tree" : null;
    texts.add(file.digest);
    if (reason !== null || copy !== null) {
      leftOut.set((reason ?? copy)!, (leftOut.get((reason ?? copy)!) ?? 0) + 1);
      continue;
    }
    const language = languageOf(grammar);
    const said = provenanceOf(text!);
    if (said.attribution.length > 0 || said.licences.length > 0 || said.heads.length > 0 || said.holders.length > 0)
      provenance.set(file.path, said);
    const whole = what === "files" ? { ...read!, units: read!.units.slice(0, 1) } : read!;
    units.push(...unitsOf(file.path, whole, language, what === "units" ? linesOf(text!, whole.starts) : null));
    files++;
    tokens += read!.values.length;
    if (tokens > tokensMax)
      throw new AssayError("LIMIT", `code: ${quoted(tree.name)}: expected at most ${tokensMax} tokens, got more`);
    languages[language] ??= { files: 0, tokens: 0 };
    languages[language].files++;
    languages[language].tokens += read!.values.length;
  }
  return {
    name: tree.name,
    root: tree.root,
    units,
    provenance,
    files,
    seen: {
      files,
      tokens,
      units: units.length,
      languages,
      leftOut: [...leftOut].map(([why, count]) => ({ why, files: count })).sort((a, b) => (a.why < b.why ? -1 : 1)),
      ...(unreadFiles.length > 0 ? { unread: unreadSeen(unreadFiles) } : {}),
    },
  };
}

/** The largest shares, and how many more files. */
function unreadSeen(files: { path: string; share: number }[]): NonNullable<SideSeen["unread"]> {
  files.sort((a, b) => b.share - a.share || (a.path < b.path ? -1 : 1));
  return { files: files.slice(0, LISTED_MAX), more: Math.max(0, files.length - LISTED_MAX) };
}

/**
 * Why a file is left out, or null; its text where it has one, its tokens where it is not left out; and the share of it that
 * the parser could not read, of a file that came to be parsed.
 */
export async function readSource(
  file: SourceFile,
): Promise<{ text: string | null; why: string | null; read: Tokens | null; unread: number }> {
  if (file.bytes.length > TREE_LIMITS.parsedBytes)
    return { text: null, why: `larger than ${TREE_LIMITS.parsedBytes} bytes`, read: null, unread: 0 };
  const text = textOf(file);
  if (text === null) return { text, why: "not UTF-8 text", read: null, unread: 0 };
  const grammar = grammarOf(file.path)!;
  const why = whyByName(file.path) ?? whyGenerated(text) ?? (isWritten(text, languageOf(grammar)) ? WRITTEN : null);
  if (why !== null) return { text, why, read: null, unread: 0 };
  const read = await readTokens(text, grammar, file.path);
  const unread = read?.errorShare ?? 1;
  if (read !== null && unread <= PARSE_ERROR_MAX) return { text, why: null, read, unread };
  // Flow writes types into files that are called JavaScript's; the grammar of TypeScript's dialect reads most of them.
  const typed = grammar === "javascript" ? await readTokens(text, "tsx", file.path) : null;
  if (typed !== null && typed.errorShare <= PARSE_ERROR_MAX)
    return { text, why: null, read: typed, unread: typed.errorShare };
  return { text, why: "could not be parsed", read: null, unread };
}

const WRITTEN = "written by a program, by the names that it leaves";

/** Line of every token, from 1. */
function linesOf(text: string, starts: Uint32Array): Uint32Array {
  let line = 1;
  let at = 0;
  return starts.map((start) => {
    for (; at < start; at++) if (text.charCodeAt(at) === 10) line++;
    return line;
  });
}

/**
 * The file, and its functions and classes that may hold enough prints; one inside another of the same tokens is one.
 * @param lines of the tokens; null where no passage is asked for
 */
function unitsOf(
  path: string,
  read: NonNullable<Awaited<ReturnType<typeof readTokens>>>,
  language: Language,
  lines: Uint32Array | null,
): Unit[] {
  const lengths = PRINT_TOKENS.map((length) => printsInOrder(read.values, length, language));
  const taken = new Set<string>();
  return read.units.flatMap(({ name, line, from, to }) => {
    const small = to - from < EXCLUSIVE_MIN + PRINT_TOKENS[0] - 1;
    if ((small && name !== "") || taken.has(`${from} ${to}`)) return [];
    taken.add(`${from} ${to}`);
    const prints = PRINT_TOKENS.map((length, k) =>
      printSet(lengths[k]!.subarray(2 * from, 2 * Math.max(from, to - length + 1))),
    );
    const order =
      name === "" && lines
        ? { prints: lengths, varied: variedPlaces(read.values, RUN_TOKENS, VARIED_MIN), lines }
        : undefined;
    return [{ path, name, line, language, prints, ...(order ? { order } : {}) }];
  });
}
