/**
 * Worlds written straight into the engine, for sizes that the text path (materials/worlds/main.ts, some 20,000 rows a second)
 * cannot reach: hashed rows that carry their templates, as an owner who hashed the log would hand them over. The same
 * actors in the same proportions, drawn by hash functions in SQL: no texts, so templates are given and not found, and
 * paraphrase is what it does to templates: `rewordings` times as many. Everything follows from the seed.
 */
import type { SqlEngine } from "../../dist/labs/traffic/engine.js";
import { createTables, ROWS_COLUMNS } from "../../dist/labs/traffic/log/tables.js";

export interface StraightWorld {
  seed: number;
  days: number;
  benignAccounts: number;
  benignRows: number;
  campaignAccounts: number;
  /** The campaign's own exchanges; camouflage comes on top. */
  exchanges: number;
  /** Share of the campaign accounts' rows that are a person's, 0 to 0.95. */
  camouflage: number;
  /** The queue works in bursts of an hour a day unless it is spread by this many hours either way. */
  jitterHours: number;
  /** Campaign accounts to a card and to a network. */
  sharing: number;
  /** Share of the exchanges with a wording that counts as harvesting, 0 to 1. */
  wording: number;
  /** Templates, and rewordings of each. */
  templates: number;
  rewordings: number;
}

/** Shares of the benign accounts; the rest are people. A group of a kind has about `size` accounts. */
const KINDS = [
  ["agent", 0.08],
  ["relay", 0.01],
  ["benchmark", 0.005],
  ["cron", 0.01],
  ["classroom", 0.01],
  ["seats", 0.02],
  ["library", 0.015],
] as const;
const KIND_NAMES = ["people", "campaign", ...KINDS.map(([name]) => name)];
/** Themes that people share, chosen by a square law. */
const THEMES = 20_000;
const START = "2026-03-01 00:00:00";

/** A uniform number in [0, 1) from a 64-bit expression. */
const unit = (expression: string) => `(bitShiftRight(intHash64(${expression}), 11) / 9007199254740992)`;
/** A sum of four uniforms, scaled to a standard deviation of 1: near enough to normal for volumes and hours. */
const normal = (expression: string) =>
  `((${[1, 2, 3, 4].map((i) => unit(`${expression} + ${i}`)).join(" + ")} - 2) * 1.7320508)`;

