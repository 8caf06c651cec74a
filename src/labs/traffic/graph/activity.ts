/**
 * Who used which template, in two halves of the log: half of an account's days find groups, the others judge them, so
 * that what judges a group did not choose it. Which half a day falls into follows from the account's keyed hash and the
 * day, so that nobody without the key can send on the days that judge only, or on those that find. Only templates of two accounts or more are kept: the others can join nobody. All counting is
 * done by the engine, cut by hash so that memory stays bounded, and read in order of hash, so that the order of the log
 * changes nothing.
 */
import type { SqlEngine } from "../engine.js";
import { Hashes } from "../log/hashes.js";
import { ranges } from "../log/ranges.js";
import { RowBinaryReader } from "../log/row-binary.js";

/**
 * 0 finds, 1 judges: with z = (x + c₁ day) c₂ the top bit of (z ⊕ ⌊z / 2³²⌋) c₁, modulo 2⁶⁴, where x are the first eight bytes
 * of the account's keyed hash, little-endian, and days are counted since 1970. The constants and the way of mixing are
 * those of splitmix64 (Steele, Lea and Flood 2014). Plain arithmetic, so that any engine gives the same.
 */
const C1 = "toUInt64(11400714819323198485)";
const C2 = "toUInt64(13787848793156543929)";
const Z = `((reinterpretAsUInt64(substring(account, 1, 8)) + toUInt64(toRelativeDayNum(ts)) * ${C1}) * ${C2})`;
export const HALF_SQL = `toUInt8(bitShiftRight(bitXor(${Z}, bitShiftRight(${Z}, 32)) * ${C1}, 63))`;

/** "No hash": what a row without prompt or template carries. */
export const NONE = "toFixedString('', 16)";

export interface Activity {
  /** All accounts of the log in ascending order of hash; the index is the account's number here. */
  accounts: Hashes;
  /** Rows with a prompt in the judging half, by account. */
  judgedRows: Uint32Array;
  /** Templates that two accounts or more used. */
  templates: Hashes;
  /** Uses by account: account i has entries starts[i] to starts[i + 1], ascending by template. */
  starts: Uint32Array;
  template: Uint32Array;
  account: Uint32Array;
  /** Rows in either half. */
  finding: Uint32Array;
  judging: Uint32Array;
  /** Entries by template: template t has order[byTemplate[t]] to order[byTemplate[t + 1]], ascending by account. */
  byTemplate: Uint32Array;
  order: Uint32Array;
}

/** Entries read from the engine at a time. */
const ENTRIES_A_READ = 4_000_000;

/**
 * @param rows in the log, for the size of its passes @returns uses as flat arrays in the order of account and template;
 * which half each counts in stands beside them
 */
export async function readActivity(engine: SqlEngine, rows: number): Promise<Activity> {
  await fillUses(engine, rows);
  const judged = new RowBinaryReader(await engine.bytes(JUDGED_SQL));
  const accounts = new Hashes(await engine.bytes("SELECT account FROM account_numbers ORDER BY id"));
  const templates = new Hashes(await engine.bytes("SELECT template FROM template_numbers ORDER BY id"));
  const judgedRows = new Uint32Array(accounts.length);
  for (let i = 0; i < accounts.length; i++) judgedRows[i] = judged.u32();
  const n = await count(engine, "uses");
  const activity: Activity = {
    accounts,
    judgedRows,
    templates,
    starts: new Uint32Array(accounts.length + 1),
    template: new Uint32Array(n),
    account: new Uint32Array(n),
    finding: new Uint32Array(n),
    judging: new Uint32Array(n),
    byTemplate: new Uint32Array(templates.length + 1),
    order: new Uint32Array(n),
  };
  await readUses(engine, activity);
  index(activity);
  return activity;
}

