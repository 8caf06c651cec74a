/** Threads for parsing logs; results come back in the order in which blocks were handed in. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ParseJob, ParseResult } from "./parse-worker.js";

export class ParsePool {
  readonly threads: number;
  readonly #workers: Worker[];
  readonly #waiting = new Map<number, { resolve: (result: ParseResult) => void; reject: (error: Error) => void }>();
  #next = 0;

  constructor(key: Uint8Array, reveal: boolean, threads = availableParallelism()) {
    this.threads = Math.max(1, Math.min(threads, 16));
    // Under a loader (tests, development) this file is .ts and the built worker stands in dist.
    const source = import.meta.url.endsWith(".ts") ? "../../../dist/host/traffic/parse-worker.js" : "./parse-worker.js";
    this.#workers = Array.from({ length: this.threads }, () => {
      const worker = new Worker(new URL(source, import.meta.url), { workerData: { key, reveal } });
      worker.on("message", (result: ParseResult) => {
        this.#waiting.get(result.id)?.resolve(result);
        this.#waiting.delete(result.id);
      });
      worker.on("error", (error) => {
        for (const { reject } of this.#waiting.values()) reject(error as Error);
      });
      return worker;
    });
  }

  /** @param job its bytes are handed over where they are a buffer of their own: not to be read afterwards */
  parse(job: Omit<ParseJob, "id">): Promise<ParseResult> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#workers[id % this.threads]!.postMessage({ id, ...job }, [job.bytes.buffer as ArrayBuffer]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
