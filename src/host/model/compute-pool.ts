/**
 * The same jobs as LocalCompute on several threads. One worker more than there are cores: while one waits for the
 * disk the others compute. Which worker runs a job never reaches a result.
 */
import { availableParallelism } from "node:os";
import { AssayError, type AssayErrorCode } from "../../base/error.js";
import type { RangeRead } from "../../evidence/partial-reading.js";
import type { CompareJob, Compute, MatchJob, PairJob, SketchJob } from "../../kernels/compute.js";
import type { ComparisonSums, Matrix } from "../../kernels/kernel.js";
import type { Matching } from "../../kernels/matching.js";
import type { ProductsJob } from "../../kernels/moments.js";
import type { ProjectJob } from "../../kernels/projection.js";
import type { EigenJob } from "../../kernels/rotation/eigen.js";
import type { RotationFound, RotationJob } from "../../kernels/rotation/job.js";
import type { PartnersJob } from "../../kernels/rotation/partners.js";
import type { NotFinite, StoredMatrix, Stretch } from "../../kernels/row-source.js";
import { WorkerPool } from "../worker-pool.js";

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
  | { kind: "partners"; job: PartnersJob }
  | { kind: "project"; job: ProjectJob }
  | { kind: "moments"; job: Matrix }
  | { kind: "products"; job: ProductsJob };
export type Answer = ({ value: unknown } | { error: { message: string; code: AssayErrorCode | null } }) & {
  /** Over HTTP since the last answer: what was handed out, and how much came in. */
  remote: RemoteReads;
};
export interface RemoteReads {
  reads: RangeRead[];
  receivedBytes: number;
  requests: number;
  /** Values read that are NaN or infinite; one that was read twice is there twice. */
  notFinite: NotFinite[];
}

/** Requests at once of all threads together: servers answer more with 429. */
const CONNECTIONS = 16;

export class ComputePool implements Compute {
  readonly threads: number;
  readonly #pool: WorkerPool;
  #remote: RemoteReads = { reads: [], receivedBytes: 0, requests: 0, notFinite: [] };

  constructor(threads = availableParallelism() + 1) {
    const connections = Math.max(1, Math.floor(CONNECTIONS / Math.max(1, threads)));
    this.#pool = new WorkerPool({
      from: import.meta.url,
      worker: "./compute-worker.js",
      threads,
      workerData: { connections },
    });
    this.threads = this.#pool.threads;
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

  project(job: ProjectJob): Promise<Matrix> {
    return this.#submit({ kind: "project", job }) as Promise<Matrix>;
  }

  moments(job: Matrix): Promise<Matrix> {
    return this.#submit({ kind: "moments", job }) as Promise<Matrix>;
  }

  products(job: ProductsJob): Promise<Float64Array> {
    return this.#submit({ kind: "products", job }) as Promise<Float64Array>;
  }

  /** What was read over HTTP since the last call. */
  takeRemoteReads(): RemoteReads {
    const taken = this.#remote;
    this.#remote = { reads: [], receivedBytes: 0, requests: 0, notFinite: [] };
    return taken;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #submit(job: Job): Promise<unknown> {
    const answer = (await this.#pool.run(job)) as Answer;
    for (const read of answer.remote.reads) this.#remote.reads.push(read);
    this.#remote.receivedBytes += answer.remote.receivedBytes;
    this.#remote.requests += answer.remote.requests;
    for (const one of answer.remote.notFinite) this.#remote.notFinite.push(one);
    if ("error" in answer) throw revive(answer.error);
    return answer.value;
  }
}

function revive(error: { message: string; code: AssayErrorCode | null }): Error {
  return error.code ? new AssayError(error.code, error.message) : new Error(error.message);
}
