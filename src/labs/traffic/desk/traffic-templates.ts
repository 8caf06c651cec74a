/** Group prompts by template: every prompt of a file with the name of its template, in the file's order. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { utf8 } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { asAssayError } from "../../../host/files.js";
import { asked } from "../log/messages.js";
import { divideByWords } from "../templates/divide-by-words.js";
import { features } from "../templates/features.js";
import { gatherByWords } from "../templates/gather-by-words.js";
import { groupPrompts } from "../templates/group.js";
import { setsOf } from "../templates/sets.js";
import { normalise, words } from "../templates/tokens.js";

/** The same file gives the same templates: no key is needed where prompts are at hand in clear. */
const SEEDS = { a: 0x7472_6166, b: 0x6669_6321 };
/** Unpacked; a larger file is a log and goes through `examine traffic`. */
const BYTES_MAX = 2 ** 30;

interface TemplatedPrompt {
  /** The input's own fields, or `text` for a line that is no JSON. */
  record: Record<string, unknown>;
  template: string;
}

/**
 * @param path JSON Lines or plain lines, packed or not @returns in the file's order; a prompt that shares its template
 * with none has one of its own
 */
export async function templatesOf(path: string): Promise<TemplatedPrompt[]> {
  const bytes = await readFile(path).catch((error) => {
    throw asAssayError(error, path, "prompts");
  });
  const text = unpack(bytes, path);
  const records = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(recordOf);
  const index = new Map<string, number>();
  const lists: Uint32Array[] = [];
  const ids: string[] = [];
  const tokens: Uint32Array[] = [];
  const numbers = new Map<string, number>();
  const which = records.map((record) => {
    const normalised = normalise(promptOf(record) ?? "");
    let i = index.get(normalised);
    if (i === undefined) {
      i = lists.length;
      index.set(normalised, i);
      const list = words(normalised);
      lists.push(features(list, SEEDS));
      tokens.push(numbered(list, numbers));
      ids.push(sha256Hex(utf8(normalised)).slice(0, 16));
    }
    return i;
  });
  // In order of digest, so that neither the groups nor their names depend on the order of the file.
  const order = ids.map((_, i) => i).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
  const grouped = groupPrompts(setsOf(order.map((i) => lists[i]!)));
  const inOrder = order.map((i) => tokens[i]!);
  const divided = divideByWords(grouped.template, { words: inOrder, duplicate: grouped.duplicate });
  const template = gatherByWords(divided, inOrder);
  const names = new Array<string>(ids.length);
  order.forEach((i, at) => {
    names[i] = ids[order[template[at]!]!]!;
  });
  return records.map((record, i) => ({ record, template: names[which[i]!]! }));
}

/** Words as numbers, in order of their first use: a fifth of the room. */
function numbered(list: readonly string[], numbers: Map<string, number>): Uint32Array {
  return Uint32Array.from(list, (word) => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  });
}

function unpack(bytes: Uint8Array, path: string): string {
  try {
    const plain = path.endsWith(".gz") ? gunzipSync(bytes, { maxOutputLength: BYTES_MAX }) : bytes;
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    throw new AssayError(
      "FORMAT",
      `prompts: expected UTF-8 text, gzipped or not, got ${(error as Error).message} in ${path}`,
    );
  }
}

function recordOf(line: string): Record<string, unknown> {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    return { text: typeof value === "string" ? value : line };
  } catch {
    return { text: line };
  }
}

function promptOf(record: Record<string, unknown>): string | null {
  const { text, prompt, instruction, messages, input } = record;
  for (const value of [text, prompt, instruction, messages, input]) {
    const found = value === undefined || value === null ? null : asked(value, undefined).prompt;
    if (found !== null) return found;
  }
  return null;
}
