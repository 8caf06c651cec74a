/**
 * From the worlds' lines to the two study files and the tables of validation/traffic.md.
 *
 *   npm run build && node validation/traffic/tables.ts validation/traffic/worlds.jsonl validation/traffic/benign.jsonl
 *
 * A null is a decoy handed over whole, or a group found that is no campaign. It is accused when its statistic is above
 * the level fixed beforehand, whatever its size. A family is a prompt source (a data set), not a world.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { LEVELS, METHOD_ID, METHOD_VERSION } from "../../dist/labs/traffic/method.js";
import { statistic } from "../../dist/labs/traffic/score/statistic.js";
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import type { Measured } from "./worlds.ts";

interface World {
  world: string;
  rows: number;
  benign: string[];
  campaign: {
    source: string;
    accounts: number;
    named: number;
    right: number;
    pooled: number;
    extraction: number;
  } | null;
  wrong: { kind: string; log10P: number; rows: number }[];
  groups: Measured[];
}

const worlds = read(process.argv[2]!);
// Benign worlds hold nulls as good as those beside a campaign.
const nulls = [...worlds, ...process.argv.slice(3).flatMap(read)].flatMap((w) =>
  w.groups.filter((g) => g.kind !== "campaign"),
);
const campaigns = worlds.flatMap((w) => (w.campaign ? [w.campaign] : []));
const kinds = [...new Set(nulls.map((n) => n.kind))].sort();
/** A mixture of sources counts for none of its parts alone: its first names it. */
const family = (source: string) => source.split("+")[0]!;

for (const [id, value] of [
  ["traffic/pooled-operation", (m: { pooled: number }) => m.pooled],
  ["traffic/extraction-workload", (m: { extraction: number }) => m.extraction],
] as const) {
  const of = value as (m: { pooled: number; extraction: number }) => number;
  const accused = nulls.filter((n) => of(n) > LEVELS[id]);
  const sources = [...new Set(campaigns.map((c) => c.source))];
  const foundAll = sources.filter((s) => campaigns.filter((c) => c.source === s).every((c) => of(c) > LEVELS[id]));
  const study = {
    type: "assay/validation/v1",
    method: METHOD_ID,
    methodVersion: METHOD_VERSION,
    page: "validation/traffic.md",
    nulls: {
      pairs: nulls.length,
      families: new Set(nulls.map((n) => family(n.source))).size,
      accusedPairs: accused.length,
      accusedFamilies: new Set(accused.map((n) => family(n.source))).size,
    },
    positives: {
      pairs: campaigns.length,
      families: sources.length,
      foundPairs: campaigns.filter((c) => of(c) > LEVELS[id]).length,
      foundFamilies: foundAll.length,
    },
    nullKinds: kinds.map((kind) => {
      const own = nulls.filter((n) => n.kind === kind);
      return {
        kind,
        pairs: own.length,
        families: new Set(own.map((n) => family(n.source))).size,
        statisticMax: Math.max(...own.map(of)),
      };
    }),
    nullLog10P: [],
    positiveLog10P: [],
  };
  writeFileSync(`validation/${id.replace("/", "-")}.json`, `${JSON.stringify(study, null, 1)}\n`);
  process.stdout.write(
    `\n${id}: ${worlds.length} worlds, nulls ${JSON.stringify(study.nulls)}, campaigns ${JSON.stringify(study.positives)}\n\n`,
  );
  process.stdout.write(
    "| decoy | measured | prompt sources | median | highest | the weakest part of the highest |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
  );
  for (const kind of kinds) {
    const own = nulls.filter((n) => n.kind === kind).sort((a, b) => of(b) - of(a));
    const top = own[0]!;
    process.stdout.write(
      `| ${kind} | ${own.length} | ${new Set(own.map((n) => family(n.source))).size} | ${of(own[own.length >> 1]!).toFixed(2)} | ${of(top).toFixed(2)} | ${statistic(id, top.measures).weakest} (${top.accounts} accounts) |\n`,
    );
  }
}
const members = campaigns.reduce((n, c) => n + c.accounts, 0);
const right = campaigns.reduce((n, c) => n + c.right, 0);
const named = campaigns.reduce((n, c) => n + c.named, 0);
/** A share with its one-sided 95 % bounds. */
const share = (k: number, n: number) =>
  `${k} of ${n}, ${(k / Math.max(1, n)).toFixed(4)} (95 %: ${lower95(k, n).toFixed(4)} to ${upper95(k, n).toFixed(4)})`;
const clean = campaigns.filter((c) => c.named === c.right).length;
process.stdout.write(
  `\ncampaign accounts that are listed: ${share(right, members)}; listed accounts that are the campaign's: ${share(right, named)}; worlds whose list holds nobody else: ${share(clean, campaigns.length)}\n`,
);
for (const c of campaigns.filter((x) => x.extraction <= LEVELS["traffic/extraction-workload"]))
  process.stdout.write(`missed: ${JSON.stringify(c)}\n`);
for (const { world, wrong } of worlds.filter((w) => w.wrong.length > 0))
  process.stdout.write(`wrongly listed in ${world}: ${JSON.stringify(wrong)}\n`);

// Benign worlds by themselves: how many are accused, and each kind's scores.
for (const path of process.argv.slice(3)) {
  const benign = read(path);
  const accused = benign.filter((w) =>
    w.groups.some(
      (g) => g.pooled > LEVELS["traffic/pooled-operation"] || g.extraction > LEVELS["traffic/extraction-workload"],
    ),
  );
  process.stdout.write(
    `\n${path}: ${benign.length} benign worlds of ${benign[0]!.rows} rows or so, accused ${accused.length}, accounts wrongly listed ${accused.reduce((n, w) => n + w.wrong.length, 0)}; accused share below ${upper95(accused.length, benign.length).toFixed(4)} (95 %)\n\n`,
  );
  process.stdout.write(
    "| decoy | measured | pooled: median | 99 % | highest | extraction: median | 99 % | highest |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
  );
  for (const kind of [...new Set(benign.flatMap((w) => w.groups.map((g) => g.kind)))].sort()) {
    const own = benign.flatMap((w) => w.groups.filter((g) => g.kind === kind));
    const line = (of: (g: Measured) => number) => {
      const all = own.map(of).sort((a, b) => a - b);
      return [0.5, 0.99, 1]
        .map((q) => all[Math.min(all.length - 1, Math.floor(q * all.length))]!.toFixed(2))
        .join(" | ");
    };
    process.stdout.write(`| ${kind} | ${own.length} | ${line((g) => g.pooled)} | ${line((g) => g.extraction)} |\n`);
  }
}

function read(path: string): World[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((l) => JSON.parse(l) as World);
}
