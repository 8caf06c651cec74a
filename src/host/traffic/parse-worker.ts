/** A thread that turns blocks of log lines into batches of rows. */
import { parentPort, workerData } from "node:worker_threads";
import { newSink } from "../../labs/traffic/log/canonical-row.js";
import type { Mapping } from "../../labs/traffic/log/mapping.js";
import { type BatchCounts, parseLines } from "../../labs/traffic/log/parse-lines.js";
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
// Its writers are kept from block to block: they have grown to a block's size.
const sink = newSink();

parentPort!.on("message", ({ id, bytes, mapping, batch }: ParseJob) => {
  const revealed = new Map<string, Uint8Array>();
  sink.seen.clear();
  sink.systems.clear();
  sink.reveal = reveal ? (hash: Uint8Array, account: string) => void revealed.set(account, hash) : null;
  const counts = parseLines(bytes, { mapping, hash, seeds, batch }, sink, lineDigest);
  const result: ParseResult = {
    id,
    rows: sink.rows.take(),
    prompts: sink.prompts.take(),
    counts,
    revealed: [...revealed].map(([account, hash]) => [hash, account]),
  };
  // Handed over, not copied.
  parentPort!.postMessage(result, [result.rows.buffer as ArrayBuffer, result.prompts.buffer as ArrayBuffer]);
});
