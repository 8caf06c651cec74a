/** What the commit command takes rows from: MLflow's SQLite, folders of JSON Lines, offline W&B files, and what it refuses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { ARROW, altered, PARQUET, READERS } from "../../materials/audit/log-files.ts";
import { openSource } from "../../src/app/audit/row-source.js";
import { parquetFile } from "../../src/app/audit/table-files.js";
import { AssayError } from "../../src/base/error.js";
import { prng } from "../../src/base/prng.js";

const home = mkdtempSync(join(tmpdir(), "assay-row-source-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function rowsOf(path: string, of: "steps" | "data" = "steps"): Promise<Record<string, unknown>[]> {
  const out = [];
  for await (const { fields } of (await openSource(path, of, null)).rows) out.push(fields);
  return out;
}

/** The table as MLflow's store makes it. */
function mlflow(name: string, rows: readonly (readonly [string, string, number, number, number])[]): string {
  const path = join(home, name);
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT NOT NULL DEFAULT 0, is_nan BOOLEAN NOT NULL DEFAULT 0)",
  );
  const insert = database.prepare(
    "INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)",
  );
  for (const [run, key, value, time, step] of rows) insert.run(run, key, value, time, step, 0);
  database.close();
  return path;
}

test("MLflow in SQLite: rows by step, of the one run or of the run named", async () => {
  const rows = [
    ["a", "loss", 2.5, 1000, 0],
    ["a", "lr", 0.1, 1000, 0],
    ["a", "loss", 2.25, 2000, 1],
  ] as const;
  expect(await rowsOf(mlflow("one.db", rows))).toEqual([
    { step: 0, timestamp: 1000, loss: 2.5, lr: 0.1 },
    { step: 1, timestamp: 2000, loss: 2.25 },
  ]);
  const two = mlflow("two.db", [...rows, ["b", "loss", 9, 3000, 0]]);
  await expect(rowsOf(two)).rejects.toThrow(/holds 2 runs: expected/);
  expect(await rowsOf(`${two}#b`)).toEqual([{ step: 0, timestamp: 3000, loss: 9 }]);
});

test("what is no such database is refused in a line, and nothing is written beside it", async () => {
  writeFileSync(join(home, "text.db"), "this is no database, and long enough to be looked at as one".repeat(20));
  await expect(rowsOf(join(home, "text.db"))).rejects.toThrow(/text.db: expected a SQLite database/);
  const empty = new DatabaseSync(join(home, "empty.db"));
  empty.exec("CREATE TABLE other (x)");
  empty.close();
  await expect(rowsOf(join(home, "empty.db"))).rejects.toThrow(/no such table: metrics/);
});

test("a data set's folder: Parquet, Arrow and JSON Lines in the order of names", async () => {
  mkdirSync(join(home, "set/train"), { recursive: true });
  writeFileSync(join(home, "set/train/part-1.jsonl"), '{"text":"b"}\n');
  writeFileSync(join(home, "set/train/part-0.jsonl"), '{"text":"a"}\n{"text":"c"}\n');
  writeFileSync(join(home, "set/train/part-2.parquet"), Buffer.from(PARQUET, "base64"));
  writeFileSync(join(home, "set/README.md"), "# a card");
  const rows = await rowsOf(join(home, "set"), "data");
  expect(rows.map(({ text }) => text)).toEqual(["a", "c", "b", "d", "e", null]);
  expect(rows.slice(3)).toEqual([
    { text: "d", num_tokens: 3, big: 1, score: 0.5, ids: [1, 2] },
    { text: "e", num_tokens: 4, big: "1152921504606846976", score: "NaN", ids: [] },
    { text: null, num_tokens: 5, big: 3, score: 1, ids: null },
  ]);
  writeFileSync(join(home, "set/train/part-3.arrow"), ARROW.stream);
  expect((await rowsOf(join(home, "set"), "data")).slice(6)).toEqual(IN_ARROW);
  writeFileSync(join(home, "set/train/cache-1a2b.arrow"), ARROW.stream);
  await expect(rowsOf(join(home, "set"), "data")).rejects.toThrow(/from an earlier step/);
});

