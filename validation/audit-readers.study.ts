/**
 * The audit's readers against the tools that wrote the files: every value of every key, step by step.
 *   python validation/peers/audit-readers.py OUT && npm run build && node validation/audit-readers.study.ts OUT
 * Single-precision files (TensorBoard) are compared as singles.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSource } from "../dist/app/audit/row-source.js";

const [folder] = process.argv.slice(2) as [string];
interface Peers {
  versions: Record<string, string>;
  files: { tool: string; path?: string; error?: string; keys?: Record<string, [number, number | null][]> }[];
}
const peers: Peers = JSON.parse(readFileSync(join(folder, "peers.json"), "utf8"));
const compared = [];
for (const { tool, path, error, keys } of peers.files) {
  if (error !== undefined || path === undefined) {
    compared.push({ tool, error });
    continue;
  }
  const read = new Map<string, [number, unknown][]>();
  const { format, rows } = await openSource(join(folder, path), "steps", null);
  let count = 0;
  for await (const { fields } of rows) {
    count++;
    const step = Number(fields._step ?? fields.step);
    for (const [key, value] of Object.entries(fields))
      if (!["step", "_step", "wall_time", "timestamp"].includes(key))
        read.set(key, [...(read.get(key) ?? []), [step, value]]);
  }
  let [values, differ] = [0, 0];
  const single = format === "tfevents" ? Math.fround : (value: number) => value;
  for (const [key, theirs] of Object.entries(keys!)) {
    const ours = read.get(key) ?? [];
    values += theirs.length;
    if (ours.length !== theirs.length) differ += Math.abs(ours.length - theirs.length);
    for (const [i, [step, value]] of theirs.entries()) {
      const [at, own] = ours[i] ?? [Number.NaN, null];
      const same = value === null ? typeof own === "string" || own === null : single(Number(own)) === single(value);
      if (at !== step || !same) differ++;
    }
  }
  compared.push({ tool, format, rows: count, keys: Object.keys(keys!).length, values, differ });
}
const figures = { dated: new Date().toISOString().slice(0, 10), versions: peers.versions, compared };
writeFileSync("validation/audit-readers.json", `${JSON.stringify(figures, null, 1)}\n`);
console.log(JSON.stringify(figures));
if (compared.some((each) => (each.differ ?? 1) > 0)) process.exitCode = 1;
