/**
 * Tasks on worker threads: one at a time a thread, the rest waits in a bounded queue. Which thread runs a task never
 * reaches a result. When a thread ends that nobody asked to end (it was killed, ran out of memory, threw outside a task),
 * every task under way or waiting is rejected and the next one starts new threads: a run fails, none hangs. What a task
 * throws is that task's own fault and leaves the thread alive. The thread's side is worker-tasks.ts.
 */
import { Worker } from "node:worker_threads";
import { AssayError, type AssayErrorCode, assert } from "../base/error.js";

/** Tasks waiting, held by reference: beyond this nobody holds back who should (CWE-770). */
const QUEUE_MAX = 1_000_000;
const THREADS_MAX = 64;
/** Tasks already taken are let go of in lots, so that a long queue costs no more than a short one. */
const COMPACT_AT = 1024;
/**
 * Further threads start when the first has run for so long, milliseconds, and work still waits: a start costs each
 * some tenths of a second of processor time, which is more than all the work of a small job.
 */
const GROW_AFTER = 300;

/** What a thread says: about the task under way, or that it is done. */
export type Reply =
  | { kind: "note"; note: unknown }
  | { kind: "value"; value: unknown }
  | { kind: "error"; message: string; code: AssayErrorCode | null; stack: string | undefined };

interface WorkerPoolOptions {
  /** `import.meta.url` of the file that names the worker, and the worker's file beside it. */
  from: string;
  worker: string;
  threads: number;
  workerData?: unknown;
  /** Threads start with the pool, not with the first task that finds none idle. */
  eager?: boolean;
}

interface Pending {
  task: unknown;
  transfer: readonly ArrayBuffer[];
  onNote: ((note: unknown) => void) | undefined;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export class WorkerPool {
  readonly threads: number;
  readonly #url: URL;
  readonly #workerData: unknown;
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, Pending | null>();
  #queue: Pending[] = [];
  /** The next of the queue: taking from the front of a long array moves all of it. */
  #head = 0;
  #closed = false;
  /** When further threads may start, in performance.now()'s milliseconds; null before the first runs. */
  #growFrom: number | null = null;
  #growing: NodeJS.Timeout | null = null;

  constructor(options: WorkerPoolOptions) {
    this.threads = Math.max(1, Math.min(options.threads, THREADS_MAX));
    this.#url = builtWorker(options.from, options.worker);
    this.#workerData = options.workerData;
    if (options.eager) for (let i = 0; i < this.threads; i++) this.#idle.push(this.#start());
    if (options.eager) this.#growFrom = 0;
  }

  /**
   * @param transfer buffers handed over, not copied: not to be read afterwards
   * @param onNote what the thread says while the task is under way
   * @throws what the task threw; an error when its thread ended, or the pool was closed before it was done
   */
  run(task: unknown, transfer: readonly ArrayBuffer[] = [], onNote?: (note: unknown) => void): Promise<unknown> {
    assert(this.#queue.length - this.#head < QUEUE_MAX, `worker pool: expected at most ${QUEUE_MAX} tasks waiting`);
    if (this.#closed) return Promise.reject(this.#ended("was closed"));
    const done = new Promise<unknown>((resolve, reject) => {
      this.#queue.push({ task, transfer, onNote, resolve, reject });
      this.#next();
    });
    // When all are rejected at once, some may be waited for later: told then, and not before.
    done.catch(() => undefined);
    return done;
  }

  /** Ends all threads. What was not done is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop(this.#ended("was closed"));
  }

  #next(): void {
    while (this.#head < this.#queue.length) {
      const worker = this.#idle.pop() ?? (this.#mayGrow() ? this.#start() : undefined);
      if (!worker) return;
      const pending = this.#taken();
      this.#running.set(worker, pending);
      worker.ref(); // a process with work under way does not end
      try {
        worker.postMessage(pending.task, pending.transfer);
      } catch (error) {
        // What cannot be copied to a thread is the caller's mistake; the thread has not seen it.
        this.#free(worker);
        pending.reject(error as Error);
      }
    }
  }

  /** Another thread now? If not now but soon, the queue is looked at again then. */
  #mayGrow(): boolean {
    if (this.#running.size === 0) return true;
    if (this.#running.size >= this.threads || this.#growFrom === null) return false;
    const wait = this.#growFrom - performance.now();
    if (wait <= 0) return true;
    this.#growing ??= setTimeout(() => {
      this.#growing = null;
      this.#next();
    }, wait).unref();
    return false;
  }

  #taken(): Pending {
    const pending = this.#queue[this.#head++]!;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return pending;
  }

  #free(worker: Worker): void {
    this.#running.set(worker, null);
    this.#idle.push(worker);
    worker.unref();
  }

  #start(): Worker {
    const worker = new Worker(this.#url, { workerData: this.#workerData });
    this.#running.set(worker, null);
    worker.unref();
    worker.once("online", () => {
      this.#growFrom ??= performance.now() + GROW_AFTER;
      this.#next();
    });
    worker.on("message", (reply: Reply) => {
      const pending = this.#running.get(worker);
      if (!pending) return; // dropped meanwhile
      if (reply.kind === "note") return pending.onNote?.(reply.note);
      this.#free(worker);
      if (reply.kind === "value") pending.resolve(reply.value);
      else pending.reject(revived(reply));
      this.#next();
    });
    worker.on("error", (error) => this.#died(worker, `ended: ${(error as Error).message}`));
    worker.on("messageerror", () => this.#died(worker, "said what cannot be read"));
    worker.on("exit", (code) => this.#died(worker, `ended with exit code ${code}`));
    return worker;
  }

  /** The pool stands for more: threads start anew with the next task. */
  #died(worker: Worker, how: string): void {
    if (this.#running.has(worker)) void this.#drop(this.#ended(how));
  }

  async #drop(error: Error): Promise<void> {
    const workers = [...this.#running.keys()];
    const pending = [...this.#running.values(), ...this.#queue.slice(this.#head)];
    this.#running.clear();
    this.#idle.length = 0;
    this.#queue = [];
    this.#head = 0;
    for (const one of pending) one?.reject(error);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #ended(how: string): Error {
    const name = this.#url.pathname.split("/").at(-1)!.replace(/\.js$/, "");
    return new Error(`a thread of ${name} ${how}`);
  }
}

/** Under a loader (tests, development) `from` is a .ts file of src and the built worker stands in dist. */
function builtWorker(from: string, worker: string): URL {
  const url = new URL(worker, from).href;
  return new URL(from.endsWith(".ts") ? url.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : url);
}

function revived({ message, code, stack }: Reply & { kind: "error" }): Error {
  const error = code ? new AssayError(code, message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
