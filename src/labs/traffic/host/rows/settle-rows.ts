/**
 * Every event once. Two rows are one event when account, time and the request's id agree; in a log without ids, when they
 * agree in everything. Of an event that has an id the fullest row counts, whatever number of times it was logged. Without
 * ids, rows that one source holds n times are n events, and another source that holds them too holds the same ones: the
 * largest number that one source has counts. What counts stands in `rows`, the other copies in `spare`, from where they
 * come back when the source that counted goes.
 *
 * What it cannot tell: equal rows without ids that a cut put into two files look like an overlap and count once.
 */
import type { SqlEngine } from "../../engine.js";
import { ranges } from "../../log/ranges.js";
import { KEY_SQL, ROWS_COLUMNS } from "../../log/tables.js";
import { forget } from "./forget.js";
import { type Manifest, removeWhere, writeManifest } from "./manifest.js";

const NONE = "toFixedString('', 8)";
const COLUMNS = ROWS_COLUMNS.map(([name]) => name).join(", ");
export const IN_KEYS = `(account, ts, ${KEY_SQL}) IN (SELECT account, ts, k FROM again_keys)`;

/** Events that are gone through again. */
export const AGAIN_KEYS_SQL =
  "CREATE TABLE again_keys (account FixedString(16), ts DateTime64(3, 'UTC'), k FixedString(16)) ENGINE = MergeTree ORDER BY (account, ts, k)";

/** @param also what else has to be looked at before nothing is left to settle */
export async function settleRows(
  engine: SqlEngine,
  manifest: Manifest,
  folder: string,
  also: () => Promise<void> = async () => undefined,
): Promise<void> {
  if (manifest.unsettled === "nothing") return;
  await countOnce(engine, manifest, folder);
  await also();
  if (manifest.unsettled === "gone") await forget(engine, folder);
  manifest.unsettled = "nothing";
  await writeManifest(folder, manifest);
}

async function countOnce(engine: SqlEngine, manifest: Manifest, folder: string): Promise<void> {
  await engine.run("DROP TABLE IF EXISTS again_keys");
  await engine.run(AGAIN_KEYS_SQL);
  const [total] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
  const rows = total!.n;
  for (const range of ranges("account", rows))
    await engine.run(
      `INSERT INTO again_keys SELECT account, ts, k FROM (SELECT account, ts, ${KEY_SQL} AS k, src, request FROM rows WHERE ${range})
 GROUP BY account, ts, k HAVING min(src) != max(src) OR (count() > 1 AND max(request) != ${NONE}) SETTINGS optimize_aggregation_in_order = 1`,
    );
  // Where rows of a source were removed, spare ones may count now.
  if (manifest.unsettled === "gone")
    await engine.run(`INSERT INTO again_keys SELECT DISTINCT account, ts, ${KEY_SQL} FROM spare`);
  const [again] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM again_keys");
  if (again!.n === 0) return;
  const batch = manifest.batches + 1;
  for (const range of ranges("account", again!.n, KEYS_A_PASS))
    for (const [table, stays] of [
      ["rows", "stays"],
      ["spare", "NOT stays"],
    ] as const)
      await engine.run(
        `INSERT INTO ${table} (${COLUMNS}) SELECT ${COLUMNS.replace(/batch$/, `toUInt32(${batch})`)} FROM (${chosenSql(range, batch)}) WHERE ${stays}`,
      );
  manifest.batches = batch;
  manifest.settling = batch;
  await writeManifest(folder, manifest);
  await finishSettling(engine, manifest, folder);
}

/** Keys whose rows are gone through at a time: some 400 bytes each. */
const KEYS_A_PASS = 4_000_000;

/** @param batch under which they are written: what stands there already is not read again */
function chosenSql(range: string, batch: number): string {
  return `SELECT ${COLUMNS}, if(request != ${NONE}, place = 1, src = best) AS stays FROM (
 SELECT *, row_number() OVER (PARTITION BY account, ts, k ORDER BY output DESC, input DESC, source, src) AS place,
  first_value(src) OVER (PARTITION BY account, ts, k ORDER BY m DESC, src) AS best FROM (
  SELECT *, count() OVER (PARTITION BY account, ts, k, src) AS m FROM (
   SELECT ${COLUMNS}, ${KEY_SQL} AS k FROM rows WHERE ${range} AND batch < ${batch} AND ${IN_KEYS}
   UNION ALL SELECT ${COLUMNS}, ${KEY_SQL} AS k FROM spare WHERE ${range} AND batch < ${batch} AND ${IN_KEYS})))`;
}

/** Takes away what was written anew under a later batch; safe to repeat after a kill. */
export async function finishSettling(engine: SqlEngine, manifest: Manifest, folder: string): Promise<void> {
  if (manifest.settling === null) return;
  for (const table of ["rows", "spare"])
    await removeWhere(engine, table, `batch < ${manifest.settling} AND ${IN_KEYS}`);
  manifest.settling = null;
  await writeManifest(folder, manifest);
}

/** Rows that count, by source, into the manifest. @returns how many there are in all */
export async function countBySource(engine: SqlEngine, manifest: Manifest): Promise<number> {
  const found = await engine.rows<{ src: number; n: number }>(
    "SELECT src, toUInt64(count()) AS n FROM rows GROUP BY src ORDER BY src",
  );
  const bySource = new Map(found.map(({ src, n }) => [src, n]));
  for (const source of manifest.sources) source.rows = bySource.get(source.number) ?? 0;
  return found.reduce((sum, { n }) => sum + n, 0);
}