const IN_ARROW = [
  { text: "d", n: 3, big: 1, s: 0.5, ids: [1, 2], k: "a" },
  { text: "e\u00e9", n: 4, big: "1152921504606846976", s: "NaN", ids: [], k: "b" },
  { text: null, n: 5, big: 3, s: 1, ids: null, k: "a" },
];

test("Arrow: a stream and a file, by their first bytes; what save_to_disk says is there, in its order", async () => {
  for (const [name, bytes] of Object.entries(ARROW)) {
    writeFileSync(join(home, name), bytes);
    expect(await rowsOf(join(home, name), "data")).toEqual(IN_ARROW);
  }
  const folder = join(home, "saved/train");
  mkdirSync(folder, { recursive: true });
  const state = (...names: string[]) =>
    writeFileSync(join(folder, "state.json"), JSON.stringify({ _data_files: names.map((filename) => ({ filename })) }));
  const part = (name: string, text: string) => writeFileSync(join(folder, name), text);
  part("b.jsonl", '{"text":"b"}\n');
  part("a.jsonl", '{"text":"a"}\n');
  writeFileSync(join(folder, "data-0.arrow"), ARROW.file);
  state("b.jsonl", "a.jsonl", "data-0.arrow");
  expect((await rowsOf(join(home, "saved"), "data")).map(({ text }) => text)).toEqual(["b", "a", "d", "e\u00e9", null]);
  state("b.jsonl", "a.jsonl");
  await expect(rowsOf(join(home, "saved"), "data")).rejects.toThrow(/is not among the files of its state.json/);
  state("b.jsonl", "data-0.arrow", "data-1.arrow");
  await expect(rowsOf(join(home, "saved"), "data")).rejects.toThrow(/expected "data-1.arrow" in/);
  state("../data-0.arrow");
  await expect(rowsOf(join(home, "saved"), "data")).rejects.toThrow(/names of files beside it/);
});

test("an Arrow file whose footer lists other batches than lie in it: readers would see other rows", async () => {
  const bytes = Buffer.from(ARROW.file);
  // The footer's first block begins 8 bytes after the count of blocks: two of them.
  const footer = bytes.length - 10 - bytes.readInt32LE(bytes.length - 10);
  const at = bytes.indexOf(Buffer.from([2, 0, 0, 0]), footer);
  const [first, second] = [bytes.subarray(at + 4, at + 28), bytes.subarray(at + 28, at + 52)].map((b) =>
    Buffer.from(b),
  );
  bytes.set(second!, at + 4);
  bytes.set(first!, at + 28);
  writeFileSync(join(home, "turned.arrow"), bytes);
  await expect(rowsOf(join(home, "turned.arrow"), "data")).rejects.toThrow(/a footer that lists the batches/);
});

test("an altered Parquet file is one line, or rows", async () => {
  const tries = process.env.SLOW === "1" ? 1500 : 60;
  const whole = Buffer.from(PARQUET, "base64");
  const source = prng("test/parquet", "altered");
  let [refused, read] = [0, 0];
  for (let i = 0; i < tries; i++) {
    const bytes = Buffer.from(whole);
    for (let n = 0; n <= i % 3; n++) bytes[source.below(bytes.length)] = source.below(256);
    const path = join(home, "altered.parquet");
    writeFileSync(path, i % 10 === 0 ? bytes.subarray(0, source.below(bytes.length)) : bytes);
    try {
      // Whatever the first bytes say: the reader alone is asked.
      for await (const _ of parquetFile(path)) read++;
    } catch (error) {
      expect(error, `alteration ${i}: ${(error as Error).stack}`).toBeInstanceOf(AssayError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(tries / 10);
  expect(read).toBeGreaterThan(tries / 10);
});

test("a page header without its size: refused in a line, where the library alone never ended", async () => {
  // Found by the study when it took nine kinds of files by turns.
  const nine = READERS.slice(0, 9);
  const source = prng("assay/audit-mutants", "chunk 6");
  let bytes: Uint8Array = new Uint8Array(0);
  for (let i = 0; i <= 2087; i++) bytes = altered(nine[i % nine.length]![1], source);
  expect(nine[2087 % nine.length]![0]).toBe("Parquet");
  writeFileSync(join(home, "endless.parquet"), bytes);
  const read = async () => {
    for await (const _ of parquetFile(join(home, "endless.parquet")));
  };
  await expect(read()).rejects.toThrow(/endless.parquet: expected/);
});