/** One line an account: what kind it is, how many rows it sends, on which days. */
function accountsSql(w: StraightWorld): string {
  const total = w.benignAccounts + w.campaignAccounts;
  const stratum = `intDiv(toUInt64(i) * ${w.campaignAccounts}, ${total})`;
  const chosen = `toUInt64(floor((${stratum} + ${unit(`cityHash64(${w.seed}, 'member', ${stratum})`)}) * ${total / Math.max(1, w.campaignAccounts)}))`;
  const size = Math.max(25, Math.min(2000, Math.round(w.benignAccounts * 0.005)));
  let bound = 0;
  const kinds = KINDS.map(([, share], k) => {
    bound += share;
    return `uk < ${bound}, ${k + 2}`;
  }).join(", ");
  const mean = w.benignRows / w.benignAccounts;
  const own = w.exchanges / Math.max(1, w.campaignAccounts);
  const cover = w.camouflage / (1 - w.camouflage);
  return `SELECT *, ${unit("a + 50")} AS regularity, toUInt8(${unit("a + 51")} * 24) AS zone,
 toUInt32(if(kind = 1, greatest(0, round(${own} * life + sqrt(${own} * life) * ${normal("a + 60")})), 0)) AS own,
 toUInt32(multiIf(kind = 1, own + own * ${cover},
   kind = 4, 20 + intHash64(grp) % 60, kind = 5, ${w.days} * (1 + intHash64(grp) % 3),
   kind = 3, greatest(1, round(${mean} * 4 + sqrt(${mean} * 4) * ${normal("a + 70")})),
   greatest(1, round(${mean} * exp(1.2 * ${normal("a + 70")} - 0.72))))) AS n,
 arrayFilter(d -> multiIf(kind = 1 AND ${w.camouflage} = 0, d >= born AND d < dies,
   kind = 6, d % 7 IN (intHash64(grp) % 7, intHash64(grp + 1) % 7), kind = 3 OR kind = 5, 1,
   kind = 4, d = (intHash64(grp + 2) % ${w.days} + a % 4) % ${w.days},
   ${unit("a + 1000 + d")} < 0.15 + 0.8 * regularity), range(${w.days})) AS days
FROM (SELECT number AS i, cityHash64(${w.seed}, 'account', i) AS a,
 toFixedString(unhex(concat(leftPad(hex(toUInt32(floor(i * ${4294967295 / total}))), 8, '0'), leftPad(hex(a), 16, '0'), leftPad(hex(intHash32(i)), 8, '0'))), 16) AS account,
 ${unit("a + 40")} AS uk, ${w.campaignAccounts} > 0 AND i = ${chosen} AS member, multiIf(member, 1, ${kinds}, 0) AS kind,
 toUInt64(intDiv(${stratum}, ${w.sharing})) AS cell, toUInt64(cityHash64(${w.seed}, kind, intDiv(intHash64(a + 41) % ${total}, greatest(1, toUInt64(${size} / [1, 1, 0.08, 0.01, 0.005, 0.01, 0.01, 0.02, 0.015][kind + 1]))))) AS grp,
 toUInt32(1 + intHash64(a + 42) % ${Math.max(1, w.days - 1)}) AS banned, ${unit("a + 43")} AS fate,
 if(kind = 1 AND fate >= 0.05 AND fate < 0.1, banned, 0) AS born, if(kind = 1 AND fate < 0.05, banned, ${w.days}) AS dies,
 (dies - born) / ${w.days} / 0.95 AS life FROM numbers({from:UInt64}, {n:UInt64}))`;
}

