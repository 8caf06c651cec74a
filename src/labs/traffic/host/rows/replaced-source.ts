/**
 * A file that was written anew: is it another log at the same place, or the same log again? By the rows that both hold. If
 * they share less than a tenth of the smaller one it was rotated, and the earlier rows stay. Else it is a re-export: late rows
 * come with it, and rows that it no longer holds go. Only an export that slides on (it reaches later than before and begins
 * later) keeps what lies before its first row, though nothing of an account that lost rows within it: those were deleted.
 */
import type { SqlEngine } from "../../engine.js";
import { KEY_SQL, ROWS_COLUMNS } from "../../log/tables.js";
import { happened, type Manifest, removeUnknown, type SourceState, writeManifest } from "./manifest.js";

/**
 * Below this share of the smaller log's rows two logs at one place are two logs: other logs share a probe or a header, and
 * an export that slides on by most of its length still shares more.
 */
const SAME_LOG_SHARE = 0.1;

/**
 * Moves or removes rows in the engine and says in the manifest what happened; nothing where no earlier source is named.
 */
export async function resolveReplaced(
  engine: SqlEngine,
  manifest: Manifest,
  folder: string,
  later: SourceState,
): Promise<void> {
  const earlier = manifest.sources.find(({ number }) => number === later.replaces);
  later.replaces = null;
  if (!earlier) return;
  const [o, n] = [earlier.number, later.number];
  const both = await keyCounts(engine, o, n);
  if (both.shared < SAME_LOG_SHARE * Math.min(both.earlier, both.later)) {
    earlier.state = "past";
    happened(earlier, `another log stands in its place now: its ${earlier.rows} rows stay`);
    happened(later, `took the place of another log, with which it shares ${both.shared} of ${both.later} rows`);
    await writeManifest(folder, manifest);
    return;
  }
  const kept = await keepBefore(engine, manifest, earlier, n);
  manifest.sources = manifest.sources.filter((source) => source !== earlier);
  if (kept) manifest.sources.push(kept);
  const keptRows = kept?.read ?? 0;
  happened(
    later,
    `written anew: ${both.shared} of ${both.earlier} rows again, ${both.later - both.shared} more, ${both.earlier - both.shared - keptRows} no longer there and removed${kept ? `, ${keptRows} from before its first row kept` : ""}`,
  );
  manifest.unsettled = "gone";
  await writeManifest(folder, manifest);
  await removeUnknown(engine, manifest);
}

const keysOf = (src: number) =>
  `(SELECT account, ts, ${KEY_SQL} AS k, src FROM rows WHERE src = ${src} UNION ALL SELECT account, ts, ${KEY_SQL} AS k, src FROM spare WHERE src = ${src})`;

async function keyCounts(engine: SqlEngine, o: number, n: number) {
  const [found] = await engine.rows<{ shared: number; earlier: number; later: number }>(
    `SELECT toUInt64(countIf(inO AND inN)) AS shared, toUInt64(countIf(inO)) AS earlier, toUInt64(countIf(inN)) AS later FROM
 (SELECT max(src = ${o}) AS inO, max(src = ${n}) AS inN FROM (SELECT * FROM ${keysOf(o)} UNION ALL SELECT * FROM ${keysOf(n)}) GROUP BY account, ts, k)`,
  );
  return found!;
}

/** Rows from before an export's first row, under a source of their own. */
async function keepBefore(
  engine: SqlEngine,
  manifest: Manifest,
  earlier: SourceState,
  n: number,
): Promise<SourceState | null> {
  const o = earlier.number;
  const span = (src: number) => `(SELECT min(ts) AS a, max(ts) AS b FROM ${keysOf(src)})`;
  const lost = `SELECT account FROM ${keysOf(o)} WHERE ts >= (SELECT a FROM ${span(n)}) AND (account, ts, k) NOT IN (SELECT account, ts, k FROM ${keysOf(n)})`;
  const number = ++manifest.numbers;
  const batch = manifest.batches + 1;
  const columns = ROWS_COLUMNS.map(([name]) => name);
  const values = columns.map((name) =>
    name === "src" ? `toUInt32(${number})` : name === "batch" ? `toUInt32(${batch})` : name,
  );
  for (const table of ["rows", "spare"])
    await engine.run(
      `INSERT INTO rows (${columns.join(", ")}) SELECT ${values.join(", ")} FROM ${table} WHERE src = ${o}
 AND ts < (SELECT a FROM ${span(n)}) AND (SELECT b FROM ${span(n)}) > (SELECT b FROM ${span(o)}) AND account NOT IN (${lost})`,
    );
  const [found] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows WHERE src = {s:UInt32}", {
    s: number,
  });
  if (found!.n === 0) return null;
  manifest.batches = batch;
  // Its rows are a part of what it was: no file is known by it any more.
  const unknown = { digest: "", head: { bytes: 0, digest: "" }, done: 0, whole: false, open: false, signature: null };
  const kept: SourceState = { ...earlier, ...unknown, number, state: "past", read: found!.n, rows: found!.n };
  kept.happened = [...earlier.happened];
  happened(kept, `its place holds a later part of the same log: ${found!.n} rows from before it stay`);
  return kept;
}
