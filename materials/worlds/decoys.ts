/**
 * Benign coordinated groups: what a campaign may be confused with. Each is drawn with its own material, size and
 * times from the seed; notes.json tells every one of them.
 */

import type { BystanderKind } from "./bystanders.ts";
import { COMMUNITIES, type CommunityKind } from "./communities.ts";
import { CONTRACTS, type ContractKind, contractOf } from "./contracts.ts";
import { few, inside } from "./habits.ts";
import type { Source } from "./material.ts";
import { conversation, person, volumes } from "./people.ts";
import { poisson, type Random, random } from "./random.ts";
import { RELAYS, type RelayKind, relayOf } from "./relays.ts";
import { filling, userPrompt } from "./text.ts";
import { TOOLS, type ToolKind, tool } from "./tools.ts";
import { TRADES, type TradeKind, tradeOf } from "./trades.ts";
import { type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

export const DECOYS = ["relay", "agent", "benchmark", "cron", "classroom", "seats", "library"] as const;
/** Honest software and relays, as heavy on the log as a campaign. */
export const HONEST: readonly (ToolKind | RelayKind)[] = [...TOOLS, ...RELAYS];
/**
 * `imitated`: the users of an honest tool whose templates a campaign of the same world sends too; `neighbours`: a few of
 * them, in places of four to six that share a card and a line. Bystanders share what the campaign's own accounts have.
 */
export type DecoyKind =
  | (typeof DECOYS)[number]
  | ToolKind
  | RelayKind
  | CommunityKind
  | TradeKind
  | ContractKind
  | BystanderKind
  | "imitated"
  | "neighbours";
export const isHeavy = (kind: DecoyKind) =>
  kind === "imitated" || [...HONEST, ...COMMUNITIES, ...TRADES, ...CONTRACTS].some((heavy) => heavy === kind);

export interface Decoy extends Actor {
  kind: DecoyKind;
  source: string;
}

type Maker = (name: string, size: number, rows: number, stage: Stage, r: Random) => Decoy;

/** @param rows about how many rows it sends over the whole log */
export function decoy(kind: DecoyKind, name: string, size: number, rows: number, stage: Stage): Decoy {
  const r = random(`decoy ${name}`, stage.seed);
  if (isOneOf(TOOLS, kind) || isOneOf(COMMUNITIES, kind)) return { kind, ...tool(kind, name, size, rows, stage, r) };
  if (isOneOf(TRADES, kind)) return { kind, ...tradeOf(kind, name, size, rows, stage, r) };
  if (isOneOf(CONTRACTS, kind)) return { kind, ...contractOf(kind, name, size, rows, stage, r) };
  if (isOneOf(RELAYS, kind)) return { kind, ...relayOf(kind, name, size, rows, stage, r) };
  const make = MAKERS[kind as keyof typeof MAKERS];
  return make(name, size, rows, stage, r);
}

function isOneOf<T extends string>(list: readonly T[], word: string): word is T {
  return (list as readonly string[]).includes(word);
}

const MAKERS: Record<(typeof DECOYS)[number] | "imitated" | "neighbours", Maker> = {
  relay,
  agent,
  benchmark,
  cron,
  classroom,
  seats,
  library,
  imitated,
  neighbours,
};

/** Eight to sixteen people with the imitated tool, in places of four to six: one card, one line, one town's hours. */
function neighbours(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = stage.extraction[0];
  if (source === undefined) throw new Error("worlds.neighbours: expected --extraction files, got none");
  const even = r.unit() < 0.5;
  const at = few(size, 4, 6, r);
  const zones = at.map(({ group }) => (group * 7) % 24);
  const users = volumes(size, rows / stage.days, r, even ? 0.1 : 0.8).map((rowsADay, i) => ({
    account: newAccount(`${name}-${i}`, r, { payment: at[i]!.card, addresses: inside(at[i]!.net, r) }),
    rowsADay,
    zone: zones[i]!,
  }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const { account, rowsADay, zone } of users)
      for (let left = poisson(rowsADay, own); left > 0; left--) {
        const prompt = (q: Random) => filling(source!, q.below(1e6), q);
        yield* conversation({ account, turns: 1, day, at: personalTime(zone, own), system: null, prompt, stage }, own);
      }
  }
  return { kind: "neighbours", name, source: source.name, accounts: users.map((u) => u.account), rowsOn };
}

/** Independent people with one tool, by quota or by habit; the campaign of the world imitates the tool. */
function imitated(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = stage.extraction[0];
  if (source === undefined) throw new Error("worlds.imitated: expected --extraction files, got none");
  const even = r.unit() < 0.5;
  const users = volumes(size, rows / stage.days, r, even ? 0 : 0.8).map((rowsADay, i) => ({
    account: newAccount(`${name}-${i}`, r, { agent: `${name}/2` }),
    rowsADay,
    zone: r.below(24),
  }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const { account, rowsADay, zone } of users)
      for (let left = poisson(rowsADay, own); left > 0; left--) {
        const prompt = (q: Random) => filling(source!, q.below(1e6), q);
        const at = even ? DAY_MS * own.unit() : personalTime(zone, own);
        yield* conversation({ account, turns: 1, day, at, system: null, prompt, stage }, own);
      }
  }
  return { kind: "imitated", name, source: source.name, accounts: users.map((u) => u.account), rowsOn };
}

/** A reseller: unrelated end users behind accounts of one operator, load-balanced, one client id, few addresses. */
function relay(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const shared = { agent: "relay-service/1.9", payment: `card-${name}`, addresses: addresses(3, r) };
  const accounts = Array.from({ length: size }, (_, i) => newAccount(`${name}-${i}`, r, shared));
  const users = volumes(Math.max(20, size * 4), rows / stage.days, r).map((rowsADay, i) =>
    person({ account: newAccount(`${name}-user-${i}`, r), rowsADay }, stage),
  );
  let turn = 0;
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    turn = day; // the queue starts anew each day, so that a day can be drawn alone
    for (const user of users) {
      let session = "";
      let account = accounts[0]!;
      for (const row of user.rowsOn(day, own)) {
        if (row.session !== session) account = accounts[turn++ % size]!; // sticky sessions
        session = row.session;
        yield { ...row, account: { ...account, addresses: [own.pick(account.addresses)] } };
      }
    }
  }
  return { kind: "relay", name, source: "all benign files", accounts, rowsOn };
}

