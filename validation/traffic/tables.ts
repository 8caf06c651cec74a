/**
 * From the worlds' lines to the two study files and the tables of validation/traffic.md.
 *
 *   npm run build && node validation/traffic/tables.ts --worlds F --harvests F --benign F --framing F --limits F --table F
 *
 * A null is a decoy handed over whole, or a group found that is no campaign, of at least as many members as a group has:
 * a smaller one could not be accused and speaks for nothing. It is accused when its statistic is above the level fixed
 * beforehand. A family of nulls is a prompt source (a data set) with a kind of group; a
 * family of campaigns is a prompt source. Whether a campaign harvests is asked of those that use the wordings alone.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GROUP_MIN, LEVELS, METHOD_ID, METHOD_VERSION } from "../../dist/labs/traffic/method.js";
import { statistic } from "../../dist/labs/traffic/score/statistic.js";
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import { RUN_BY_ONE_HAND } from "../../materials/worlds/contracts.ts";
import type { Lost } from "./lost.ts";
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
    measures: Measured["measures"] | null;
    whole: Measured;
    lost?: Lost;
  } | null;
  wrong: { kind: string; log10P: number; rows: number }[];
  groups: Measured[];
}

const { values: given } = parseArgs({
  options: {
    /** Worlds with a campaign, whose operation is asked about. */
    worlds: { type: "string", multiple: true, default: [] },
    /** Worlds whose campaign uses the wordings of harvesting. */
    harvests: { type: "string", multiple: true, default: [] },
    /** Worlds without a campaign. */
    benign: { type: "string", multiple: true, default: [] },
    /** Worlds of groups that a contract holds together: some of them are operated together, none harvests. */
    contracts: { type: "string", multiple: true, default: [] },
    /** Worlds in which a campaign imitates a public's tool. */
    framing: { type: "string", multiple: true, default: [] },
    /** Worlds with innocents on a campaign's cards, networks and tool, drawn with `--lost`. */
    bystanders: { type: "string", multiple: true, default: [] },
    /** Worlds with a group that no field of a log tells from a campaign: told apart, and no nulls of the study. */
    limits: { type: "string", multiple: true, default: [] },
    /** Single worlds under other conditions, for the table of evasions. */
    table: { type: "string", multiple: true, default: [] },
  },
});
const worlds = given.worlds.flatMap(read);
const harvests = given.harvests.flatMap(read);
const benign = given.benign.flatMap(read);
const contracts = given.contracts.flatMap(read);
const framing = given.framing.flatMap(read);
const beside = given.bystanders.flatMap(read);
const limits = given.limits.flatMap(read);
const honest = [...worlds, ...harvests, ...benign, ...contracts, ...framing].flatMap((w) =>
  w.groups.filter((g) => g.kind !== "campaign"),
);
const judged = honest.filter((g) => g.accounts >= GROUP_MIN);
/** What is run by one hand is no null of "operated together"; of harvesting it is one like any other. */
const oneHand = (g: Measured) => RUN_BY_ONE_HAND.some((kind) => kind === g.kind);
/** A mixture of sources counts for none of its parts alone: its first names it. */
const sourceOf = (source: string) => source.split("+")[0]!;
const family = (n: Measured) => `${sourceOf(n.source)} ${n.kind}`;

