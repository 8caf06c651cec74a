/**
 * The exhibits of a group: each line comes from one stated query over the hashed log and the group's two lists (accounts
 * and templates), so that the other side's expert gets the same rows from the same log.
 */
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Hex } from "../../base/digest.js";
import type { SqlEngine } from "./engine.js";
import { SIGNALS } from "./log/signals.js";
import type { TrafficObservations } from "./observations.js";
import { NAMED_LATER_SQL } from "./score/core.js";

type Exhibit = TrafficObservations["exhibits"][number];

const MEMBERS = "(SELECT account FROM group_members WHERE g = {g:UInt32})";
const OWN = "(SELECT template FROM group_templates WHERE g = {g:UInt32})";
/** A row in the group's own templates: of a log that came with its templates, or by its prompt. */
const IS_OWN = `(template IN ${OWN} OR prompt IN (SELECT prompt FROM templates WHERE template IN ${OWN}))`;

/** Lines of one exhibit at most: a page is for reading, the query gives them all. */
const LINES_MAX = 200;

const EXHIBITS = {
  byDay: {
    says: "rows and active accounts a day, of the log and of the group in its own templates",
    sql: `SELECT toString(toDate(ts)) AS day, toUInt64(count()) AS rows, toUInt64(uniqExact(account)) AS accounts,
 toUInt64(countIf(account IN ${MEMBERS} AND ${IS_OWN})) AS groupRows,
 toUInt64(uniqExactIf(account, account IN ${MEMBERS} AND ${IS_OWN})) AS groupAccounts
FROM rows GROUP BY day ORDER BY day`,
  },
  templates: {
    says: "the group's own templates: rows, accounts, distinct prompts, and rows by anyone else; each row under one template",
    sql: `SELECT lower(hex(t)) AS template, toUInt64(countIf(account IN ${MEMBERS})) AS rows, toUInt64(uniqExactIf(account, account IN ${MEMBERS})) AS accounts,
 toUInt64(uniqExactIf(prompt, account IN ${MEMBERS})) AS prompts, toUInt64(countIf(account NOT IN ${MEMBERS})) AS rowsOutside
FROM (SELECT account, prompt, template AS t FROM rows WHERE template IN ${OWN}
 UNION ALL SELECT account, prompt, known.template AS t FROM rows INNER JOIN (SELECT k.prompt AS prompt, argMin(k.template, ${NAMED_LATER_SQL}) AS template FROM templates AS k WHERE k.template IN ${OWN} GROUP BY prompt) AS known USING (prompt)) GROUP BY t ORDER BY rows DESC, template LIMIT ${LINES_MAX}`,
  },
  models: {
    says: "models asked, by the group in its own templates and by everyone else",
    sql: `SELECT model, toUInt64(countIf(inside)) AS own, toUInt64(countIf(NOT inside)) AS others
FROM (SELECT model, account IN ${MEMBERS} AND ${IS_OWN} AS inside FROM rows) GROUP BY model ORDER BY model LIMIT ${LINES_MAX}`,
  },
  infrastructure: {
    says: "payment, networks, clients and organisations of the group's accounts: how many values, how many accounts share the commonest, how many share any",
    sql: ["payment", "network", "client", "org"]
      .map(
        (
          kind,
        ) => `SELECT '${kind}' AS kind, toUInt64(count()) AS values, toUInt64(max(n)) AS largest, toUInt64(sumIf(n, n > 1)) AS sharedAccounts
FROM (SELECT ${kind}, uniqExact(account) AS n FROM rows WHERE account IN ${MEMBERS} AND ${kind} != toFixedString('', 8) GROUP BY ${kind})`,
      )
      .join("\nUNION ALL "),
  },
  signals: {
    says: "wordings and request settings that published cases name, in the group's own templates and elsewhere",
    sql: `SELECT toUInt64(countIf(inside)) AS own, toUInt64(countIf(NOT inside)) AS others,
 ${SIGNALS.map((_, i) => `toUInt64(countIf(inside AND bitTest(signals, ${i}))) AS own${i}, toUInt64(countIf(NOT inside AND bitTest(signals, ${i}))) AS others${i}`).join(",\n ")},
 toUInt64(countIf(inside AND flags != 0)) AS ownProbing, toUInt64(countIf(NOT inside AND flags != 0)) AS othersProbing
FROM (SELECT signals, flags, account IN ${MEMBERS} AND ${IS_OWN} AS inside FROM rows)`,
  },
  terms: {
    says: "terms that the listed accounts accepted, and when, as the log says beside their requests; the first row that says so",
    sql: `SELECT lower(hex(t.account)) AS account, t.terms AS terms, if(toUnixTimestamp(t.accepted) = 0, '', formatDateTime(t.accepted, '%Y-%m-%dT%H:%i:%SZ', 'UTC')) AS accepted,
 formatDateTime(min(t.ts), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS firstSaid
FROM terms AS t WHERE t.account IN ${MEMBERS} GROUP BY t.account, t.terms, t.accepted ORDER BY t.account, t.accepted, t.terms LIMIT ${LINES_MAX}`,
  },
} as const;

type ExhibitId = keyof typeof EXHIBITS;

/** Runs one exhibit's query; the lines and what the page says of them. */
export async function exhibit<T>(
  engine: SqlEngine,
  id: ExhibitId,
  g: number,
): Promise<{ lines: T[]; exhibit: Exhibit }> {
  const { says, sql } = EXHIBITS[id];
  const found = await engine.rows<T>(sql, { g });
  const lines =
    id === "infrastructure"
      ? [...found].sort((a, b) => ((a as { kind: string }).kind < (b as { kind: string }).kind ? -1 : 1))
      : found;
  return {
    lines,
    exhibit: {
      id,
      says,
      sql: sql.replaceAll("{g:UInt32}", String(g)),
      sha256: sha256Hex(canonicalJsonBytes(lines)),
      rows: lines.length,
    },
  };
}
