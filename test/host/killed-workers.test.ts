/**
 * Threads and the engine's process really killed in the middle of work: what was asked is rejected, nothing hangs, and the
 * same pool works again. Which thread did a task, and how many there are, reaches no result.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { ComputePool } from "../../src/host/model/compute-pool.js";
import { hashResources } from "../../src/host/signing/model-resources.js";
import { WorkerPool } from "../../src/host/worker-pool.js";
import { eigenvectors } from "../../src/kernels/rotation/eigen.js";
import { BehaviourPool } from "../../src/labs/behaviour/host/behaviour-pool.js";
import { ParsePool } from "../../src/labs/traffic/host/parse-pool.js";
import { ChdbEngine } from "../../src/labs/traffic/host/sql/chdb-engine.js";
import { FORMATS } from "../../src/labs/traffic/log/sniff.js";

const folder = mkdtempSync(join(tmpdir(), "assay-killed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every thread that this process starts, so that a test can kill it. */
let started: Worker[] = [];
const seen = (worker: Worker) => void started.push(worker);
beforeEach(() => {
  started = [];
  process.on("worker", seen);
});
afterEach(() => void process.off("worker", seen));

const TASKS = join(folder, "tasks.mjs");
writeFileSync(
  TASKS,
  `import { serveTasks } from ${JSON.stringify(pathToFileURL(resolve("dist/host/worker-tasks.js")).href)};
   serveTasks(async (task, note) => {
     if (task === "exit") process.exit(7);
     if (task === "throw outside") { setTimeout(() => { throw new Error("outside of any task"); }, 0); await new Promise(() => {}); }
     if (task === "for ever") for (;;);
     if (task === "throw") throw new Error("its own fault");
     if (task === "grow") { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }
     note("half of " + task);
     return { value: task * task };
   });`,
);

function squares(threads: number): WorkerPool {
  return new WorkerPool({ from: pathToFileURL(TASKS).href, worker: "./tasks.mjs", threads });
}

describe("a pool of threads", () => {
  test("gives each task its own answer, whatever the number of threads, and hands notes on", async () => {
    for (const threads of [1, 3]) {
      const pool = squares(threads);
      const notes: unknown[] = [];
      const tasks = Array.from({ length: 5000 }, (_, i) => i);
      const values = await Promise.all(tasks.map((i) => pool.run(i, [], (note) => notes.push(note))));
      expect(values).toEqual(tasks.map((i) => i * i));
      expect(notes.length).toBe(5000);
      await pool.close();
    }
  });

  test.each(["exit", "throw outside"])(
    "a thread that ends by itself (%s) rejects all, and the pool recovers",
    async (how) => {
      const pool = squares(2);
      const all = await Promise.allSettled([1, how, 2, 3, 4, 5].map((task) => pool.run(task)));
      expect(all[1]!.status).toBe("rejected");
      expect(String((all[1] as PromiseRejectedResult).reason)).toMatch(/a thread of tasks\.mjs ended/);
      expect(await Promise.all([6, 7].map((task) => pool.run(task)))).toEqual([36, 49]);
      await pool.close();
    },
  );

  test("a killed thread rejects what is under way and what waits, and the pool recovers", async () => {
    const pool = squares(2);
    const settled = Promise.allSettled(["for ever", "for ever", 1, 2, 3].map((task) => pool.run(task)));
    await underWay();
    await started[0]!.terminate();
    expect((await settled).map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    expect(await pool.run(9)).toBe(81);
    await pool.close();
  });

  test("a task's own fault is its own: no thread ends, nobody else is rejected", async () => {
    const pool = squares(1);
    const all = await Promise.allSettled([1, "throw", 2].map((task) => pool.run(task)));
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(started.length).toBe(1);
    await expect(pool.run(() => 1)).rejects.toThrow(/could not be cloned/);
    expect(await pool.run(3)).toBe(9);
    await pool.close();
  });

  test("closing rejects what is under way and whatever is asked later", async () => {
    const pool = squares(1);
    const settled = Promise.allSettled([pool.run("for ever"), pool.run(2)]);
    await pool.close();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.run(1)).rejects.toThrow(/was closed/);
  });

  test("a worker that is not there is an error, not silence", async () => {
    const pool = new WorkerPool({ from: pathToFileURL(TASKS).href, worker: "./nowhere.mjs", threads: 2 });
    await expect(pool.run(1)).rejects.toThrow(/a thread of nowhere\.mjs ended/);
    await pool.close();
  });

  test("a process whose pool is idle and open ends", () => {
    const script = `import { WorkerPool } from ${JSON.stringify(pathToFileURL(resolve("dist/host/worker-pool.js")).href)};
      const pool = new WorkerPool({ from: ${JSON.stringify(pathToFileURL(TASKS).href)}, worker: "./tasks.mjs", threads: 2 });
      console.log(await pool.run(5));`;
    const path = join(folder, "open.mjs");
    writeFileSync(path, script);
    expect(execFileSync(process.execPath, [path], { encoding: "utf8" })).toBe("25\n");
  });
});

