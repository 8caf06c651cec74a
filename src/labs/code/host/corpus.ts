/**
 * The index of public code: `index.json`, which is dated and names a digest for every other file, and for each maker one
 * file a length of print, sorted 64-bit prints, little-endian. The index's root is the digest of `index.json`. It holds
 * no text: prints of 16 and more tokens with names hidden cannot be read back.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { METHOD, PANEL_TOKENS_MIN, PRINT_TOKENS } from "../method.js";
import type { Maker, Unit } from "../prints/containment.js";
import { joinSets, type PrintSet } from "../prints/prints.js";
import { LANGUAGES, type Language } from "../tokens/languages.js";

const INDEX = "index.json";
/** 10,000 makers of 100 sources. */
const INDEX_BYTES_MAX = 64 * 1024 * 1024;
/** One maker's prints of one length: 64 million, some 7 million lines. */
const PRINTS_BYTES_MAX = 512 * 1024 * 1024;
const count = z.number().int().nonnegative();

const makerSchema = z.strictObject({
  maker: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  sources: z.array(z.strictObject({ name: z.string().max(255), root: digestSchema, files: count })).max(10_000),
  languages: z.partialRecord(z.enum(LANGUAGES), z.strictObject({ files: count, tokens: count })),
  prints: z.array(z.strictObject({ tokens: count, count, digest: digestSchema })).length(PRINT_TOKENS.length),
});
export type IndexedMaker = z.infer<typeof makerSchema>;

const indexSchema = z.strictObject({
  type: z.literal("assay/code-corpus/v1"),
  /** As its builder states it. */
  dated: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  method: z.strictObject({ id: z.literal(METHOD.id), version: z.string() }),
  makers: z.array(makerSchema).max(10_000),
});
type Index = z.infer<typeof indexSchema>;

export interface Corpus {
  root: Digest;
  index: Index;
  makers: readonly (Maker & { indexed: IndexedMaker })[];
}

/** @throws AssayError NOT_FOUND, SCHEMA or LIMIT; UNSUPPORTED for the index of another version */
export async function readCorpus(folder: string): Promise<Corpus> {
  const bytes = await readSmallFile(join(folder, INDEX), INDEX_BYTES_MAX);
  const parsed = indexSchema.safeParse(parseStrictJson(fromUtf8(bytes, INDEX), INDEX));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `code corpus: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  const index = parsed.data;
  if (index.method.version !== METHOD.version)
    throw new AssayError(
      "UNSUPPORTED",
      `code corpus: expected an index of version ${METHOD.version} of ${METHOD.id}, got ${quoted(index.method.version)}`,
    );
  const makers = index.makers.map((indexed) => ({
    maker: indexed.maker,
    indexed,
    languages: new Set(LANGUAGES.filter((language) => (indexed.languages[language]?.tokens ?? 0) >= PANEL_TOKENS_MIN)),
    prints: (k: number) => readPrints(folder, indexed, k),
  }));
  for (const { indexed } of makers)
    for (const { tokens } of indexed.prints) {
      const { size } = await stat(join(folder, fileOf(indexed.maker, tokens))).catch(() => ({ size: -1 }));
      if (size < 0 || size > PRINTS_BYTES_MAX || size % 8 !== 0)
        throw new AssayError(
          "FORMAT",
          `code corpus: expected prints of ${quoted(indexed.maker)}, got none or no whole number`,
        );
    }
  return { root: sha256Digest(bytes), index, makers };
}

/** Synchronous: one maker's prints at a time, inside a pass over all of them. */
function readPrints(folder: string, indexed: IndexedMaker, k: number): PrintSet {
  const { tokens, digest } = indexed.prints[k]!;
  const bytes = readFileSync(join(folder, fileOf(indexed.maker, tokens)));
  const got = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (got !== digest)
    throw new AssayError("DIGEST", `code corpus: prints of ${quoted(indexed.maker)}: expected ${digest}, got ${got}`);
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

const fileOf = (maker: string, tokens: number): string => `${maker}.${tokens}.prints`;

interface MakerToIndex {
  maker: string;
  sources: { name: string; root: Digest; files: number }[];
  languages: Partial<Record<Language, { files: number; tokens: number }>>;
  prints: readonly PrintSet[];
}

/** One maker's prints as a file each, and its row of the index. */
export async function writeMaker(folder: string, made: MakerToIndex): Promise<IndexedMaker> {
  const prints: IndexedMaker["prints"] = [];
  for (const [k, tokens] of PRINT_TOKENS.entries()) {
    const set = made.prints[k]!;
    const bytes = new Uint8Array(set.buffer, set.byteOffset, set.byteLength);
    const target = join(folder, fileOf(made.maker, tokens));
    const partial = `${target}.partial`;
    await mkdir(resolve(folder), { recursive: true });
    const handle = await open(partial, "w");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, target);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
    prints.push({ tokens, count: set.length / 2, digest });
  }
  return { maker: made.maker, sources: made.sources, languages: made.languages, prints };
}

/** Written last: an index names only what is there. */
export async function writeIndex(folder: string, dated: string, makers: readonly IndexedMaker[]): Promise<Digest> {
  const index = indexSchema.parse({
    type: "assay/code-corpus/v1",
    dated,
    method: METHOD,
    makers: [...makers].sort((a, b) => (a.maker < b.maker ? -1 : 1)),
  });
  const bytes = canonicalJsonBytes(index);
  await rm(join(folder, INDEX), { force: true });
  await writeNewFile(join(folder, INDEX), bytes);
  return sha256Digest(bytes);
}

/** All prints of a tree, one set a length. */
export function printsOfUnits(units: readonly Unit[]): PrintSet[] {
  const files = units.filter(({ name }) => name === "");
  return PRINT_TOKENS.map((_, k) => joinSets(files.map(({ prints }) => prints[k]!)));
}
