/**
 * Usage analytics on the tables of the examination: sums, and keys that act unlike their own past. It accuses nobody: an
 * unusual key may be a stolen one or a new job of its owner's.
 */
import type { SqlEngine } from "../engine.js";

interface Line {
  [column: string]: string | number;
}

export interface Report {
  byModel: Line[];
  byOrganisation: Line[];
  byKey: Line[];
  unusualKeys: Line[];
  sharing: Line[];
}

/** Lines of a table at most. */
const LINES_MAX = 50;
/** A day's tokens this many times a key's median day, and at least so many, are unusual. */
const TIMES_MEDIAN = 20;
const TOKENS_MIN = 100_000;

const USAGE =
  "toUInt64(count()) AS rows, toUInt64(uniqExact(account)) AS accounts, toUInt64(sum(input)) AS inputTokens, toUInt64(sum(output)) AS outputTokens";

const REPORT_SQL = {
  byModel: `SELECT model, ${USAGE} FROM rows GROUP BY model ORDER BY rows DESC, model LIMIT ${LINES_MAX}`,
  byOrganisation: `SELECT lower(hex(org)) AS organisation, ${USAGE} FROM rows GROUP BY org ORDER BY rows DESC, organisation LIMIT ${LINES_MAX}`,
  byKey: `SELECT lower(hex(key)) AS apiKey, ${USAGE}, toString(min(toDate(ts))) AS firstDay, toString(max(toDate(ts))) AS lastDay FROM rows GROUP BY key ORDER BY rows DESC, apiKey LIMIT ${LINES_MAX}`,
  /** A stolen key often shows as a first call to a model it never used, then tokens far above its own days. */
  unusualKeys: `SELECT lower(hex(key)) AS apiKey, toString(argMax(day, tokens)) AS busiestDay, toUInt64(max(tokens)) AS busiestTokens,
 toUInt64(medianExact(tokens)) AS medianTokens, toUInt32(count()) AS days, toUInt32(argMax(models, day)) AS modelsOnLastDay
FROM (SELECT key, toDate(ts) AS day, sum(input + output) AS tokens, uniqExact(model) AS models FROM rows GROUP BY key, day)
GROUP BY key HAVING days >= 3 AND busiestTokens >= ${TOKENS_MIN} AND busiestTokens >= ${TIMES_MEDIAN} * medianTokens
ORDER BY busiestTokens DESC, apiKey LIMIT ${LINES_MAX}`,
  sharing: `SELECT lower(hex(account)) AS other, toUInt32(uniqExactIf(network, network != toFixedString('', 8) AND network IN (SELECT network FROM rows WHERE account = unhex({a:String})))) AS networks,
 toUInt32(uniqExactIf(payment, payment != toFixedString('', 8) AND payment IN (SELECT payment FROM rows WHERE account = unhex({a:String})))) AS payments, toUInt64(count()) AS rows
FROM rows WHERE account != unhex({a:String}) AND
 ((network != toFixedString('', 8) AND network IN (SELECT network FROM rows WHERE account = unhex({a:String}))) OR
  (payment != toFixedString('', 8) AND payment IN (SELECT payment FROM rows WHERE account = unhex({a:String}))))
GROUP BY account ORDER BY rows DESC, other LIMIT ${LINES_MAX}`,
} as const;

/** @param account keyed hash, 32 hexadecimal digits, or null */
export async function trafficReport(engine: SqlEngine, account: string | null): Promise<Report> {
  return {
    byModel: await engine.rows<Line>(REPORT_SQL.byModel),
    byOrganisation: await engine.rows<Line>(REPORT_SQL.byOrganisation),
    byKey: await engine.rows<Line>(REPORT_SQL.byKey),
    unusualKeys: await engine.rows<Line>(REPORT_SQL.unusualKeys),
    sharing: account === null ? [] : await engine.rows<Line>(REPORT_SQL.sharing, { a: account }),
  };
}
