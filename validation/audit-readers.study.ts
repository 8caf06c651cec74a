/**
 * The audit's readers against the tools that wrote the files: every value of every key, step by step.
 *   python validation/peers/audit-readers.py OUT && npm run build && node validation/audit-readers.study.ts OUT
 * Single-precision files (TensorBoard) are compared as singles.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareModels } from "../dist/app/audit/rerun-run.js";
import { openSource } from "../dist/app/audit/row-source.js";

const [folder] = process.argv.slice(2) as [string];
interface Peers {
  versions: Record<string, string>;
  files: {
    tool: string;
    path?: string;
    error?: string;
    keys?: Record<string, [number, number | null][]>;
    rows?: string;
    model?: string;
  }[];
}
const peers: Peers = JSON.parse(readFileSync(join(folder, "peers.json"), "utf8"));
/** Row by row and value by value; single precision is compared as singles, bytes as text or base64. */
function same(own: unknown, theirs: unknown): boolean {
  if (typeof theirs === "number" && typeof own === "number")
    return own === theirs || Math.fround(own) === Math.fround(theirs);
  if (typeof theirs !== "object" || theirs === null) return own === theirs;
  if ("bytes" in theirs) return own === theirs.bytes || own === Buffer.from(String(theirs.bytes), "base64").toString();
  const keys = Object.keys(theirs);
  return (
    typeof own === "object" &&
    own !== null &&
    keys.length === Object.keys(own).length &&
    keys.every((key) => same((own as Record<string, unknown>)[key], (theirs as Record<string, unknown>)[key]))
  );
}

interface Compared {
  tool: string;
  file?: string;
  error?: string | undefined;
  format?: string;
  rows?: number;
  tensors?: number;
  keys?: number;
  values?: number;
  differ?: number;
}
const compared: Compared[] = [];
for (const { tool, path, error, keys, rows: table, model } of peers.files) {
  if (error !== undefined || path === undefined) {
    compared.push({ tool, error });
    continue;
  }
  if (model !== undefined) {
    // Tensor by tensor, by the comparison that an audit makes: bytes, type and shape.
    const { tensors, same: alike, more } = await compareModels(join(folder, model), join(folder, path));
    compared.push({ tool, file: path, format: "dcp", tensors, differ: tensors - alike + more.length });
    continue;
  }
  if (table !== undefined) {
    const theirs = readFileSync(join(folder, table), "utf8").trimEnd().split("\n");
    const { format, rows } = await openSource(join(folder, path), "data", null);
    let [count, values, differ] = [0, 0, 0];
    for await (const { fields } of rows) {
      const row = JSON.parse(theirs[count++] ?? "{}") as Record<string, unknown>;
      for (const [key, value] of Object.entries(row)) {
        values++;
        if (!same(fields[key], value)) {
          differ++;
          if (differ < 4) console.error(path, count, key, JSON.stringify(fields[key]), JSON.stringify(value));
        }
      }
    }
    compared.push({ tool, file: path, format, rows: count, values, differ: differ + Math.abs(theirs.length - count) });
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
const OUT = "validation/audit-readers.json";
// Tools whose files this folder does not have keep their figures.
const before = JSON.parse(readFileSync(OUT, "utf8")) as { versions: object; compared: { tool: string }[] };
const kept = before.compared.filter(({ tool }) => compared.every((each) => each.tool !== tool));
const figures = {
  dated: new Date().toISOString().slice(0, 10),
  versions: { ...before.versions, ...peers.versions },
  compared: [...kept, ...compared],
};
writeFileSync(OUT, `${JSON.stringify(figures, null, 1)}\n`);
console.log(JSON.stringify(figures));
if (compared.some((each) => (each.differ ?? 1) > 0)) process.exitCode = 1;
