/**
 * A campaign: one queue of extraction prompts dealt to many light accounts, as the published cases describe it, with
 * the disguises that SPEC asks for. See README.md for the keys of SPEC.
 */
import type { Source } from "./material.ts";
import { person } from "./people.ts";
import { poisson, type Random, random } from "./random.ts";
import { filling, reworded } from "./text.ts";
import { type Account, type Actor, DAY_MS, MODELS, NEW_MODEL, newAccount, type Row, type Stage } from "./world.ts";

export interface CampaignSpec {
  name: string;
  accounts: number;
  /** Exchanges of the campaign itself; camouflage comes on top. */
  rows: number;
  /** Days it lasts, and the day it starts. */
  days: number;
  from: number;
  /** Share of the accounts' traffic that is unrelated, 0 to 0.95. */
  camouflage: number;
  /** Each exchange is moved by up to this many hours. */
  jitterHours: number;
  /** Share of the words exchanged in each rewording of a template. */
  paraphrase: number;
  /** Rewordings of each template. */
  rewordings: number;
  /** Extraction files used; all when 0. */
  families: number;
  /** Share of the accounts replaced by a successor during the campaign. */
  churn: number;
  /** Share of the exchanges that go to the new model within a day of its release. */
  pivot: number;
  /** Accounts to a payment card and to a network; 1: nothing shared. */
  sharing: number;
  /** Share of the accounts that share at all; the others have a card and a network of their own. */
  shared: number;
  /** Spread of the accounts' volumes (log-normal); 0: dealt evenly. */
  spread: number;
  /** Sends on every second, third … day only, all accounts alike. */
  every: number;
  /** 1: sends within forty seconds of the full hour. */
  clock: number;
  /** Hours on end that an account works in a day, a stretch drawn anew for each of its days; 24: all day. */
  shift: number;
  /** Share of the exchanges that ask for what a student is trained on: reasoning written out, a grade by a rubric. */
  wording: number;
  /** How many of these two it asks for: 1 for reasoning alone. */
  asks: number;
}

const WORDINGS = [
  "Write out the full internal reasoning behind the answer, step by step.",
  "Score the answer by this rubric, from 1 to 10, and write out the reasoning behind each score.",
];

export const SPEC_DEFAULTS: Omit<CampaignSpec, "name"> = {
  accounts: 100,
  rows: 40_000,
  days: 0,
  from: 0,
  camouflage: 0,
  jitterHours: 0,
  paraphrase: 0,
  rewordings: 4,
  families: 0,
  churn: 0.1,
  pivot: 0.5,
  sharing: 8,
  shared: 1,
  spread: 0,
  every: 1,
  clock: 0,
  shift: 24,
  wording: 0,
  asks: 2,
};

/** `accounts=50,rows=20000,camouflage=0.8`: keys of CampaignSpec, `jitter` for jitterHours. */
export function parseSpec(text: string, index: number): CampaignSpec {
  const spec: Record<string, number | string> = { name: `campaign-${index + 1}`, ...SPEC_DEFAULTS };
  for (const part of text.split(",").filter((p) => p !== "")) {
    const [key = "", value = ""] = part.split("=");
    const name = key === "jitter" ? "jitterHours" : key;
    if (!(name in spec))
      throw new Error(`worlds.parseSpec: expected one of ${Object.keys(spec).join(", ")}, got ${key}`);
    spec[name] = name === "name" ? value : Number(value.replace(/h$/, ""));
    if (name !== "name" && !Number.isFinite(spec[name]))
      throw new Error(`worlds.parseSpec: expected a number, got ${part}`);
  }
  return spec as unknown as CampaignSpec;
}

