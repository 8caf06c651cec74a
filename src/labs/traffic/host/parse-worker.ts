/** A thread that turns blocks of log lines into batches of rows. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../../../host/worker-tasks.js";
import { newSink } from "../log/canonical-row.js";
import type { Mapping } from "../log/mapping.js";
import { type BatchCounts, parseLines } from "../log/parse-lines.js";
import { hashSeeds, keyedHash, lineDigest } from "./keyed-hash.js";

export interface ParseJob {
  bytes: Uint8Array;
  mapping: Mapping;
  /** The owner named the mapping. */
  fixed?: boolean;
  /** Number of the source in the manifest. */
  src?: number;
  batch: number;
}
export interface ParseResult {
  rows: Uint8Array;
  prompts: Uint8Array;
  terms: Uint8Array;
  counts: BatchCounts;
  /** [hash, account in clear], only with `--reveal`. */
  revealed: [Uint8Array, string][];
}

const { key, reveal } = workerData as { key: Uint8Array; reveal: boolean };
const hash = keyedHash(key);
const seeds = hashSeeds(key);
// Its writers are kept from block to block: they have grown to a block's size.
const sink = newSink();

serveTasks(({ bytes, mapping, fixed = false, src = 0, batch }: ParseJob) => {
  const revealed = new Map<string, Uint8Array>();
  sink.seen.clear();
  sink.systems.clear();
  sink.accepted.clear();
  sink.reveal = reveal ? (hash: Uint8Array, account: string) => void revealed.set(account, hash) : null;
  const counts = parseLines(bytes, { mapping, fixed, hash, seeds, src, batch }, sink, lineDigest);
  const value: ParseResult = {
    rows: sink.rows.take(),
    prompts: sink.prompts.take(),
    terms: sink.terms.take(),
    counts,
    revealed: [...revealed].map(([account, hash]) => [hash, account]),
  };
  const transfer = [value.rows, value.prompts, value.terms].map(({ buffer }) => buffer as ArrayBuffer);
  return { value, transfer };
});
