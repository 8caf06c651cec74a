/**
 * Where a campaign's missed accounts go: which part of the statistic keeps a whole campaign below the level, and, of lines
 * drawn with `--lost`, which step of the list loses single accounts of one that is found. Beside each part: how many honest
 * groups of other draws would be accused without it, and without it and whichever second part holds most of the rest.
 *
 *   npm run build && node validation/traffic/missed.ts --worlds F --worlds F --nulls F --nulls F
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GROUP_MIN, LEVELS } from "../../dist/labs/traffic/method.js";
import type { GroupMeasures } from "../../dist/labs/traffic/score/measures.js";
import { type Part, partsOf } from "../../dist/labs/traffic/score/statistic.js";
import { type Lost, STEPS } from "./lost.ts";

const LEVEL = LEVELS["traffic/pooled-operation"];

interface Campaign {
  accounts: number;
  right: number;
  measures: GroupMeasures | null;
  whole: { measures: GroupMeasures };
  lost?: Lost;
}

interface World {
  campaign: Campaign | null;
  wrong: unknown[];
  groups: { kind: string; accounts: number; measures: GroupMeasures }[];
}

const { values } = parseArgs({
  options: {
    worlds: { type: "string", multiple: true, default: [] },
    nulls: { type: "string", multiple: true, default: [] },
  },
});
const read = (paths: readonly string[]) =>
  paths.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as World),
  );

type Parts = Record<Exclude<Part, "harvest" | "manyAsks">, number>;
/** The parts of "operated together". */
function partsIn(measures: GroupMeasures): Parts {
  const { harvest: _, manyAsks: __, ...parts } = partsOf(measures);
  return parts;
}
const without = (parts: Parts, ...gone: string[]) =>
  Object.entries(parts).reduce((value, [name, part]) => (gone.includes(name) ? value : value * part), 1);
const least = (parts: Parts) => Object.entries(parts).reduce((a, b) => (b[1] < a[1] ? b : a))[0];
const measuresOf = ({ measures, whole }: Campaign) => partsIn(measures ?? whole.measures);

const nulls = read(values.nulls)
  .flatMap(({ groups }) => groups)
  .filter(({ kind, accounts }) => kind !== "campaign" && accounts >= GROUP_MIN)
  .map(({ kind, measures }) => ({ kind, parts: partsIn(measures) }));

/** How many honest groups stand above the level without these parts, and of which kinds. */
function accusedWithout(...gone: string[]): { n: number; says: string } {
  const accused = nulls.filter(({ parts }) => without(parts, ...gone) > LEVEL);
  const kinds = [...new Set(accused.map(({ kind }) => kind))].sort().join(", ");
  return { n: accused.length, says: accused.length === 0 ? "none" : `${accused.length} (${kinds})` };
}

function costOf(part: string): string {
  const second = Object.keys(nulls[0]?.parts ?? {})
    .filter((name) => name !== part)
    .map((name) => ({ name, ...accusedWithout(part, name) }))
    .reduce((a, b) => (b.n > a.n ? b : a), { name: "", n: -1, says: "" });
  return `${accusedWithout(part).says}; without \`${second.name}\` too ${second.says}`;
}

const worlds = read(values.worlds);
const campaigns = worlds.flatMap(({ campaign }) => campaign ?? []);
const above = campaigns.filter(({ measures }) => measures !== null && without(partsIn(measures)) > LEVEL);
const below = campaigns.filter((campaign) => !above.includes(campaign));
const sum = (list: readonly Campaign[], of: (campaign: Campaign) => number) => list.reduce((n, c) => n + of(c), 0);
const accounts = sum(campaigns, (c) => c.accounts);
const listed = sum(above, (c) => c.right);
const missed = accounts - listed;
const share = (n: number) => `${n} (${((100 * n) / Math.max(1, missed)).toFixed(0)} %)`;

console.log(
  `${above.length} of ${campaigns.length} campaigns above ${LEVEL}, ${listed} of ${accounts} accounts listed (${(listed / accounts).toFixed(3)}), ${missed} missed; others listed: ${worlds.reduce((n, { wrong }) => n + wrong.length, 0)}; ${nulls.length} honest groups`,
);
for (const campaign of below)
  console.log(
    `below: ${Object.entries(measuresOf(campaign))
      .filter(([, part]) => part < 1)
      .map(([name, part]) => `${name} ${part.toFixed(2)}`)
      .join(", ")}${campaign.measures ? "" : " (not found; handed over whole)"}`,
  );
console.log(
  "\n| where | campaigns | missed accounts | honest groups accused without it |\n| --- | ---: | ---: | --- |",
);
for (const part of new Set(below.map((campaign) => least(measuresOf(campaign))))) {
  const own = below.filter((campaign) => least(measuresOf(campaign)) === part);
  console.log(`| \`${part}\` | ${own.length} | ${share(sum(own, (c) => c.accounts))} | ${costOf(part)} |`);
}
const singly = above.filter((c) => c.right < c.accounts);
console.log(
  `| single accounts of a campaign found | ${singly.length} | ${share(sum(singly, (c) => c.accounts - c.right))} | |`,
);

const looked = above.flatMap(({ lost }) => lost ?? []);
if (looked.length > 0) {
  const count = (of: (lost: Lost) => number) => looked.reduce((n, lost) => n + of(lost), 0);
  for (const step of STEPS) console.log(`  ${step}: ${count(({ steps }) => steps[step] ?? 0)}`);
  console.log(
    `  of these, on a card and a network with three listed accounts or more: ${count((l) => l.besideListed)}, with a row of the list besides: ${count((l) => l.besideListedAndAsked)}`,
  );
  console.log(
    `  accounts of others: ${count((l) => l.others.members)} members, ${count((l) => l.others.alike)} of them alike, ${count((l) => l.others.joined ?? 0)} joined too; ${count((l) => l.others.besideListed)} on a listed account's card and network, ${count((l) => l.others.besideListedAndAsked ?? 0)} with a row of the list besides`,
  );
}
