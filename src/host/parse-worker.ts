/** A thread that turns blocks of log lines into batches of rows. */
import { parentPort, workerData } from "node:worker_threads";
import type { Mapping } from "../labs/traffic/log/mapping.js";
import { type BatchCounts, parseLines } from "../labs/traffic/log/parse-lines.js";
import { RowBinaryWriter } from "../labs/traffic/log/row-binary.js";
import { hashSeeds, keyedHash, lineDigest } from "./keyed-hash.js";

export interface ParseJob {
  id: number;
  bytes: Uint8Array;
  mapping: Mapping;
  batch: number;
}
export interface ParseResult {
  id: number;
  rows: Uint8Array;
  prompts: Uint8Array;
  counts: BatchCounts;
  /** [hash, account in clear], only with `--reveal`. */
  revealed: [Uint8Array, string][];
}

const { key, reveal } = workerData as { key: Uint8Array; reveal: boolean };
const hash = keyedHash(key);
const seeds = hashSeeds(key);
// Kept from block to block: they have grown to a block's size.
const rows = new RowBinaryWriter();
const prompts = new RowBinaryWriter();

parentPort!.on("message", ({ id, bytes, mapping, batch }: ParseJob) => {
  const revealed = new Map<string, Uint8Array>();
  const sink = {
    rows,
    prompts,
    seen: new Map<string, { id: Uint8Array; signals: number }>(),
    systems: new Map<string, Uint8Array>(),
    reveal: reveal ? (hash: Uint8Array, account: string) => void revealed.set(account, hash) : null,
  };
  const counts = parseLines(bytes, { mapping, hash, seeds, batch }, sink, lineDigest);
  const result: ParseResult = {
    id,
    rows: rows.take(),
    prompts: prompts.take(),
    counts,
    revealed: [...revealed].map(([account, hash]) => [hash, account]),
  };
  // Handed over, not copied.
  parentPort!.postMessage(result, [result.rows.buffer as ArrayBuffer, result.prompts.buffer as ArrayBuffer]);
});
