/** What is left of rows that are gone: fingerprints of prompts that nobody sent any more, names in clear and terms of nobody. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SqlEngine } from "../../engine.js";
import { ranges } from "../../log/ranges.js";
import { removeWhere } from "./manifest.js";

/** @param folder of the data, whose list of names in clear is cut as well */
export async function forget(engine: SqlEngine, folder: string): Promise<void> {
  const [total] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
  for (const range of ranges("prompt", total!.n))
    await engine.run(
      `ALTER TABLE prompts DELETE WHERE ${range} AND prompt NOT IN (SELECT prompt FROM rows WHERE ${range} UNION ALL SELECT prompt FROM spare WHERE ${range}) SETTINGS mutations_sync = 2`,
    );
  const here = "SELECT account FROM rows UNION ALL SELECT account FROM spare";
  await removeWhere(engine, "terms", `account NOT IN (${here})`);
  const path = join(folder, "accounts.tsv");
  const lines = await readFile(path, "utf8").catch(() => null);
  if (lines === null) return;
  const found = await engine.rows<{ a: string }>(`SELECT DISTINCT lower(hex(account)) AS a FROM (${here})`);
  const known = new Set(found.map(({ a }) => a));
  const kept = lines.split("\n").filter((line) => known.has(line.slice(0, 32)));
  await writeFile(`${path}.part`, kept.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  await rename(`${path}.part`, path);
}
