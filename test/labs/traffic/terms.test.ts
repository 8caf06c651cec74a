/** Terms that accounts accepted, as the log says: kept beside the rows, whose digests do not change, and shown for a group's accounts alone. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exhibit } from "../../../src/labs/traffic/exhibits.js";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { keyedHash } from "../../../src/labs/traffic/host/keyed-hash.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";

const scratch = mkdtempSync(join(tmpdir(), "assay-terms-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.skipIf(!existsSync("node_modules/chdb"))(
  "which terms, and when, for the accounts of a group",
  async () => {
    const key = new Uint8Array(32).fill(7);
    const hash = (account: string) => Buffer.from(keyedHash(key)("account", account, 16)).toString("hex");
    const log = join(scratch, "a.jsonl");
    const row = (user: string, i: number, more: object) =>
      `${JSON.stringify({ timestamp: `2026-03-02T09:00:0${i}Z`, user, prompt: `sentence ${i}`, id: `r${i}`, ...more })}\n`;
    writeFileSync(
      log,
      [
        row("ada", 1, { terms_version: "2026-01", terms_accepted_at: "2026-01-05T08:00:00Z" }),
        row("ada", 2, { terms_version: "2026-01", terms_accepted_at: "2026-01-05T08:00:00Z" }),
        row("ada", 3, { terms_version: "2026-02", terms_accepted_at: "03/02/2026" }),
        row("ben", 4, { terms_version: "2026-01" }),
        row("eva", 5, {}),
      ].join(""),
    );
    const engine = await ChdbEngine.open(join(scratch, "engine"), 1);
    try {
      const options = { logs: [log], folder: scratch, key, mapping: null, reveal: false, threads: 1 };
      await ingest(engine, { ...options, onProgress: () => undefined });
      await engine.run("CREATE TABLE group_members (g UInt32, account FixedString(16)) ENGINE = Memory");
      await engine.run("CREATE TABLE group_templates (g UInt32, template FixedString(16)) ENGINE = Memory");
      await engine.run(`INSERT INTO group_members VALUES (0, unhex('${hash("ada")}')), (0, unhex('${hash("eva")}'))`);
      const { lines, exhibit: told } = await exhibit(engine, "terms", 0);
      const ada = { account: hash("ada") };
      expect(lines).toEqual([
        { ...ada, terms: "2026-02", accepted: "", firstSaid: "2026-03-02T09:00:03Z" },
        { ...ada, terms: "2026-01", accepted: "2026-01-05T08:00:00Z", firstSaid: "2026-03-02T09:00:01Z" },
      ]);
      expect(told.rows).toBe(2);
    } finally {
      await engine.close();
    }
  },
  60_000,
);