/** The rows of accounts [from, from + n). */
function rowsSql(w: StraightWorld): string {
  const day = `if(isOwn, born + h3 % (dies - born), days[1 + h3 % length(days)])`;
  const local = `(if(u1 < 0.6, 10.5, 19.5) + 2.1 * ${normal("h + 20")} + zone + 24)`;
  const burst = `(12 + 0.5 * ${unit("h + 30")} + (2 * ${unit("h + 31")} - 1) * ${w.jitterHours} + 24)`;
  const hour = `multiIf(isOwn, ${burst}, kind = 5, 6 * (k % 4) + 0.011 * u1, kind = 4, intHash64(a) % 20 + 0.0005 * k, kind = 6, 8 + intHash64(grp + 5) % 8 + 1.5 * u1, ${local})`;
  const theme = `floor(pow(${unit(`a + 2000 + h4 % (3 + a % 10)`)}, 2) * ${THEMES})`;
  const shared = (name: string, ...of: string[]) => `sipHash128(${[w.seed, `'${name}'`, ...of].join(", ")})`;
  const own = "sipHash128(h, 'own')";
  const template = `multiIf(
 isOwn, ${shared("campaign", `h4 % ${w.templates * w.rewordings}`)},
 kind = 2, ${shared("agent", "grp", "h4 % (2 + grp % 6)")}, kind = 4, ${shared("benchmark", "grp")}, kind = 5, ${shared("cron", "grp")},
 kind = 6 AND u2 < 0.5, ${shared("class", "grp", "intDiv(d * 2, 7)", "h4 % 4")},
 kind = 8 AND u2 < 0.5, ${shared("library", "grp", "h4 % (5 + grp % 15)")},
 turn > 1 AND u2 < 0.6, ${shared("follow", "h4 % 10")},
 u3 < 0.15, ${shared("theme", theme)}, ${own})`;
  const prompt = `multiIf(kind = 4, ${shared("item", "grp", "k")}, kind = 6 AND u2 < 0.25, template, turn > 1 AND u2 < 0.6 AND NOT isOwn AND kind != 2, template, ${own})`;
  const fields: Record<(typeof ROWS_COLUMNS)[number][0], string> = {
    ts: `toDateTime64('${START}', 3, 'UTC') + toIntervalMillisecond(toInt64(86400000 * d + 3600000 * (hour - 24 * floor(hour / 24))))`,
    account: "account",
    key: "toFixedString(substring(account, 5, 8), 8)",
    org: "toFixedString(substring(account, 6, 8), 8)",
    payment: "reinterpretAsFixedString(if(kind = 1, intHash64(cell), if(kind IN (3, 6, 7), grp, a + 1)))",
    network: "reinterpretAsFixedString(if(kind = 1, intHash64(cell + 7777777), if(kind IN (3, 6, 7), grp + 1, a + 2)))",
    client: "reinterpretAsFixedString(toUInt64(if(kind IN (2, 3, 5, 7), grp + 2, a % 6)))",
    system: "reinterpretAsFixedString(toUInt64(if(kind IN (2, 7), grp + 3, 0)))",
    session: "reinterpretAsFixedString(h)",
    model: "['lumen-large', 'lumen-small', 'lumen-code'][1 + h4 % 3]",
    input: "toUInt32(50 + h4 % 2000)",
    output: "toUInt32(20 + h3 % 800)",
    turn: "toUInt16(turn)",
    flags: "toUInt16(0)",
    signals: `toUInt32(isOwn AND ${unit("h + 15")} < ${w.wording})`,
    prompt: "prompt",
    template: "template",
    extra: "map()",
    request: "toFixedString('', 8)",
    source: "sipHash128(h, 'source')",
    src: "toUInt32(1)",
    batch: "toUInt32(1)",
  };
  return `INSERT INTO rows SELECT ${ROWS_COLUMNS.map(([name]) => `${fields[name]} AS c_${name}`).join(", ")}
FROM (SELECT *, ${hour} AS hour, ${template} AS template, ${prompt} AS prompt FROM (
 SELECT *, toInt64(${day}) AS d FROM (
  SELECT *, k, cityHash64(a, k) AS h, intHash64(h + 3) AS h3, intHash64(h + 4) AS h4, ${unit("h + 11")} AS u1, ${unit("h + 12")} AS u2, ${unit("h + 13")} AS u3,
   kind = 1 AND k < own AS isOwn, if(isOwn OR kind IN (4, 5) OR ${unit("h + 14")} < 0.4, 1, 2 + h % 3) AS turn
  FROM (${accountsSql(w)}) ARRAY JOIN range(n) AS k WHERE length(days) > 0)))
SETTINGS max_insert_threads = 2, max_block_size = 8192, min_insert_block_size_rows = 4000000, min_insert_block_size_bytes = 0, optimize_on_insert = 0`;
}

/** Rows made by one statement, about. */
const ROWS_A_STATEMENT = 8_000_000;

export async function writeStraight(
  engine: SqlEngine,
  w: StraightWorld,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  await createTables(engine);
  const total = w.benignAccounts + w.campaignAccounts;
  const rows = w.benignRows + w.exchanges / (1 - w.camouflage);
  const step = Math.max(1, Math.floor(total / Math.ceil(rows / ROWS_A_STATEMENT)));
  for (let from = 0; from < total; from += step) {
    await engine.run(rowsSql(w), { from, n: Math.min(step, total - from) });
    onProgress(Math.min(total, from + step), total);
  }
}

/** [keyed hash, kind] of every account. */
export async function kindsOf(engine: SqlEngine, w: StraightWorld): Promise<Map<string, string>> {
  const total = w.benignAccounts + w.campaignAccounts;
  const lines = await engine.rows<{ account: string; kind: number }>(
    `SELECT lower(hex(account)) AS account, kind FROM (${accountsSql(w)}) WHERE kind != 0`,
    { from: 0, n: total },
  );
  return new Map(lines.map(({ account, kind }) => [account, KIND_NAMES[kind]!]));
}
