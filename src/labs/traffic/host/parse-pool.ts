/** Threads for parsing logs; whoever hands blocks in keeps their order. */
import { availableParallelism } from "node:os";
import { WorkerPool } from "../../../host/worker-pool.js";
import type { ParseJob, ParseResult } from "./parse-worker.js";

const THREADS_MAX = 16;

export class ParsePool {
  readonly threads: number;
  readonly #pool: WorkerPool;

  constructor(key: Uint8Array, reveal: boolean, threads = availableParallelism()) {
    this.#pool = new WorkerPool({
      from: import.meta.url,
      worker: "./parse-worker.js",
      threads: Math.min(threads, THREADS_MAX),
      workerData: { key, reveal },
      eager: true,
    });
    this.threads = this.#pool.threads;
  }

  /** @param job its bytes are handed over where they are a buffer of their own: not to be read afterwards */
  parse(job: ParseJob): Promise<ParseResult> {
    return this.#pool.run(job, [job.bytes.buffer as ArrayBuffer]) as Promise<ParseResult>;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
