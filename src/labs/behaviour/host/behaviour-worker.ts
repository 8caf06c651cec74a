/** A thread that counts blocks of answers; see behaviour-pool.ts. */

import { serveTasks } from "../../../host/worker-tasks.js";
import { countBlock } from "../agreement/block-count.js";
import type { Block } from "../answers/answer-source.js";
import { countOrigin } from "../common-origin/count-block.js";
import type { ReadBlock } from "../common-origin/read-answers.js";

export interface BlockJob {
  block: Block;
  groups: Int32Array;
}

/** The same for the question of a common origin. */
export interface OriginJob {
  block: ReadBlock;
  groups: Int32Array;
  boilerplate: readonly Uint32Array[];
}

serveTasks((job: BlockJob | OriginJob) => {
  const counted =
    "boilerplate" in job ? countOrigin(job.block, job.groups, job.boilerplate) : countBlock(job.block, job.groups);
  const transfer = [counted.sums, ...("apart" in counted ? [counted.apart] : [])]
    .flatMap(({ agreement, answered }) => [...agreement, answered])
    .map((array) => array.buffer as ArrayBuffer);
  return { value: counted, transfer };
});
