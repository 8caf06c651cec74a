/** A log that is counted as it lies and one that is put in order of template first have the same uses. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readActivity } from "../../../src/labs/traffic/graph/activity.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { createTables } from "../../../src/labs/traffic/log/tables.js";

const scratch = mkdtempSync(join(tmpdir(), "assay-counting-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** So many rows are put in order first, by what the caller says of the log. */
const LONG = 50_000_000;

test.skipIf(!existsSync("node_modules/chdb"))(
  "short and long logs are counted alike",
  async () => {
    const engine = await ChdbEngine.open(join(scratch, "engine"), 1);
    try {
      await createTables(engine);
      await engine.run(`INSERT INTO rows (ts, account, template, prompt)
 SELECT toDateTime64('2026-03-01 00:00:00', 3, 'UTC') + toIntervalHour(number % 300), sipHash128(number % 97),
 sipHash128('t', if(number % 3 = 0, number, number % 331)), sipHash128('p', number)
 FROM numbers(6000)`);
      const asItLies = await readActivity(engine, 6000);
      const inOrder = await readActivity(engine, LONG);
      expect(asItLies.template.length).toBeGreaterThan(1000);
      expect(asItLies).toEqual(inOrder);
    } finally {
      await engine.close();
    }
  },
  60_000,
);
