/**
 * Blocks of answers counted by worker threads. Which thread counts a block never reaches a result: blocks are added in
 * their own order.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type BlockCount, type CountBlock, countBlock } from "../../labs/behaviour/agreement/block-count.js";
import type { BlockJob } from "./behaviour-worker.js";

/** More threads than this wait for memory. */
const THREADS_MAX = 8;

interface Waiting {
  done: (counted: BlockCount) => void;
  failed: (error: unknown) => void;
}

export class BehaviourPool {
  readonly threads: number;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(threads = Math.min(THREADS_MAX, availableParallelism())) {
    this.threads = threads;
  }

  readonly count: CountBlock = (block, groups) => {
    // One thread gains nothing from another's.
    if (this.threads < 2) return Promise.resolve(countBlock(block, groups));
    const id = this.#next++;
    const worker = this.#workers[id % this.threads] ?? this.#start();
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      worker.postMessage({ id, block, groups } satisfies BlockJob);
    });
  };

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(): Worker {
    // Run from source (tests), the worker is taken from the build.
    const here = import.meta.url;
    const built = here.endsWith(".ts")
      ? new URL("../../../dist/host/answers/behaviour-worker.js", here)
      : new URL("./behaviour-worker.js", here);
    const worker = new Worker(built);
    worker.on("message", ({ id, counted, error }: { id: number; counted?: BlockCount; error?: unknown }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (counted) waiting?.done(counted);
      else waiting?.failed(error);
    });
    worker.on("error", (error) => {
      for (const { failed } of this.#waiting.values()) failed(error);
      this.#waiting.clear();
    });
    this.#workers.push(worker);
    return worker;
  }
}
