/**
 * Traces nest a request in a request: a framework's generation holds that of the client that sent it, with the same prompt.
 * It is one request. The outer row stands aside in `spare`, the inner one counts, in whatever order and file they came; if
 * the inner one goes, the outer one counts again. Rows that ask something else inside another are requests of their own.
 *
 * Some write one request twice under one id and at two times: when it came and when it was answered (SGLang), as a span and
 * as an event (OpenTelemetry). The mapping says of the fuller one that it was made within itself; the other stands aside.
 */
import type { SqlEngine } from "../../engine.js";
import { WITHIN } from "../../log/canonical-row.js";
import { ranges } from "../../log/ranges.js";
import { KEY_SQL, ROWS_COLUMNS } from "../../log/tables.js";
import { type Manifest, writeManifest } from "./manifest.js";
import { AGAIN_KEYS_SQL, finishSettling, IN_KEYS } from "./settle-rows.js";

/** Formats whose records nest; no other log is looked through. */
const NESTING = /^(langfuse-|sglang |otel-genai)/;

const COLUMNS = ROWS_COLUMNS.map(([name]) => name).join(", ");
const NONE = "toFixedString('', 8)";
const OWN = `extra['${WITHIN}'] = request`;
const inner = (range: string) =>
  `SELECT account, extra['${WITHIN}'] AS outer, prompt FROM rows WHERE ${range} AND mapContains(extra, '${WITHIN}') AND NOT (${OWN})`;
const fuller = (range: string) => `SELECT account, request FROM rows WHERE ${range} AND ${OWN} AND request != ${NONE}`;
const outer = (range: string) => `SELECT account, ts, ${KEY_SQL} AS k FROM rows WHERE ${range} AND request != ${NONE}
 AND ((account, request, prompt) IN (${inner(range)}) OR (NOT (${OWN}) AND (account, request) IN (${fuller(range)})))`;

/** Only after rows came or went. */
export async function setOuterAside(engine: SqlEngine, manifest: Manifest, folder: string): Promise<void> {
  if (!manifest.sources.some(({ formats }) => Object.keys(formats).some((name) => NESTING.test(name)))) return;
  await engine.run("DROP TABLE IF EXISTS again_keys");
  await engine.run(AGAIN_KEYS_SQL);
  const [all] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
  // One account's rows at a time are enough, and what is looked up is held in memory.
  for (const range of ranges("account", all!.n)) await engine.run(`INSERT INTO again_keys ${outer(range)}`);
  const [found] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM again_keys");
  if (found!.n === 0) return;
  const batch = manifest.batches + 1;
  const written = COLUMNS.replace(/batch$/, `toUInt32(${batch})`);
  for (const table of ["rows", "spare"])
    await engine.run(
      `INSERT INTO spare (${COLUMNS}) SELECT ${written} FROM ${table} WHERE batch < ${batch} AND ${IN_KEYS}`,
    );
  manifest.batches = batch;
  manifest.settling = batch;
  await writeManifest(folder, manifest);
  await finishSettling(engine, manifest, folder);
}
