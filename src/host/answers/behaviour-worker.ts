/** A thread that counts blocks of answers; see behaviour-pool.ts. */
import { countBlock } from "../../labs/behaviour/agreement/block-count.js";
import type { Block } from "../../labs/behaviour/answers/answer-source.js";
import { serveTasks } from "../worker-tasks.js";

export interface BlockJob {
  block: Block;
  groups: Int32Array;
}

serveTasks(({ block, groups }: BlockJob) => {
  const counted = countBlock(block, groups);
  const transfer = [...counted.sums.agreement, counted.sums.answered].map((array) => array.buffer as ArrayBuffer);
  return { value: counted, transfer };
});
