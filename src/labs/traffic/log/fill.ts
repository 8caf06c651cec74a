/**
 * What the log carries, before anything rests on it: how often each field is filled, with how many values, and how much one
 * account holds. Gateways have given all rows to the first caller, one request to two rows and one id to two people
 * (BerriAI/litellm issues 15740, 17814, 28376, 31441): where a log misattributes rows, nobody is to be named.
 */
import { z } from "zod";
import type { Finding } from "../../../finding/finding.js";
import type { SqlEngine } from "../engine.js";
import type { LogTotals } from "./facts.js";
import { ROWS_A_PASS } from "./ranges.js";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

export const fillSchema = z.strictObject({
  /** Share of rows in which a field stands, and how many values it has (an estimate above some thousands). */
  fields: z.array(z.strictObject({ field: z.string(), filled: share, values: count })),
  /** The account with most rows: its share of them, and under how many keys they stand. */
  largestAccount: z.strictObject({ share, keys: count }),
  /** Of the requests' own ids, those that stand on rows of several accounts. */
  sharedIds: z.strictObject({ ids: count, shared: count }),
  /** Share of rows that stand there once more under another call type, within seconds. */
  doubled: share,
  /** Rows whose account is not the user that the request's own body names: how many, of how many accounts and users. */
  otherUser: z.strictObject({ rows: count, accounts: count, users: count }),
  lines: z.strictObject({ read: count, setAside: count, noRequests: count, zoneless: count }),
  /** What is odd about it, in sentences. */
  remarks: z.array(z.string()),
});
export type Fill = z.infer<typeof fillSchema>;

/** What the intake counted while it read. */
export interface IntakeCounts {
  lines: number;
  read: number;
  setAside: number;
  noRequests: number;
  zoneless: number;
  otherUser: { rows: number; accounts: number; users: number };
}

const FIELDS = ["request", "key", "org", "payment", "network", "client", "system", "session"] as const;
const NONE = "toFixedString('', 8)";
const NONE_16 = "toFixedString('', 16)";

const FILL_SQL = `SELECT toUInt64(count()) AS rows, toUInt64(uniqCombined64(account)) AS accounts,
 toUInt64(countIf(prompt != ${NONE_16} OR template != ${NONE_16})) AS promptN, toUInt64(uniqCombined64If(prompt, prompt != ${NONE_16})) AS promptD,
 toUInt64(countIf(model != '')) AS modelN, toUInt64(uniqCombined64If(model, model != '')) AS modelD,
 toUInt64(countIf(input > 0)) AS inputN, toUInt64(uniqCombined64If(input, input > 0)) AS inputD,
 toUInt64(countIf(output > 0)) AS outputN, toUInt64(uniqCombined64If(output, output > 0)) AS outputD,
 ${FIELDS.map((f) => `toUInt64(countIf(${f} != ${NONE})) AS ${f}N, toUInt64(uniqCombined64If(${f}, ${f} != ${NONE})) AS ${f}D`).join(",\n ")}
FROM rows`;

const LARGEST_SQL =
  "SELECT toUInt64(count()) AS n, toUInt64(uniqExact(key)) AS keys FROM rows GROUP BY account ORDER BY n DESC, account LIMIT 1";

/** @returns null for a log without rows */
export async function readFill(engine: SqlEngine, counts: IntakeCounts): Promise<Fill | null> {
  const [line] = await engine.rows<Record<string, number>>(FILL_SQL);
  const rows = line!.rows!;
  if (rows === 0) return null;
  const [largest] = await engine.rows<{ n: number; keys: number }>(LARGEST_SQL);
  // Of a long log a share by hash: ids and accounts are spread evenly.
  const part = Math.max(1, Math.floor(256 * Math.min(1, ROWS_A_PASS / rows)));
  const among = (column: string) => (part >= 256 ? "1" : `reinterpretAsUInt8(substring(${column}, 1, 1)) < ${part}`);
  const [ids] = await engine.rows<{ ids: number; shared: number }>(
    `SELECT toUInt64(count()) AS ids, toUInt64(countIf(a)) AS shared FROM
 (SELECT min(account) != max(account) AS a FROM rows WHERE request != ${NONE} AND ${among("request")} GROUP BY request)`,
  );
  const [twice] = await engine.rows<{ n: number; doubled: number }>(
    `SELECT toUInt64(sum(m)) AS n, toUInt64(sumIf(m, c > 1)) AS doubled FROM
 (SELECT count() AS m, uniqExact(extra['call_type']) AS c FROM rows WHERE ${among("account")} GROUP BY account, prompt, input, output, intDiv(toUnixTimestamp(ts), ${TWICE_SECONDS}))`,
  );
  const fields = [...FIELDS, "model", "input", "output", "prompt"].map((field) => ({
    field,
    filled: ratio(line![`${field}N`]!, rows),
    values: line![`${field}D`]!,
  }));
  const fill: Fill = {
    fields: [{ field: "account", filled: 1, values: line!.accounts! }, ...fields],
    largestAccount: { share: ratio(largest!.n, rows), keys: largest!.keys },
    sharedIds: ids!,
    doubled: ratio(twice!.doubled, twice!.n),
    otherUser: counts.otherUser,
    lines: {
      read: counts.read,
      setAside: counts.setAside,
      noRequests: counts.noRequests,
      zoneless: counts.zoneless,
    },
    remarks: [],
  };
  fill.remarks = remarks(fill);
  return fill;
}

