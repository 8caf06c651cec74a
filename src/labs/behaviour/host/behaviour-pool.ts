/** Blocks of answers counted by worker threads; blocks are added in their own order, whichever thread counted them. */
import { availableParallelism } from "node:os";
import { WorkerPool } from "../../../host/worker-pool.js";
import { type BlockCount, type CountBlock, countBlock } from "../agreement/block-count.js";
import { countOrigin } from "../common-origin/count-block.js";
import type { CountOrigin } from "../common-origin/examine.js";
import type { BlockJob, OriginJob } from "./behaviour-worker.js";

/** More threads than this wait for memory. */
const THREADS_MAX = 8;

export class BehaviourPool {
  readonly threads: number;
  readonly #pool: WorkerPool;

  constructor(threads = Math.min(THREADS_MAX, availableParallelism())) {
    this.#pool = new WorkerPool({ from: import.meta.url, worker: "./behaviour-worker.js", threads });
    this.threads = this.#pool.threads;
  }

  readonly count: CountBlock = (block, groups) => {
    // One thread gains nothing from another's.
    if (this.threads < 2) return Promise.resolve(countBlock(block, groups));
    return this.#pool.run({ block, groups } satisfies BlockJob) as Promise<BlockCount>;
  };

  readonly countOrigin: CountOrigin = async (block, groups, boilerplate) => {
    if (this.threads < 2) return countOrigin(block, groups, boilerplate);
    const job = { block, groups, boilerplate } satisfies OriginJob;
    const { as, starts, hashes, lengths, flags } = block.read;
    const handedOver = [as, starts, hashes, lengths, flags].map(({ buffer }) => buffer as ArrayBuffer);
    return (await this.#pool.run(job, handedOver)) as ReturnType<typeof countOrigin>;
  };

  close(): Promise<void> {
    return this.#pool.close();
  }
}