for (const [id, value] of [
  ["traffic/pooled-operation", (m: { pooled: number }) => m.pooled],
  ["traffic/extraction-workload", (m: { extraction: number }) => m.extraction],
] as const) {
  const of = value as (m: { pooled: number; extraction: number }) => number;
  const nulls = judged.filter((g) => id === "traffic/extraction-workload" || !oneHand(g));
  const kinds = [...new Set(nulls.map((n) => n.kind))].sort();
  // Whether a campaign harvests is told by version 9 alone: of worlds drawn before, that it operates together.
  const told = harvests.filter(
    ({ campaign }) => (campaign?.measures ?? campaign?.whole.measures)?.manyAsks !== undefined,
  );
  const asked = id === "traffic/pooled-operation" ? [...worlds, ...harvests] : told;
  const campaigns = asked.flatMap((w) => (w.campaign ? [w.campaign] : []));
  const accused = nulls.filter((n) => of(n) > LEVELS[id]);
  const sources = [...new Set(campaigns.map((c) => c.source))];
  const foundAll = sources.filter((s) => campaigns.filter((c) => c.source === s).every((c) => of(c) > LEVELS[id]));
  const study = {
    type: "assay/validation/v1",
    method: METHOD_ID,
    methodVersion: METHOD_VERSION,
    proposition: id,
    page: "validation/traffic.md",
    nulls: {
      pairs: nulls.length,
      families: new Set(nulls.map(family)).size,
      accusedPairs: accused.length,
      accusedFamilies: new Set(accused.map(family)).size,
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
        families: new Set(own.map((n) => sourceOf(n.source))).size,
        statisticMax: Math.max(...own.map(of)),
      };
    }),
    nullLog10P: [],
    positiveLog10P: [],
  };
  writeFileSync(`validation/${id.replace("/", "-")}.json`, `${JSON.stringify(study, null, 1)}\n`);
  process.stdout.write(
    `\n${id}: ${asked.length} worlds with a campaign, nulls ${JSON.stringify(study.nulls)}, campaigns ${JSON.stringify(study.positives)}\n\n`,
  );
  process.stdout.write(
    "| decoy | measured | prompt sources | median | highest | the weakest part of the highest |\n| --- | ---: | ---: | ---: | ---: | --- |\n",
  );
  for (const kind of kinds) {
    const own = nulls.filter((n) => n.kind === kind).sort((a, b) => of(b) - of(a));
    const top = own[0]!;
    process.stdout.write(
      `| ${kind} | ${own.length} | ${new Set(own.map((n) => sourceOf(n.source))).size} | ${of(own[own.length >> 1]!).toFixed(2)} | ${of(top).toFixed(2)} | ${statistic(id, top.measures).weakest} (${top.accounts} accounts) |\n`,
    );
  }
}
/** A share with its one-sided 95 % bounds. */
const share = (k: number, n: number) =>
  `${k} of ${n}, ${(k / Math.max(1, n)).toFixed(4)} (95 %: ${lower95(k, n).toFixed(4)} to ${upper95(k, n).toFixed(4)})`;
const LEVEL = LEVELS["traffic/pooled-operation"];
const sum = (of: World[], value: (c: NonNullable<World["campaign"]>) => number) =>
  of.reduce((n, w) => n + (w.campaign ? value(w.campaign) : 0), 0);
/** Lists exist above the level only. */
const right = (w: World[]) => sum(w, (c) => (c.pooled > LEVEL ? c.right : 0));
const named = (w: World[]) => sum(w, (c) => (c.pooled > LEVEL ? c.named : 0));

const all = [...worlds, ...harvests];
print(
  `campaign accounts that are listed: ${share(
    right(all),
    sum(all, (c) => c.accounts),
  )}`,
);
print(`listed accounts that are the campaign's: ${share(right(all), named(all))}`);
for (const w of all.filter((x) => x.campaign && x.campaign.pooled <= LEVEL))
  print(`missed: ${w.world} ${JSON.stringify({ ...w.campaign, measures: undefined })}`);
const small = new Set(honest.map((g) => g.kind));
for (const { kind } of judged) small.delete(kind);
print(
  `left out: ${honest.length - judged.length} groups of fewer than ${GROUP_MIN} members; kinds that never had so many: ${[...small].sort().join(", ") || "none"}`,
);
const accused = benign.filter((w) =>
  w.groups.some((g) => g.pooled > LEVEL || g.extraction > LEVELS["traffic/extraction-workload"]),
);
print(
  `\n${benign.length} benign worlds, accused ${accused.length}; below ${upper95(accused.length, benign.length).toFixed(4)} (95 %)`,
);
const powered = benign.filter((w) => w.groups.some((g) => g.accounts >= GROUP_MIN));
print(`of them ${powered.length} hold an honest group of ${GROUP_MIN} judged members or more`);
for (const kind of [...new Set(contracts.flatMap((w) => w.groups.filter((g) => g.whole).map((g) => g.kind)))].sort()) {
  const own = contracts.filter((w) => w.groups.some((g) => g.whole && g.kind === kind));
  const top = (of: (g: Measured) => number) => own.map((w) => Math.max(0, ...w.groups.map(of)).toFixed(2)).join(", ");
  const weakest = own.map((w) => w.groups.find((g) => g.whole)!.weakest).join(", ");
  print(
    `contracts: ${kind}, ${own.length} worlds; operated together ${top((g) => g.pooled)} (${weakest}), harvests ${top((g) => g.extraction)}, listed ${own.map((w) => w.wrong.length).join(", ")}`,
  );
}
const others = framing.filter((w) => w.campaign && w.campaign.pooled > LEVEL);
print(
  `${framing.length} framing worlds: the campaign found in ${others.length}; accounts listed ${named(framing)}, of them not the campaign's ${named(framing) - right(framing)}`,
);
for (const w of framing.filter((x) => x.campaign && x.campaign.pooled <= LEVEL))
  print(
    `not found: ${w.world} found as ${w.campaign!.pooled}; handed over whole ${w.campaign!.whole.accounts} members, ${w.campaign!.whole.pooled} (${w.campaign!.whole.weakest}); imitated by ${w.groups.find((g) => g.whole)?.kind}`,
  );