/**
 * Uses, of templates that two accounts or more used. The log lies in order of account and has to be counted by template. A
 * log that came with its templates (`rows.template`) and is not too long is counted as it lies, a cut of templates at a time:
 * a cut reads the column again, which costs less than putting it in order. Otherwise one pass writes what is counted into a
 * table in order of template, whose cuts each read their own part and nothing else, so that a row costs the same however
 * long the log is; where it came with prompts, a table in order of prompt meets `templates` first.
 */
async function fillUses(engine: SqlEngine, rows: number): Promise<void> {
  const columns = "account FixedString(16), template FixedString(16), f UInt32, j UInt32";
  await table(engine, "uses", columns, "(account, template)");
  await table(engine, "shared_templates", "template FixedString(16)", "template");
  if (rows <= ROWS_COUNTED_AS_THEY_LIE && (await count(engine, "rows", PROMPTED)) === 0)
    for (const range of ranges("template", rows, ROWS_A_CUT))
      await countUses(
        engine,
        `SELECT account, template, ${HALF_SQL} AS half FROM rows WHERE template != ${NONE}`,
        range,
      );
  else await countInOrder(engine, rows);
  await engine.run("DROP TABLE shared_templates");
  await numbers(engine, "account", "rows");
  await numbers(engine, "template", "uses");
}

/** Rows whose template `templates` tells. */
const PROMPTED = `template = ${NONE} AND prompt != ${NONE}`;
/** Some 100 bytes for each template of a cut while it is counted. */
const ROWS_A_CUT = 12_000_000;
/** Above, reading the column once a cut costs more than putting it in order. */
const ROWS_COUNTED_AS_THEY_LIE = 48_000_000;

/** @param from a query that gives account, template and half of a row, ending in a condition */
async function countUses(engine: SqlEngine, from: string, range: string, settings = ""): Promise<void> {
  // As numbers: the least and the greatest of byte strings are kept in memory of their own, a template each.
  const number = "reinterpretAsUInt128(account)";
  await engine.run(
    `INSERT INTO shared_templates SELECT template FROM (${from} AND ${range}) GROUP BY template HAVING min(${number}) != max(${number}) ${settings}`,
  );
  await engine.run(`INSERT INTO uses SELECT account, template, toUInt32(countIf(half = 0)), toUInt32(countIf(half = 1)) FROM
 (${from} AND ${range} AND template IN (SELECT template FROM shared_templates WHERE ${range})) GROUP BY account, template`);
}

async function countInOrder(engine: SqlEngine, rows: number): Promise<void> {
  const pair = "account FixedString(16), half UInt8";
  await table(engine, "use_rows", `template FixedString(16), ${pair}`, "template", ONE_PART_AN_INSERT);
  await engine.run(
    `INSERT INTO use_rows SELECT template, account, ${HALF_SQL} FROM rows WHERE template != ${NONE} ${BIG_PARTS}`,
  );
  await table(engine, "use_prompts", `prompt FixedString(16), ${pair}`, "prompt", ONE_PART_AN_INSERT);
  await engine.run(
    `INSERT INTO use_prompts SELECT prompt, account, ${HALF_SQL} FROM rows WHERE ${PROMPTED} ${BIG_PARTS}`,
  );
  for (const range of ranges("prompt", await count(engine, "use_prompts"), PROMPTS_A_JOIN))
    await engine.run(`INSERT INTO use_rows SELECT t.template, r.account, r.half FROM (SELECT * FROM use_prompts WHERE ${range}) AS r
 INNER JOIN (SELECT prompt, template FROM templates WHERE ${range}) AS t USING (prompt) ${BIG_PARTS}`);
  await engine.run("DROP TABLE use_prompts");
  const inOrder = "SETTINGS optimize_aggregation_in_order = 1";
  for (const range of ranges("template", rows))
    await countUses(engine, "SELECT account, template, half FROM use_rows WHERE 1", range, inOrder);
  await engine.run("DROP TABLE use_rows");
}

