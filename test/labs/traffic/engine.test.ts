/** One SQL text for both engines: chdb in its process, and @clickhouse/client bridged to the same engine (no server here). */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SqlEngine } from "../../../src/labs/traffic/engine.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";
import { ClickHouseEngine, type Client } from "../../../src/labs/traffic/host/sql/clickhouse-engine.js";
import { logRoot, logTotals } from "../../../src/labs/traffic/log/facts.js";

const hasEngine = existsSync("node_modules/chdb") && existsSync("node_modules/@clickhouse/client");
const scratch = mkdtempSync(join(tmpdir(), "assay-engines-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const line = (i: number) =>
  JSON.stringify({
    request_id: `r${i}`,
    call_type: "acompletion",
    api_key: `k${i % 7}`,
    startTime: new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString(),
    user: `u${i % 13}`,
    messages: [{ role: "user", content: `Question ${i} about rivers and their names` }],
  });
const log = join(scratch, "log.jsonl");
const key = new Uint8Array(32).fill(1);

async function factsOf(engine: SqlEngine, folder: string) {
  const { newRows } = await ingest(engine, {
    logs: [log],
    folder,
    key,
    mapping: null,
    reveal: false,
    threads: 1,
    onProgress: () => undefined,
  });
  const totals = await logTotals(engine);
  return { newRows, totals, root: await logRoot(engine, totals.rows) };
}

/** The bridge hands rows over as text, so binary rows go in by a file here; a server takes them as they are. */
class Bridged extends ClickHouseEngine {
  override async insert(table: string, columns: string, rowBinary: Uint8Array): Promise<void> {
    const path = join(scratch, "rows.bin");
    writeFileSync(path, rowBinary);
    await this.run(
      `INSERT INTO ${table} SELECT * FROM file('${path}', 'RowBinary', '${columns.replaceAll("'", "\\'")}')`,
    );
  }
}

describe.skipIf(!hasEngine)("engines", () => {
  test("the same queries through chdb and through @clickhouse/client give the same facts", async () => {
    writeFileSync(log, `${Array.from({ length: 500 }, (_, i) => line(i)).join("\n")}\n`);
    const chdb = await ChdbEngine.open(join(scratch, "a", "engine"), 1);
    const own = await factsOf(chdb, join(scratch, "a"));
    await chdb.close();
    expect(own.newRows).toBe(500);
    const names = ["@clickhouse/client", "chdb/connection"];
    const { createClient } = (await import(names[0]!)) as { createClient: (options: object) => Client };
    const { createChdbConnection } = (await import(names[1]!)) as {
      createChdbConnection: (options: object) => unknown;
    };
    const bridged = new Bridged(createClient({ connection: createChdbConnection({ path: ":memory:" }) }));
    const other = await factsOf(bridged, join(scratch, "b"));
    await bridged.close();
    expect(other).toEqual(own);
  }, 120_000);
});
