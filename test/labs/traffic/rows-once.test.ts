/**
 * Every row once: any cut, order, overlap, packing or re-export of a log gives the same rows; what grew, rotated, was
 * shortened or came late is right, said in the manifest, and a kill between any two steps changes nothing.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { logRoot } from "../../../src/labs/traffic/log/facts.js";

const hasEngine = existsSync("node_modules/chdb");
const scratch = mkdtempSync(join(tmpdir(), "assay-rows-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => {
  const folder = join(scratch, `f${folders++}`);
  mkdirSync(folder);
  return folder;
};

const options = (logs: string[], folder: string) => ({
  ...{ logs, folder, key: new Uint8Array(32).fill(7), mapping: null, reveal: true, threads: 1 },
  onProgress: () => undefined,
});

/** Starting one takes longer than an intake: one for all, each sitting with a folder of its own and without any table. */
let shared: SqlEngine | null = null;
afterAll(() => shared?.close());

async function empty(engine: SqlEngine): Promise<void> {
  const tables = await engine.rows<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name",
  );
  for (const { name } of tables) await engine.run(`DROP TABLE ${name}`);
}

async function sitting<T>(body: (engine: SqlEngine, data: string) => Promise<T>): Promise<T> {
  shared ??= await ChdbEngine.open(join(newFolder(), "engine"), 1);
  await empty(shared);
  return body(shared, newFolder());
}

async function rowsIn(engine: SqlEngine): Promise<{ rows: number; root: string }> {
  const [found] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
  return { rows: found!.n, root: await logRoot(engine, found!.n) };
}

