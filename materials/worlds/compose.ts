/** A world from its settings: who is in it, what they send each day, and the truth about them. Draws follow the seed. */
import { BYSTANDERS, bystandersOf } from "./bystanders.ts";
import { type CampaignSpec, campaign, parseSpec } from "./campaign.ts";
import { COMMUNITIES } from "./communities.ts";
import { CONTRACTS } from "./contracts.ts";
import { DECOYS, type Decoy, type DecoyKind, decoy, HONEST, isHeavy } from "./decoys.ts";
import { type Arrivals, readArrivals, readSource, type Source } from "./material.ts";
import { person, volumes } from "./people.ts";
import { random } from "./random.ts";
import { TRADES } from "./trades.ts";
import { type Actor, newAccount, type Row, type Stage } from "./world.ts";

export interface WorldSettings {
  arrivals: string[];
  benign: string[];
  extraction: string[];
  campaign: string[];
  decoys: string[];
  accounts: number;
  rows: number;
  days: number;
  /** First day, as a date. */
  start: string;
  seed: string;
}

export interface World {
  stage: Stage;
  campaigns: (Actor & { spec: CampaignSpec; sources: string[] })[];
  decoys: Decoy[];
  accounts: number;
  /** All rows of a day in order of time. */
  rowsOn(day: number): Row[];
}

/** Material read once a process: a study makes many worlds of it. */
const sources = new Map<string, Source>();
const arrivalFiles = new Map<string, Arrivals>();

function sourceOf(path: string): Source {
  const source = sources.get(path) ?? readSource(path);
  sources.set(path, source);
  return source;
}

export function compose(settings: WorldSettings): World {
  const { accounts, rows, days, seed } = settings;
  if (settings.benign.length === 0) throw new Error("worlds: expected --benign files");
  const name = settings.arrivals.join("\n");
  const arrivals = arrivalFiles.get(name) ?? readArrivals(settings.arrivals);
  arrivalFiles.set(name, arrivals);
  const stage: Stage = {
    seed,
    startMs: Date.parse(`${settings.start}T00:00:00Z`),
    days,
    arrivals,
    benign: settings.benign.map(sourceOf),
    extraction: settings.extraction.map(sourceOf),
  };
  const campaigns = settings.campaign.map((spec, i) => campaign(parseSpec(spec, i), stage));
  const decoys = decoyKinds(settings.decoys).map(({ kind, name }): Decoy => {
    const r = random(`size ${name}`, seed);
    const bystanders = BYSTANDERS.find((one) => one === kind);
    if (bystanders !== undefined) {
      const own = campaigns.flatMap((c) => c.accounts);
      return { kind: bystanders, ...bystandersOf(bystanders, name, own, stage, r) };
    }
    // A decoy takes 1 to 4 % of the accounts (at least 25) and 1 to 3 % of the rows.
    const size = Math.max(25, Math.round(accounts * (0.01 + 0.03 * r.unit())));
    // In half of the worlds few of an imitated tool's users meet the campaign, so that it can be found among them; else many.
    if (kind === "imitated" || kind === "neighbours") {
      const [few, many] = kind === "imitated" ? [2 + r.below(7), 9 + r.below(41)] : [4 + r.below(3), 8 + r.below(9)];
      const users = r.unit() < 0.5 ? few : many;
      return decoy(kind, name, users, Math.round(users * (80 + 60 * r.unit())), stage);
    }
    // Honest tools are as many and as busy as a campaign: 30 to 49 accounts and some hundred rows each.
    if (isHeavy(kind)) {
      const users = Math.max(30 + r.below(20), size);
      return decoy(kind, name, users, Math.round(users * (80 + 60 * r.unit())), stage);
    }
    return decoy(kind, name, size, Math.max(size * 20, Math.round(rows * (0.01 + 0.02 * r.unit()))), stage);
  });
  const spent = [
    ...campaigns.map((c) => c.spec.rows / (1 - c.spec.camouflage)),
    ...decoys.map(
      (d) => d.accounts.length * (isHeavy(d.kind) ? 110 : BYSTANDERS.some((one) => one === d.kind) ? 90 : 20),
    ),
  ];
  const taken = [...campaigns, ...decoys].reduce((n, actor) => n + actor.accounts.length, 0);
  const people = crowd(Math.max(0, accounts - taken), Math.max(0, rows - spent.reduce((a, b) => a + b, 0)), stage);
  function rowsOn(day: number): Row[] {
    const today: Row[] = [];
    for (const actor of [...campaigns, ...decoys, ...people])
      for (const row of actor.rowsOn(day, random(`${actor.name} ${actor.accounts[0]?.id} ${day}`, seed)))
        today.push(row);
    return today.sort((a, b) => a.time - b.time || (a.account.id < b.account.id ? -1 : 1));
  }
  return { stage, campaigns, decoys, accounts: taken + people.length, rowsOn };
}

/** `{"account", "campaign"}` of campaign accounts only. */
export function truthOf({ campaigns }: World): { account: string; campaign: string }[] {
  return campaigns.flatMap((c) => c.accounts.map((a) => ({ account: a.id, campaign: c.name })));
}

export function notesOf(world: World, rows: number, settings: object) {
  return {
    type: "assay/world/v1",
    arguments: settings,
    rows,
    accounts: world.accounts,
    campaigns: world.campaigns.map(({ spec, sources, accounts }) => ({ ...spec, sources, accounts: accounts.length })),
    decoys: world.decoys.map(({ kind, name, source, accounts }) => ({
      kind,
      name,
      source,
      accounts: accounts.map((a) => a.id),
    })),
    sources: [...world.stage.benign, ...world.stage.extraction].map((s) => ({
      name: s.name,
      prompts: s.prompts.length,
      templated: s.templated,
    })),
  };
}

function crowd(n: number, total: number, stage: Stage): Actor[] {
  const r = random("people", stage.seed);
  return volumes(n, total / stage.days, r).map((rowsADay, i) =>
    person({ account: newAccount(`p-${i}`, r), rowsADay }, stage),
  );
}

/** `all`, `honest`, `none`, `relay agent:2`, or with commas. */
function decoyKinds(words: readonly string[]): { kind: DecoyKind; name: string }[] {
  const asked = (words.length === 0 ? ["all"] : words)
    .flatMap((w) => w.split(","))
    .filter((w) => w !== "" && w !== "none");
  const kinds = asked.flatMap((w) =>
    w === "all"
      ? [...DECOYS]
      : w === "honest"
        ? [...HONEST]
        : w === "communities"
          ? [...COMMUNITIES]
          : w === "trades"
            ? [...TRADES]
            : w === "contracts"
              ? [...CONTRACTS]
              : [w],
  );
  const known: readonly string[] = [
    ...DECOYS,
    ...HONEST,
    ...COMMUNITIES,
    ...TRADES,
    ...CONTRACTS,
    ...BYSTANDERS,
    "imitated",
    "neighbours",
  ];
  return kinds.flatMap((word) => {
    const [kind = "", count = "1"] = word.split(":");
    if (!known.includes(kind)) throw new Error(`worlds: expected decoys of ${known.join(", ")}, got ${kind}`);
    return Array.from({ length: Number(count) }, (_, i) => ({ kind: kind as DecoyKind, name: `${kind}-${i + 1}` }));
  });
}