for (const kind of [...new Set(limits.flatMap((w) => w.groups.filter((g) => g.whole).map((g) => g.kind)))].sort()) {
  const own = limits.filter((w) => w.groups.some((g) => g.whole && g.kind === kind));
  const top = (w: World, whole: boolean, of: (g: Measured) => number) =>
    Math.max(0, ...w.groups.filter((g) => g.whole === whole).map(of)).toFixed(2);
  const tops = (whole: boolean) => own.map((w) => top(w, whole, (g) => g.pooled)).join(", ");
  const harvest = own.map((w) => top(w, true, (g) => g.extraction)).join(", ");
  const listed = own.flatMap((w) => w.wrong);
  print(
    `limits: ${kind}, ${own.length} worlds; operated together as found ${tops(false)}, whole ${tops(true)}; harvests ${harvest}; listed ${listed.filter((a) => a.kind === kind).length} of its own, ${listed.filter((a) => a.kind !== kind).length} others`,
  );
}
if (beside.length > 0) {
  const found = (of: World[]) => of.filter((w) => w.campaign && w.campaign.pooled > LEVEL);
  const of = (w: World[], value: (lost: Lost) => number) =>
    found(w).reduce((n, { campaign }) => n + (campaign?.lost ? value(campaign.lost) : 0), 0);
  print(
    "\n| innocents beside the campaign | worlds | campaign found | its accounts listed | innocents who are members | work alike | are joined too | listed |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  );
  const kindOf = (w: World) => w.groups.find((g) => g.whole)!.kind;
  const line = (name: string, own: World[]) =>
    print(
      `| ${name} | ${own.length} | ${found(own).length} | ${right(own)} of ${sum(found(own), (c) => c.accounts)} | ${of(own, (l) => l.others.members)} | ${of(own, (l) => l.others.alike)} | ${of(own, (l) => l.others.joined)} | ${named(own) - right(own)} |`,
    );
  for (const kind of [...new Set(beside.map(kindOf))].sort())
    line(
      kind,
      beside.filter((w) => kindOf(w) === kind),
    );
  line("all", beside);
  print(`listed accounts beside whom innocents stand: ${share(right(beside), named(beside))}`);
  print(
    `not listed, on a card and a network with three listed accounts or more: ${of(beside, (l) => l.besideListed)} of the campaign's, ${of(beside, (l) => l.others.besideListed)} innocents; with a row of the list besides ${of(beside, (l) => l.besideListedAndAsked)} and ${of(beside, (l) => l.others.besideListedAndAsked)}`,
  );
}
for (const path of given.table) {
  const w = read(path);
  const values = w.map((x) => x.campaign?.pooled.toFixed(2)).join(", ");
  print(
    `${path}: ${w.length} worlds, statistic ${values}, listed ${right(w)} of ${sum(w, (c) => c.accounts)}, wrongly ${named(w) - right(w)}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Statistics from the measures that were drawn, by the ramps as they stand. A group that rises so is a null like any other. */
function asItStands(world: World): World {
  const scored = <G extends { pooled: number; extraction: number }>(
    g: G,
    measures: Measured["measures"] | null,
  ): G => ({
    ...g,
    pooled: measures ? statistic("traffic/pooled-operation", measures).value : 0,
    // Worlds drawn before version 9 do not tell whether more than one thing was asked: nothing is taken away for it there.
    extraction: measures
      ? statistic("traffic/extraction-workload", { ...measures, manyAsks: measures.manyAsks ?? 1 }).value
      : 0,
  });
  const { campaign } = world;
  return {
    ...world,
    groups: world.groups.map((g) => scored(g, g.measures)),
    campaign: campaign && {
      ...scored(campaign, campaign.measures),
      whole: scored(campaign.whole, campaign.whole.measures),
    },
  };
}

function read(path: string): World[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((l) => JSON.parse(l) as World)
    .map(asItStands);
}