/** A proxy writes both rows of a doubled request when the answer is there. */
const TWICE_SECONDS = 10;

/** An account that holds this much under several keys stands for several customers: half of the log says nothing else. */
const PINNED = { share: 0.5, keys: 5 } as const;
/** More than this share of ids on several accounts is no accident of a random number. */
const SHARED_IDS_MAX = 0.01;
/** More than this share of rows doubled, or given to another user than their bodies name, is a fault of the log. */
const DOUBLED_MAX = 0.1;
const OTHER_USER_MAX = 0.05;
/** A log of which most lines cannot be read is not the log. */
const SET_ASIDE_MAX = 0.5;

/** Why no account of this log may be named, or null. */
export function misattributed(fill: Fill, rows: number): string | null {
  const faults: string[] = [];
  const { largestAccount, sharedIds, otherUser, lines } = fill;
  if (fill.fields[0]!.values === 1)
    faults.push(`one account holds all ${rows} rows, so that the log tells no users apart`);
  else if (largestAccount.share >= PINNED.share && largestAccount.keys >= PINNED.keys)
    faults.push(
      `one account holds ${percent(largestAccount.share)} of all rows, under ${largestAccount.keys} keys: it stands for several customers`,
    );
  if (otherUser.rows > OTHER_USER_MAX * rows && otherUser.users > 2 * otherUser.accounts)
    faults.push(
      `${otherUser.rows} rows stand under ${otherUser.accounts} accounts although their requests name ${otherUser.users} users`,
    );
  if (sharedIds.shared > SHARED_IDS_MAX * sharedIds.ids)
    faults.push(`${sharedIds.shared} of ${sharedIds.ids} request ids stand on rows of several accounts`);
  if (fill.doubled > DOUBLED_MAX)
    faults.push(`${percent(fill.doubled)} of the rows stand twice, under two call types of one request`);
  const all = lines.read + lines.setAside;
  if (lines.setAside > SET_ASIDE_MAX * all) faults.push(`${lines.setAside} of ${all} records could not be read`);
  if (faults.length === 0) return null;
  const prompts = fill.fields.find(({ field }) => field === "prompt")!.filled;
  if (prompts === 0) faults.unshift("prompt 0 %");
  return `The log does not say who sent what: ${faults.join("; ")}. A mapping file (--mapping) tells where its fields are; a fault of the gateway has to be mended there.`;
}

/** A refused finding shows what the log carries all the same. */
export function withFill(finding: Finding, { rows, accounts, from, to, days }: LogTotals, fill: Fill | null): Finding {
  const subject = finding.subject.kind === "log" ? { ...finding.subject, accounts } : finding.subject;
  return { ...finding, subject, observations: { log: { rows, accounts, from, to, days, ...(fill ? { fill } : {}) } } };
}

function remarks(fill: Fill): string[] {
  const by = (name: string) => fill.fields.find(({ field }) => field === name)!;
  const out: string[] = [];
  if (by("prompt").filled === 0) out.push("prompt 0 %: no row carries a prompt");
  if (fill.lines.zoneless > 0) out.push(`${fill.lines.zoneless} times without a zone were read as UTC`);
  for (const field of ["payment", "network", "client"])
    if (by(field).filled === 0) out.push(`${field} 0 %: what accounts share of it cannot be seen`);
  if (fill.largestAccount.share >= PINNED.share && by("account").values > 1)
    out.push(
      `one account holds ${percent(fill.largestAccount.share)} of all rows, under ${fill.largestAccount.keys} keys`,
    );
  if (fill.sharedIds.shared > 0)
    out.push(`${fill.sharedIds.shared} of ${fill.sharedIds.ids} request ids stand on rows of several accounts`);
  return out;
}

function percent(value: number): string {
  return `${Math.round(1000 * value) / 10} %`;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1e6 * part) / whole) / 1e6;
}