const second = (i: number) => new Date(Date.UTC(2026, 2, 2, 9) + 1000 * i).toISOString();
const plain = (i: number) =>
  JSON.stringify({ timestamp: second(i), user: `u${i % 7}`, prompt: `sentence ${i} please`, input_tokens: i });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${plain(from + i)}\n`).join("");

describe.skipIf(!hasEngine)("rows once", () => {
  const steps = (...texts: string[]) =>
    sitting(async (engine, data) => {
      const logs = newFolder();
      let last: Awaited<ReturnType<typeof ingest>> | null = null;
      for (const text of texts) {
        writeFileSync(join(logs, "a.jsonl"), text);
        last = await ingest(engine, options([logs], data));
      }
      const { rows } = await rowsIn(engine);
      expect(last!.manifest.sources.reduce((sum, source) => sum + source.rows, 0)).toBe(rows);
      return { rows, happened: last!.manifest.sources.flatMap((source) => source.happened).join("; ") };
    });

  test("a log that grew, rotated, was shortened, came late or changed in place", async () => {
    expect(await steps(lines(0, 20), lines(0, 30))).toMatchObject({ rows: 30 });
    expect(await steps(lines(0, 20), lines(100, 130))).toMatchObject({
      rows: 50,
      happened: expect.stringMatching(/another log stands in its place now: its 20 rows stay/),
    });
    expect(await steps(lines(0, 20), lines(0, 10))).toMatchObject({
      rows: 10,
      happened: expect.stringMatching(/10 no longer there and removed/),
    });
    expect(await steps(lines(0, 10) + lines(15, 25), lines(0, 25))).toMatchObject({ rows: 25 });
    expect(await steps(lines(0, 20), lines(99, 100) + lines(0, 20))).toMatchObject({ rows: 21 });
    expect(await steps(lines(0, 20), lines(0, 19) + lines(33, 34))).toMatchObject({ rows: 20 });
    // A last line that was being written.
    expect(await steps(lines(0, 20).slice(0, -15), lines(0, 30))).toMatchObject({ rows: 30 });
    // An export of the last days, again and again; then one user's rows are deleted from it.
    expect(await steps(lines(0, 20), lines(10, 30))).toMatchObject({ rows: 30 });
    expect(await steps(lines(0, 20), lines(10, 16) + lines(18, 30))).toMatchObject({ rows: 25 });
    expect(await steps(lines(0, 20), "", lines(20, 30))).toMatchObject({ rows: 30 });
  }, 240_000);

  test("files that begin alike are told apart, and a renamed or packed file is known", async () => {
    await sitting(async (engine, data) => {
      const logs = newFolder();
      const header = `${JSON.stringify({ request_id: "hc", startTime: "", user: "healthcheck" })}\n`;
      for (const [i, name] of ["a", "b", "c"].entries())
        writeFileSync(join(logs, `${name}.jsonl`), header + lines(100 * i, 100 * i + 10 + i));
      expect((await ingest(engine, options([logs], data))).newRows).toBe(33);
      rmSync(join(logs, "a.jsonl"));
      writeFileSync(join(logs, "z.jsonl.gz"), gzipSync(header + lines(0, 12)));
      writeFileSync(join(logs, "y.jsonl.zst"), zstdCompressSync(header + lines(100, 111)));
      const { manifest, newRows } = await ingest(engine, options([logs], data));
      expect(newRows).toBe(2);
      expect(manifest.sources.map(({ name }) => name)).toEqual(["z.jsonl.gz", "b.jsonl", "c.jsonl"]);
    });
  }, 120_000);

  test("any cut, order, overlap or re-export of a log gives the same rows", async () => {
    const withIds = (i: number) =>
      JSON.stringify({
        ...{
          request_id: `r${i}`,
          call_type: "acompletion",
          startTime: second(i % 11),
          user: `u${i % 5}`,
          api_key: "k",
        },
        messages: [{ role: "user", content: `hello ${i % 6}` }],
      });
    for (const line of [withIds, plain])
      await sitting(async (engine) => {
        const all = Array.from({ length: 24 }, (_, i) => `${line(i)}\n`);
        let expected: { rows: number; root: string } | null = null;
        const parts = fc.array(fc.tuple(fc.nat(23), fc.nat(23), fc.nat(), fc.boolean()), { maxLength: 4 });
        await fc.assert(
          fc.asyncProperty(parts, fc.nat(), fc.boolean(), async (cuts, seed, atOnce) => {
            const logs = newFolder();
            const data = newFolder();
            await empty(engine);
            // Windows of the log, each in an order of its own, and one that holds whatever they leave out.
            const windows = cuts.map(([a, b, order, packed]) => ({
              lines: shuffled(all.slice(Math.min(a, b), Math.max(a, b) + 1), order),
              packed,
            }));
            const covered = new Set(windows.flatMap((window) => window.lines));
            windows.push({
              lines: shuffled(
                all.filter((l) => !covered.has(l)),
                seed,
              ),
              packed: false,
            });
            for (const [i, window] of windows.entries()) {
              if (window.lines.length === 0) continue;
              const bytes = Buffer.from(window.lines.join(""));
              writeFileSync(join(logs, `${i}.jsonl`), window.packed ? gzipSync(bytes) : bytes);
              if (!atOnce) await ingest(engine, options([logs], data));
            }
            await ingest(engine, options([logs], data));
            const found = await rowsIn(engine);
            expected ??= found;
            expect(found).toEqual(expected);
            expect(found.rows).toBe(24);
          }),
          { numRuns: Number(process.env.SLOW) ? 200 : 5 },
        );
      });
  }, 240_000);

  test("equal rows without ids in one file are as many events, and the file again is not", async () => {
    await sitting(async (engine, data) => {
      const logs = newFolder();
      const twice = lines(0, 5) + lines(2, 4);
      writeFileSync(join(logs, "a.jsonl"), twice);
      await ingest(engine, options([logs], data));
      expect((await rowsIn(engine)).rows).toBe(7);
      writeFileSync(join(logs, "b.jsonl"), lines(2, 4) + lines(0, 5));
      writeFileSync(join(logs, "c.jsonl"), lines(2, 3));
      expect((await ingest(engine, options([logs], data))).newRows).toBe(0);
      expect((await rowsIn(engine)).rows).toBe(7);
    });
  }, 120_000);

  test("killed between any two steps, the next run ends where an undisturbed one does", async () => {
    const one = lines(0, 20);
    const two = lines(0, 12) + lines(30, 40);
    const overlapping = lines(14, 34);
    const run = async (stopAfter: number) =>
      sitting(async (engine, data) => {
        const logs = newFolder();
        let steps = 0;
        const stop = () => {
          if (++steps === stopAfter) throw new Error("killed");
        };
        // Every statement that changes a table is a place to be killed at, before it and after it.
        const watched: SqlEngine = {
          name: engine.name,
          rows: (sql, params) => engine.rows(sql, params),
          bytes: (sql, params) => engine.bytes(sql, params),
          close: () => engine.close(),
          run: async (sql, params) => {
            stop();
            await engine.run(sql, params);
            stop();
          },
          insert: async (table, columns, bytes) => {
            stop();
            await engine.insert(table, columns, bytes);
            stop();
          },
        };
        writeFileSync(join(logs, "a.jsonl"), one);
        writeFileSync(join(logs, "b.jsonl"), overlapping);
        await ingest(watched, options([logs], data)).catch(ended);
        writeFileSync(join(logs, "a.jsonl"), two);
        await ingest(watched, options([logs], data)).catch(ended);
        await ingest(engine, options([logs], data));
        return { ...(await rowsIn(engine)), steps };
      });
    const undisturbed = await run(-1);
    expect(undisturbed.rows).toBe(new Set([...two.split("\n"), ...overlapping.split("\n")]).size - 1);
    for (let at = 1; at <= undisturbed.steps; at += Number(process.env.SLOW) ? 1 : 12) {
      const { rows, root } = await run(at);
      // Killed before the first intake was through, the second form of the file is all that was ever seen of it.
      expect([at, rows, root]).toEqual([at, undisturbed.rows, undisturbed.root]);
    }
  }, 240_000);
});

function ended(error: Error): void {
  if (error.message !== "killed") throw error;
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, at: Math.imul(i + 1, seed | 1) >>> 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