/** A popular product: one system prompt and a few templates of its own, thousands of independent users. */
function agent(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = r.pick(stage.benign);
  const system = `You are ${name}, a helpful assistant. ${r.pick(source.prompts).slice(0, 300)}`;
  const templates = Array.from({ length: 2 + r.below(6) }, () => r.below(source.prompts.length));
  const users = volumes(size, rows / stage.days, r).map((rowsADay, i) => ({
    account: newAccount(`${name}-${i}`, r, { agent: `${name}/${1 + r.below(3)}` }),
    rowsADay,
    zone: r.below(24),
    regularity: 0.2 + 0.7 * r.unit(),
  }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const { account, rowsADay, zone, regularity } of users) {
      if (own.unit() > regularity) continue;
      for (let left = poisson(rowsADay / regularity, own); left > 0; ) {
        const turns = Math.min(left, 1 + own.below(4));
        left -= turns;
        const prompt = (q: Random) => slots(source, q.pick(templates), q);
        yield* conversation({ account, turns, day, at: personalTime(zone, own), system, prompt, stage }, own);
      }
    }
  }
  return { kind: "agent", name, source: source.name, accounts: users.map((u) => u.account), rowsOn };
}

/** A public benchmark run by many laboratories: each sends every item, within a day or two of its own choosing. */
function benchmark(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = r.pick(stage.benign);
  const items = Math.max(10, Math.min(source.prompts.length, Math.round(rows / size)));
  const first = r.below(source.prompts.length);
  const wave = r.unit() < 0.5 ? r.below(stage.days) : null; // half of the benchmarks come out during the log: all run at once
  const runs = Array.from({ length: size }, (_, i) => ({
    account: newAccount(`${name}-${i}`, r),
    day: wave === null ? r.below(stage.days) : Math.min(stage.days - 1, wave + r.below(4)),
    hour: 24 * r.unit(),
  }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const run of runs) {
      if (run.day !== day) continue;
      for (let i = 0; i < items; i++) {
        const prompt = source.prompts[(first + i) % source.prompts.length]!;
        const at = Math.min(DAY_MS - 1, run.hour * 3_600_000 + i * 1500 * (0.5 + own.unit()));
        yield* conversation(
          { account: run.account, turns: 1, day, at, system: null, prompt: () => prompt, stage },
          own,
        );
      }
    }
  }
  return { kind: "benchmark", name, source: source.name, accounts: runs.map((x) => x.account), rowsOn };
}

