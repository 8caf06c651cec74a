/**
 * Distinct prompts from the engine, in order of their hashes, grouped by template; the result goes back as a table. In a
 * long log templates are learned from the prompts whose hashes come first, a random share that the order of the log does
 * not touch, and the others are given theirs as they stream past; near duplicates are looked for in that share only.
 */
import type { SqlEngine } from "../engine.js";
import { Hashes } from "../log/hashes.js";
import { ranges } from "../log/ranges.js";
import { RowBinaryReader, RowBinaryWriter } from "../log/row-binary.js";
import { structure, TEMPLATES_COLUMNS } from "../log/tables.js";
import { groupPrompts } from "./group.js";
import type { Sets } from "./sets.js";

/** Prompts that templates are learned from: signatures and features of so many take about 1 GB. */
const PROMPTS_LEARNED_MAX = 1_000_000;
/** Prompts read at a time, some 400 bytes each: the cuts of a table of many parts must be long against what is read at their ends. */
const PROMPTS_A_READ = 600_000;

/** Fills the table `templates` anew. @returns distinct prompts in the log */
export async function assignTemplates(engine: SqlEngine, rows: number): Promise<{ prompts: number }> {
  await engine.run("TRUNCATE TABLE templates");
  const prompts = await countPrompts(engine, rows);
  if (prompts === 0) return { prompts };
  const share = Math.min(1, PROMPTS_LEARNED_MAX / prompts);
  // By the first four bytes of the hash, big-endian as FixedString compares.
  const bound =
    share === 1
      ? null
      : Math.floor(share * 2 ** 32)
          .toString(16)
          .padStart(8, "0");
  const [below, above] =
    bound === null
      ? ["1", null]
      : [`prompt < toFixedString(unhex('${bound}'), 16)`, `prompt >= toFixedString(unhex('${bound}'), 16)`];
  const learned = await readPrompts(engine, below);
  const { template, duplicate, assign } = groupPrompts(learned.features);
  const { hashes } = learned;
  const out = new TemplateWriter(engine);
  const repeated = new Uint32Array(hashes.length);
  for (const first of duplicate) repeated[first]!++;
  for (let i = 0; i < hashes.length; i++) {
    await out.put(hashes.at(i), hashes.at(template[i]!), 0);
    if (duplicate[i] !== template[i] && repeated[duplicate[i]!]! > 1)
      await out.put(hashes.at(i), hashes.at(duplicate[i]!), 1);
  }
  if (above !== null) {
    const cuts = ranges("prompt", prompts, PROMPTS_A_READ);
    // The engine reads the next cut while this one is gone through.
    let next = readBytes(engine, `${cuts[0]} AND ${above}`);
    for (let i = 0; i < cuts.length; i++) {
      const reader = new RowBinaryReader(await next);
      if (i + 1 < cuts.length) next = readBytes(engine, `${cuts[i + 1]} AND ${above}`);
      next.catch(() => undefined); // told where it is waited for
      while (reader.more) {
        const prompt = reader.fixed(16);
        const known = assign(reader.u32s());
        const full = out.put(prompt, known < 0 ? prompt : hashes.at(known), 0);
        if (full) await full;
      }
    }
  }
  await out.end();
  return { prompts };
}

async function countPrompts(engine: SqlEngine, rows: number): Promise<number> {
  let prompts = 0;
  for (const range of ranges("prompt", rows)) {
    const [found] = await engine.rows<{ n: number }>(
      `SELECT toUInt64(uniqExact(prompt)) AS n FROM prompts WHERE ${range}`,
    );
    prompts += found!.n;
  }
  return prompts;
}

async function readPrompts(engine: SqlEngine, where: string): Promise<{ hashes: Hashes; features: Sets }> {
  const reader = new RowBinaryReader(await readBytes(engine, where));
  const hashes = new RowBinaryWriter();
  const lists: Uint32Array[] = [];
  let size = 0;
  while (reader.more) {
    hashes.fixed(reader.fixed(16));
    const features = reader.u32s();
    size += features.length;
    lists.push(features);
  }
  const features: Sets = { starts: new Uint32Array(lists.length + 1), values: new Uint32Array(size) };
  lists.forEach((list, i) => {
    features.values.set(list, features.starts[i]!);
    features.starts[i + 1] = features.starts[i]! + list.length;
  });
  return { hashes: new Hashes(hashes.take()), features };
}

/** Distinct prompts with their fingerprints, in order of hash. */
function readBytes(engine: SqlEngine, where: string): Promise<Uint8Array> {
  return engine.bytes(
    `SELECT prompt, any(features) FROM prompts WHERE ${where} GROUP BY prompt ORDER BY prompt SETTINGS optimize_aggregation_in_order = 1`,
  );
}

/** Lines of the table at a time: 32 MB. */
const LINES_A_WRITE = 1_000_000;

class TemplateWriter {
  readonly #engine: SqlEngine;
  readonly #writer = new RowBinaryWriter();
  #lines = 0;
  #inserting: Promise<void> = Promise.resolve();

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  /** Templates end their first byte in 0, groups of near duplicates in 1. A full table goes in while the next is filled. */
  put(prompt: Uint8Array, name: Uint8Array, kind: 0 | 1): Promise<void> | undefined {
    this.#writer.fixed(prompt);
    this.#writer.u8((name[0]! & 0xfe) | kind);
    this.#writer.fixed(name.subarray(1));
    return ++this.#lines >= LINES_A_WRITE ? this.#flush() : undefined;
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#inserting;
  }

  async #flush(): Promise<void> {
    this.#lines = 0;
    const bytes = this.#writer.take();
    await this.#inserting;
    this.#inserting = this.#engine.insert("templates", structure(TEMPLATES_COLUMNS), bytes);
    this.#inserting.catch(() => undefined); // told where it is waited for
  }
}
