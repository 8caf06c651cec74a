/** Distinct prompts from the engine, in order of their hashes, grouped by template; the result goes back as a table. */
import type { SqlEngine } from "../engine.js";
import { RowBinaryReader, RowBinaryWriter } from "../log/row-binary.js";
import { structure, TEMPLATES_COLUMNS } from "../log/tables.js";
import { groupPrompts } from "./group.js";
import type { Sets } from "./sets.js";

export const PROMPTS_SQL = "SELECT prompt, any(features) FROM prompts GROUP BY prompt ORDER BY prompt";

export async function assignTemplates(engine: SqlEngine): Promise<{ prompts: number; templates: number }> {
  const reader = new RowBinaryReader(await engine.bytes(PROMPTS_SQL));
  const hashes: string[] = [];
  const lists: Uint32Array[] = [];
  let size = 0;
  while (reader.more) {
    hashes.push(reader.hex(16));
    const features = reader.u32s();
    size += features.length;
    lists.push(features);
  }
  const sets: Sets = { starts: new Uint32Array(lists.length + 1), values: new Uint32Array(size) };
  lists.forEach((list, i) => {
    sets.values.set(list, sets.starts[i]!);
    sets.starts[i + 1] = sets.starts[i]! + list.length;
  });
  const { template, duplicate } = groupPrompts(sets);
  await engine.run("TRUNCATE TABLE templates");
  const writer = new RowBinaryWriter();
  const put = (prompt: number, name: string, kind: number) => {
    writer.fixed(bytesOf(hashes[prompt]!));
    const id = bytesOf(name);
    id[0] = (id[0]! & 0xfe) | kind; // templates end their first byte in 0, groups of near duplicates in 1
    writer.fixed(id);
  };
  const repeated = new Uint32Array(hashes.length);
  for (const first of duplicate) repeated[first]!++;
  for (let i = 0; i < hashes.length; i++) {
    put(i, hashes[template[i]!]!, 0);
    if (duplicate[i] !== template[i] && repeated[duplicate[i]!]! > 1) put(i, hashes[duplicate[i]!]!, 1);
  }
  await engine.insert("templates", structure(TEMPLATES_COLUMNS), writer.take());
  return { prompts: hashes.length, templates: new Set(template).size };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