/** Build servers: one prompt with a changing value, every hour or day, within seconds of the full hour. */
function cron(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = r.pick(stage.benign);
  const item = r.below(source.prompts.length);
  const aDay = Math.max(1, Math.min(24, Math.round(rows / size / stage.days)));
  const accounts = Array.from({ length: size }, (_, i) => newAccount(`${name}-${i}`, r, { agent: "ci-runner/3" }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const account of accounts)
      for (let i = 0; i < aDay; i++) {
        const at = Math.floor((24 * i) / aDay) * 3_600_000 + own.unit() * 40_000;
        const prompt = () => `${source.prompts[item]}\n\nBuild ${day * 100 + i} of ${account.id}`;
        yield* conversation({ account, turns: 1, day, at, system: null, prompt, stage }, own);
      }
  }
  return { kind: "cron", name, source: source.name, accounts, rowsOn };
}

/** A course: the same few exercises, in lessons twice a week and the evening before they are due. */
function classroom(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = r.pick(stage.benign);
  const shared = { payment: `card-${name}`, addresses: addresses(2, r) };
  const accounts = Array.from({ length: size }, (_, i) => newAccount(`${name}-${i}`, r, shared));
  const weekdays = [r.below(7), r.below(7)];
  const hour = 8 + r.below(8);
  const lessons = Math.max(1, (stage.days * 2) / 7);
  const each = rows / size / lessons;
  const first = r.below(1e4);
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    const lesson = weekdays.includes(day % 7);
    const evening = weekdays.includes((day + 1) % 7);
    if (!lesson && !evening) return;
    for (const account of accounts) {
      const n = poisson(each * (lesson ? 0.8 : 0.2), own);
      for (let left = n; left > 0; ) {
        const turns = Math.min(left, 1 + own.below(3));
        left -= turns;
        const at = (lesson ? hour + 1.5 * own.unit() : 18 + 5 * own.unit()) * 3_600_000;
        const exercise = first + Math.floor(day / 3.5) * 4 + own.below(4);
        const prompt = (q: Random) =>
          q.unit() < 0.5 ? source.prompts[exercise % source.prompts.length]! : filling(source, exercise, q);
        yield* conversation({ account, turns, day, at, system: null, prompt, stage }, own);
      }
    }
  }
  return { kind: "classroom", name, source: source.name, accounts, rowsOn };
}

/** An enterprise: one card and one network for thousands of seats whose holders ask what they like. */
function seats(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const shared = { payment: `card-${name}`, org: `org-${name}`, agent: "desk-app/7", addresses: addresses(4, r) };
  const people = volumes(size, rows / stage.days, r).map((rowsADay, i) =>
    person({ account: newAccount(`${name}-${i}`, r, shared), rowsADay, system: `Assistant of ${name}` }, stage),
  );
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const one of people) yield* one.rowsOn(day, own);
  }
  return { kind: "seats", name, source: "all benign files", accounts: people.flatMap((p) => p.accounts), rowsOn };
}

/** A list of recommended prompts passed around: independent people who all copy several of the same templates. */
function library(name: string, size: number, rows: number, stage: Stage, r: Random): Decoy {
  const source = r.pick(stage.benign);
  const list = Array.from({ length: 5 + r.below(15) }, () => r.below(source.prompts.length));
  const people = volumes(size, rows / stage.days, r).map((rowsADay, i) => ({
    account: newAccount(`${name}-${i}`, r),
    rowsADay,
    zone: r.below(24),
    regularity: 0.2 + 0.6 * r.unit(),
    from: r.unit() < 0.5 ? Math.floor(stage.days * r.unit()) : 0,
  }));
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const { account, rowsADay, zone, regularity, from } of people) {
      if (day < from || own.unit() > regularity) continue;
      for (let left = poisson(rowsADay / regularity, own); left > 0; ) {
        const turns = Math.min(left, 1 + own.below(4));
        left -= turns;
        const prompt = (q: Random) =>
          q.unit() < 0.5 ? slots(source, q.pick(list), q) : userPrompt(source, q.below(1e6), q);
        yield* conversation({ account, turns, day, at: personalTime(zone, own), system: null, prompt, stage }, own);
      }
    }
  }
  return { kind: "library", name, source: source.name, accounts: people.map((p) => p.account), rowsOn };
}

/** A template made of one prompt: its first half stays, the rest is the user's. */
function slots(source: Source, item: number, r: Random): string {
  const words = source.prompts[item % source.prompts.length]!.split(" ");
  const kept = words.slice(0, Math.max(6, Math.min(40, words.length >> 1))).join(" ");
  return `${kept}\n\n${userPrompt(source, r.below(1e6), r).slice(0, 400)}`;
}

function addresses(n: number, r: Random): string[] {
  const net = `${20 + r.below(180)}.${r.below(256)}.${r.below(256)}`;
  return Array.from({ length: n }, () => `${net}.${1 + r.below(254)}`);
}