/** Prompts joined with their templates at a time: the templates' hash table takes some 80 bytes each. */
const PROMPTS_A_JOIN = 8_000_000;
/** Sorted in memory, 40 bytes a row. */
const ROWS_A_PART = 8_000_000;
const BIG_PARTS = `SETTINGS max_insert_threads = 1, min_insert_block_size_rows = ${ROWS_A_PART}, min_insert_block_size_bytes = 0`;
/** Parts of a table that is read twice and dropped are not worth merging. */
const ONE_PART_AN_INSERT =
  " SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1";

async function count(engine: SqlEngine, table: string, where = "1"): Promise<number> {
  const [found] = await engine.rows<{ n: number }>(`SELECT toUInt64(count()) AS n FROM ${table} WHERE ${where}`);
  return found!.n;
}

/** Numbers in order of hash. */
async function numbers(engine: SqlEngine, column: "account" | "template", from: string): Promise<void> {
  await table(engine, `${column}_numbers`, `${column} FixedString(16), id UInt32`, column);
  await engine.run(
    `INSERT INTO ${column}_numbers SELECT ${column}, toUInt32(rowNumberInAllBlocks()) FROM (SELECT ${column} FROM ${from} GROUP BY ${column} ORDER BY ${column})`,
  );
}

async function table(engine: SqlEngine, name: string, columns: string, order: string, settings = ""): Promise<void> {
  await engine.run(`DROP TABLE IF EXISTS ${name}`);
  await engine.run(`CREATE TABLE ${name} (${columns}) ENGINE = MergeTree ORDER BY ${order}${settings}`);
}

const JUDGED_SQL = `SELECT toUInt32(countIf(${HALF_SQL} = 1 AND (prompt != ${NONE} OR template != ${NONE}))) AS n FROM rows GROUP BY account ORDER BY account`;

async function readUses(engine: SqlEngine, into: Activity): Promise<void> {
  let at = 0;
  for (const range of ranges("account", into.template.length, ENTRIES_A_READ)) {
    const bytes = await engine.bytes(
      `SELECT a.id, t.id, f, j FROM (SELECT * FROM uses WHERE ${range}) AS u INNER JOIN (SELECT * FROM account_numbers WHERE ${range}) AS a USING (account)
 INNER JOIN template_numbers AS t USING (template) ORDER BY a.id, t.id`,
    );
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < bytes.length; i += 16) {
      into.account[at] = view.getUint32(i, true);
      into.template[at] = view.getUint32(i + 4, true);
      into.finding[at] = view.getUint32(i + 8, true);
      into.judging[at] = view.getUint32(i + 12, true);
      at++;
    }
  }
}

function index({ account, template, starts, byTemplate, order }: Activity): void {
  for (let i = 0; i < account.length; i++) {
    starts[account[i]! + 1]!++;
    byTemplate[template[i]! + 1]!++;
  }
  for (let a = 1; a < starts.length; a++) starts[a]! += starts[a - 1]!;
  for (let t = 1; t < byTemplate.length; t++) byTemplate[t]! += byTemplate[t - 1]!;
  const next = byTemplate.slice();
  for (let i = 0; i < template.length; i++) order[next[template[i]!]!++] = i;
}

/** For each template the accounts that used it in the finding half, at least `rowsMin` times, ascending; one after another. */
export function finders(
  { template, account, finding, templates, byTemplate, order }: Activity,
  rowsMin = 1,
): (t: number) => Uint32Array {
  const starts = new Uint32Array(templates.length + 1);
  for (let i = 0; i < template.length; i++) if (finding[i]! >= rowsMin) starts[template[i]! + 1]!++;
  for (let t = 1; t < starts.length; t++) starts[t]! += starts[t - 1]!;
  const users = new Uint32Array(starts[templates.length]!);
  let at = 0;
  for (let t = 0; t < templates.length; t++)
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++)
      if (finding[order[k]!]! >= rowsMin) users[at++] = account[order[k]!]!;
  return (t) => users.subarray(starts[t]!, starts[t + 1]!);
}
