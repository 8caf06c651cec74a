/**
 * Unmarked text for the studies of marks: the answers of many models in a folder of transcripts, as ids of a named
 * tokenizer from the package index (not a dependency of the product; give its entry file). Cached as one binary file.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { textEncoder } from "../../dist/model/beside/text-encoder.js";
import { readTranscript } from "../../dist/transcript/read-transcript.js";

export interface Corpus {
  tokenizer: string;
  vocabulary: number;
  /** One a text. */
  texts: Uint32Array[];
}

/** Tokenizers the studies know: how to call them, and the size of their vocabulary. */
const TOKENIZERS: Record<
  string,
  { vocabulary: number; encode: (module: Record<string, unknown>, text: string) => number[] }
> = {
  "llama-tokenizer-js": {
    vocabulary: 32_000,
    encode: (m, text) => (m.default as { encode(text: string, bos: boolean): number[] }).encode(text, false),
  },
  "llama3-tokenizer-js": {
    vocabulary: 128_256,
    encode: (m, text) =>
      (m.default as { encode(text: string, options: object): number[] }).encode(text, { bos: false, eos: false }),
  },
};

/**
 * @param tokenizer a tokenizer.json, or the path of the installed package's folder
 * @param every one text in so many, for studies that ask few: the cache is then of these
 */
export async function loadCorpus(transcripts: string, tokenizer: string, cache: string, every = 1): Promise<Corpus> {
  const json = tokenizer.endsWith(".json");
  const name = tokenizer
    .split("/")
    .slice(json ? -2 : -1)
    .join("/");
  const known = json ? ofJson(tokenizer) : TOKENIZERS[name];
  if (!known) throw new Error(`expected a tokenizer among ${Object.keys(TOKENIZERS).join(", ")}, got ${name}`);
  if (!existsSync(cache)) {
    const main = json ? "" : JSON.parse(readFileSync(join(tokenizer, "package.json"), "utf8")).main;
    const module = json ? {} : await import(pathToFileURL(resolve(tokenizer, main)).href);
    const all: number[][] = [];
    let met = 0;
    for (const file of readdirSync(transcripts)
      .filter((f) => f.endsWith(".jsonl.gz"))
      .sort())
      for (const text of textsOf(join(transcripts, file), file))
        if (met++ % every === 0) all.push(known.encode(module, text));
    const flat = new Uint32Array(all.reduce((n, ids) => n + ids.length + 1, 0));
    let at = 0;
    for (const ids of all) {
      flat[at++] = ids.length;
      flat.set(ids, at);
      at += ids.length;
    }
    writeFileSync(cache, new Uint8Array(flat.buffer));
  }
  const bytes = readFileSync(cache);
  const flat = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const texts: Uint32Array[] = [];
  for (let at = 0; at < flat.length; at += 1 + flat[at]!) texts.push(flat.subarray(at + 1, at + 1 + flat[at]!));
  return { tokenizer: name, vocabulary: known.vocabulary, texts };
}

function ofJson(path: string): (typeof TOKENIZERS)[string] {
  const bytes = readFileSync(path);
  const encoder = textEncoder(bytes, path);
  const { model, added_tokens } = JSON.parse(bytes.toString("utf8"));
  const ids = [...Object.values<number>(model.vocab), ...(added_tokens ?? []).map((t: { id: number }) => t.id)];
  return { vocabulary: Math.max(...ids) + 1, encode: (_, text) => Array.from(encoder.encode(text)) };
}

/** A transcript's answers; or, of a folder of filled templates, its texts. */
function textsOf(path: string, file: string): string[] {
  const bytes = readFileSync(path);
  const first = gunzipSync(bytes).toString("utf8").split("\n");
  const object = JSON.parse(first[0]!) as Record<string, unknown>;
  if (Object.keys(object).length === 1 && typeof object.text === "string")
    return first.filter((line) => line !== "").map((line) => (JSON.parse(line) as { text: string }).text);
  return readTranscript(bytes, file).records.map(({ text }) => text);
}
