/** A thread that counts blocks of answers; see behaviour-pool.ts. */

import { serveTasks } from "../../../host/worker-tasks.js";
import { countBlock } from "../agreement/block-count.js";
import type { Block } from "../answers/answer-source.js";

export interface BlockJob {
  block: Block;
  groups: Int32Array;
}

serveTasks(({ block, groups }: BlockJob) => {
  const counted = countBlock(block, groups);
  const transfer = [...counted.sums.agreement, counted.sums.answered].map((array) => array.buffer as ArrayBuffer);
  return { value: counted, transfer };
});