/** Threads are announced after the call that starts them. */
async function underWay(): Promise<void> {
  while (started.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Kills every thread the moment the first task is under way. */
async function killed<T>(work: Promise<T>): Promise<unknown> {
  const outcome = work.then(
    () => "done",
    (error: Error) => error.message,
  );
  await underWay();
  await Promise.all(started.map((worker) => worker.terminate()));
  return outcome;
}

describe("the house's own pools", () => {
  test("compute threads", async () => {
    const pool = new ComputePool(2);
    const n = 160;
    const symmetric = Float64Array.from({ length: n * n }, (_, i) => Math.sin((i % n) * Math.floor(i / n)));
    const job = { width: n, matrices: [symmetric] };
    const asked = Array.from({ length: 6 }, () => pool.eigen(job));
    expect(await killed(Promise.all(asked))).toMatch(/a thread of compute-worker/);
    expect(await pool.eigen(job)).toEqual(eigenvectors(job));
    await pool.close();
  });

  test("threads that count answers", async () => {
    const pool = new BehaviourPool(2);
    const answers = Array.from({ length: 4 }, (_, m) =>
      Array.from({ length: 50 }, (_, p) => `answer ${p} of ${m % 2}`),
    );
    const block = { prompts: answers[0]!.map((_, p) => `question ${p}`), answers };
    const groups = new Int32Array([0, 1, 2, 3]);
    expect(await killed(Promise.all([pool.count(block, groups), pool.count(block, groups)]))).toMatch(
      /a thread of behaviour-worker/,
    );
    const single = new BehaviourPool(1);
    expect(await pool.count(block, groups)).toEqual(await single.count(block, groups));
    await Promise.all([pool.close(), single.close()]);
  });

  test("threads that parse logs", async () => {
    const pool = new ParsePool(new Uint8Array(32).fill(3), false, 2);
    const mapping = FORMATS.find(({ id }) => id === "plain") ?? FORMATS[0]!;
    const job = () => ({ bytes: new TextEncoder().encode(`{"a":1}\n`.repeat(30_000)), mapping, batch: 1 });
    expect(await killed(Promise.all([pool.parse(job()), pool.parse(job()), pool.parse(job())]))).toMatch(
      /a thread of parse-worker/,
    );
    const { counts } = await pool.parse(job());
    expect(counts.lines).toBe(30_000);
    await pool.close();
  });

  test("threads that hash a model's files", async () => {
    const path = join(folder, "weights.bin");
    writeFileSync(path, Buffer.alloc(64 * 1024 * 1024, 1));
    const file = { name: "weights.bin", path, sizeBytes: 64 * 1024 * 1024 };
    expect(await killed(hashResources([file, { ...file, name: "again" }], "sha256", null))).toMatch(
      /a thread of hash-worker/,
    );
    const [a, b] = await hashResources([file, { ...file, name: "again" }], "sha256", null);
    expect(a!.digest).toBe(b!.digest);
  });
});

describe.skipIf(!existsSync("node_modules/chdb"))("the engine's process", () => {
  const childOf = (of: string) =>
    execFileSync("sh", ["-c", `ps -eo pid,ppid,args | awk '$2==${process.pid} && /${of}\\.js$/ {print $1}'`], {
      encoding: "utf8",
    })
      .trim()
      .split("\n")
      .map(Number);

  test("killed under a query: the query is rejected, later ones too, closing returns, the folder opens again", async () => {
    const at = join(folder, "engine");
    const engine = await ChdbEngine.open(at, 1);
    await engine.run("CREATE TABLE kept (n UInt32) ENGINE = MergeTree ORDER BY n");
    await engine.run("INSERT INTO kept SELECT number FROM numbers(10)");
    const query = engine.rows("SELECT count() AS n FROM numbers(100000000000) WHERE sipHash64(number) = 1");
    const outcome = query.then(
      () => "done",
      (error: Error) => error.message,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const pid of childOf("chdb-child")) process.kill(pid, "SIGKILL");
    expect(await outcome).toMatch(/chdb: the engine's process ended \(SIGKILL\)/);
    await expect(engine.rows("SELECT 1")).rejects.toThrow(/chdb: the engine's process/);
    await engine.close();
    const again = await ChdbEngine.open(at, 1);
    expect(await again.rows("SELECT count() AS n FROM kept")).toEqual([{ n: 10 }]);
    await again.close();
  });
});
