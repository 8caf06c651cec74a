/**
 * A log as hashed rows in one Parquet file: what an owner hands over to be examined without its users' words. Each row
 * carries the template that its prompt was given here; near duplicates outside any template are not carried along, so
 * that an examination of the export may link a little less than one of the log.
 */
import { rename } from "node:fs/promises";
import { resolve } from "node:path";
import { assertFreeTarget } from "../../../host/bundle-store.js";
import { ingest } from "../host/ingest.js";
import { readHashKey } from "../host/keyed-hash.js";
import { exportHashed } from "../host/parquet-export.js";
import { openEngine } from "../host/sql/open-engine.js";
import { logTotals } from "../log/facts.js";
import { assignTemplates } from "../templates/read-prompts.js";
import type { ExamineLogsOptions } from "./examine-logs.js";

/** @returns rows written */
export async function exportLogs(options: Omit<ExamineLogsOptions, "studies"> & { out: string }): Promise<number> {
  await assertFreeTarget(options.out);
  const key = await readHashKey(options.keyFile, options.keyMayBeNew);
  const engine = await openEngine(options.folder);
  try {
    await ingest(engine, { ...options, key });
    const { rows } = await logTotals(engine);
    await assignTemplates(engine, rows);
    const path = resolve(options.out);
    await exportHashed(engine, `${path}.part`);
    await rename(`${path}.part`, path);
    return rows;
  } finally {
    await engine.close();
  }
}
