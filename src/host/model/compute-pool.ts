/**
 * The same jobs as LocalCompute on several threads. One worker more than there are cores: while one waits for the
 * disk the others compute. Which worker runs a job never reaches a result.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AssayError, type AssayErrorCode } from "../../base/error.js";
import type { RangeRead } from "../../evidence/partial-reading.js";
import type { CompareJob, Compute, MatchJob, PairJob, SketchJob } from "../../kernels/compute.js";
import type { ComparisonSums, Matrix } from "../../kernels/kernel.js";
import type { Matching } from "../../kernels/matching.js";
import type { EigenJob } from "../../kernels/rotation/eigen.js";
import type { RotationFound, RotationJob } from "../../kernels/rotation/job.js";
import type { PartnersJob } from "../../kernels/rotation/partners.js";
import type { StoredMatrix, Stretch } from "../../kernels/row-source.js";

/** What travels to a worker, and what comes back. */
export type Job =
  | { kind: "sketch"; job: SketchJob }
  | { kind: "match"; job: MatchJob }
  | { kind: "pair"; job: PairJob }
  | { kind: "compare"; job: CompareJob }
  | { kind: "load"; job: StoredMatrix }
  | { kind: "rows"; job: Stretch }
  | { kind: "eigen"; job: EigenJob }
  | { kind: "rotate"; job: RotationJob }
  | { kind: "partners"; job: PartnersJob };
export type Answer = ({ value: unknown } | { error: { message: string; code: AssayErrorCode | null } }) & {
  /** Over HTTP since the last answer: what was handed out, and how much came in. */
  remote: RemoteReads;
};
export interface RemoteReads {
  reads: RangeRead[];
  receivedBytes: number;
  requests: number;
}

/** Requests at once of all threads together: servers answer more with 429. */
const CONNECTIONS = 16;

interface Pending {
  job: Job;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export class ComputePool implements Compute {
  readonly threads: number;
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #queue: Pending[] = [];
  readonly #running = new Map<Worker, Pending>();
  #remote: RemoteReads = { reads: [], receivedBytes: 0, requests: 0 };

  constructor(threads = availableParallelism() + 1) {
    this.threads = Math.max(1, Math.min(threads, 64));
  }

  sketch(job: SketchJob): Promise<Matrix> {
    return this.#submit({ kind: "sketch", job }) as Promise<Matrix>;
  }

  match(job: MatchJob): Promise<Matching[]> {
    return this.#submit({ kind: "match", job }) as Promise<Matching[]>;
  }

  pair(job: PairJob): Promise<Matching> {
    return this.#submit({ kind: "pair", job }) as Promise<Matching>;
  }

  compare(job: CompareJob): Promise<ComparisonSums> {
    return this.#submit({ kind: "compare", job }) as Promise<ComparisonSums>;
  }

  load(job: StoredMatrix): Promise<Float32Array> {
    return this.#submit({ kind: "load", job }) as Promise<Float32Array>;
  }

  rows(job: Stretch): Promise<Float32Array> {
    return this.#submit({ kind: "rows", job }) as Promise<Float32Array>;
  }

  eigen(job: EigenJob): Promise<Float64Array[]> {
    return this.#submit({ kind: "eigen", job }) as Promise<Float64Array[]>;
  }

  rotate(job: RotationJob): Promise<RotationFound> {
    return this.#submit({ kind: "rotate", job }) as Promise<RotationFound>;
  }

  partners(job: PartnersJob): Promise<Int32Array[]> {
    return this.#submit({ kind: "partners", job }) as Promise<Int32Array[]>;
  }

  /** What was read over HTTP since the last call. */
  takeRemoteReads(): RemoteReads {
    const taken = this.#remote;
    this.#remote = { reads: [], receivedBytes: 0, requests: 0 };
    return taken;
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }

  #submit(job: Job): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (!worker) return;
      const pending = this.#queue.shift()!;
      this.#running.set(worker, pending);
      worker.ref(); // a process with work under way does not end
      worker.postMessage(pending.job);
    }
  }

  /** Workers start when they are first needed. */
  #start(): Worker | undefined {
    if (this.#all.length >= this.threads) return undefined;
    // Under a loader (tests, development) this file is .ts and the built worker stands in dist.
    const source = import.meta.url.endsWith(".ts")
      ? "../../../dist/host/model/compute-worker.js"
      : "./compute-worker.js";
    const connections = Math.max(1, Math.floor(CONNECTIONS / this.threads));
    const worker = new Worker(new URL(source, import.meta.url), { workerData: { connections } });
    worker.on("message", (answer: Answer) => {
      const pending = this.#running.get(worker)!;
      this.#running.delete(worker);
      this.#idle.push(worker);
      for (const read of answer.remote.reads) this.#remote.reads.push(read);
      this.#remote.receivedBytes += answer.remote.receivedBytes;
      this.#remote.requests += answer.remote.requests;
      if ("error" in answer) pending.reject(revive(answer.error));
      else pending.resolve(answer.value);
      worker.unref();
      this.#next();
    });
    worker.on("error", (error) => {
      this.#running.get(worker)?.reject(error as Error);
      this.#running.delete(worker);
    });
    this.#all.push(worker);
    return worker;
  }
}

function revive(error: { message: string; code: AssayErrorCode | null }): Error {
  return error.code ? new AssayError(error.code, error.message) : new Error(error.message);
}
