/** A thread that counts blocks of answers; see behaviour-pool.ts. */
import { parentPort } from "node:worker_threads";
import { countBlock } from "../../labs/behaviour/agreement/block-count.js";
import type { Block } from "../../labs/behaviour/answers/answer-source.js";

export interface BlockJob {
  id: number;
  block: Block;
  groups: Int32Array;
}

parentPort!.on("message", ({ id, block, groups }: BlockJob) => {
  try {
    const counted = countBlock(block, groups);
    const buffers = [...counted.sums.agreement, counted.sums.answered].map((array) => array.buffer as ArrayBuffer);
    parentPort!.postMessage({ id, counted }, buffers);
  } catch (error) {
    parentPort!.postMessage({ id, error });
  }
});