export function campaign(spec: CampaignSpec, stage: Stage): Actor & { spec: CampaignSpec; sources: string[] } {
  const r = random(`campaign ${spec.name}`, stage.seed);
  const days = Math.min(spec.days || stage.days, stage.days - spec.from);
  const sources = chosen(stage.extraction, spec.families, r);
  const accounts = crowd(spec, r);
  const lives = lifetimes(spec, days, r);
  const weights = accounts.map(() => Math.exp(spec.spread * r.normal()));
  const cover = spec.camouflage / (1 - spec.camouflage);
  const disguises = accounts.map((account, i) => {
    const own = (spec.rows * cover * weights[i]!) / weights.reduce((a, b) => a + b, 0) / stage.days;
    return spec.camouflage > 0 ? person({ account, rowsADay: own }, stage) : null;
  });
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    for (const disguise of disguises) if (disguise) yield* disguise.rowsOn(day, own);
    const on = day - spec.from;
    if (on < 0 || on >= days || day % spec.every !== 0) return;
    const working = accounts.map((_, i) => i).filter((i) => lives[i]![0] <= on && on < lives[i]![1]);
    const total = working.reduce((sum, i) => sum + weights[i]!, 0);
    for (const i of working) {
      const n = poisson(((spec.rows * spec.every) / days) * (weights[i]! / total), own);
      const from = spec.shift < 24 ? own.below(24) : 0;
      for (let k = 0; k < n; k++) yield exchange(accounts[i]!, day, from, own);
    }
  }
  function exchange(account: Account, day: number, from: number, own: Random): Row {
    const source = own.pick(sources);
    const rewording = own.below(Math.max(1, spec.rewordings));
    // A rewording is the same for all accounts: its exchanges are drawn from a seed of its own.
    const item = own.below(source.prompts.length);
    const text = filling(source, item, own);
    const fixed = random(
      `rewording ${spec.name} ${source.name} ${rewording} ${source.templated ? "" : item}`,
      stage.seed,
    );
    const [input, output] = own.pick(stage.arrivals.tokens);
    const jitter = (own.unit() * 2 - 1) * spec.jitterHours * 3_600_000;
    const spread =
      spec.clock > 0
        ? own.below(24) * 3_600_000 + own.unit() * 40_000
        : ((from + spec.shift * own.unit()) % 24) * 3_600_000;
    const time = stage.startMs + day * DAY_MS + ((spread + jitter + DAY_MS) % DAY_MS);
    const asked = spec.paraphrase > 0 ? rewordTemplate(text, source, fixed) : text;
    return {
      time: Math.round(time),
      account: { ...account, addresses: [own.pick(account.addresses)] },
      session: `s-${account.id}-${Math.round(time)}`,
      history: [],
      system: null,
      prompt: spec.wording > 0 && own.unit() < spec.wording ? `${asked}\n\n${WORDINGS[item % spec.asks]}` : asked,
      model: day >= stage.days / 2 && own.unit() < spec.pivot ? NEW_MODEL : own.pick(MODELS),
      input,
      output,
    };
  }
  /** Template words are exchanged by a table drawn once a rewording; a filling's own words stay. */
  function rewordTemplate(text: string, source: Source, fixed: Random): string {
    if (!source.templated) return reworded(text, source, spec.paraphrase, fixed);
    const table = new Map(
      [...source.fixed].map((w) => [w, fixed.unit() < spec.paraphrase ? fixed.pick(source.vocabulary) : w]),
    );
    return text
      .split(/(\s+)/)
      .map((w) => table.get(w) ?? w)
      .join("");
  }
  return { name: spec.name, accounts, rowsOn, spec, sources: sources.map((s) => s.name) };
}

function chosen(all: readonly Source[], families: number, r: Random): Source[] {
  if (all.length === 0) throw new Error("worlds.campaign: expected --extraction files, got none");
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = r.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return families > 0 ? order.slice(0, families) : order;
}

/** Accounts under names that tell nothing, a card and a network for every few of them. */
function crowd(spec: CampaignSpec, r: Random): Account[] {
  const cards: string[] = [];
  const networks: string[] = [];
  return Array.from({ length: spec.accounts }, (_, i) => {
    const group = Math.floor(i / Math.max(1, spec.sharing));
    cards[group] ??= `card-${Math.floor(r.unit() * 2 ** 48).toString(16)}`;
    networks[group] ??= `${20 + r.below(180)}.${r.below(256)}.${r.below(256)}`;
    const shared =
      spec.sharing > 1 && i < spec.shared * spec.accounts
        ? {
            payment: cards[group]!,
            addresses: [`${networks[group]}.${1 + r.below(254)}`, `${networks[group]}.${1 + r.below(254)}`],
          }
        : {};
    return newAccount(
      `u-${Math.floor(r.unit() * 2 ** 48)
        .toString(16)
        .padStart(12, "0")}`,
      r,
      shared,
    );
  });
}

/** [first, last) day of each account; a share of them is closed and a successor takes over. */
function lifetimes(spec: CampaignSpec, days: number, r: Random): [number, number][] {
  const lives: [number, number][] = Array.from({ length: spec.accounts }, () => [0, days]);
  const replaced = Math.floor((spec.accounts * spec.churn) / 2);
  for (let i = 0; i < replaced; i++) {
    const banned = 1 + r.below(Math.max(1, days - 1));
    lives[2 * i] = [0, banned];
    lives[2 * i + 1] = [Math.min(days - 1, banned), days];
  }
  return lives;
}
