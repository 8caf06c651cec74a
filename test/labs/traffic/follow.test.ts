/** A look that finds nothing new examines nothing; one that does examines all. */
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { examineLogs } from "../../../src/labs/traffic/desk/examine-logs.js";

const scratch = mkdtempSync(join(tmpdir(), "assay-follow-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const row = (i: number) =>
  `${JSON.stringify({ timestamp: new Date(Date.UTC(2026, 2, 2, 9, 0, i)).toISOString(), user: `u${i % 7}`, prompt: `sentence ${i} please` })}\n`;

test.skipIf(!existsSync("node_modules/chdb"))(
  "looks at a growing log",
  async () => {
    const log = join(scratch, "a.jsonl");
    const keyFile = join(scratch, "key");
    writeFileSync(keyFile, `${"07".repeat(32)}\n`);
    writeFileSync(log, Array.from({ length: 30 }, (_, i) => row(i)).join(""));
    const look = (seen: string) =>
      examineLogs({
        ...{ logs: [log], folder: join(scratch, "data"), keyFile, keyMayBeNew: false, mapping: null, reveal: false },
        ...{ follow: true, seen, studies: [], threads: 1, onProgress: () => undefined },
      });
    const first = await look("");
    expect(first.findings?.length).toBe(2);
    expect(await look(first.mark)).toEqual({ findings: null, mark: first.mark });
    appendFileSync(log, row(31));
    const second = await look(first.mark);
    expect(second.findings?.length).toBe(2);
    expect(second.mark).not.toBe(first.mark);
  },
  120_000,
);
