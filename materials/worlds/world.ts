/** The parts a world is made of: accounts, the rows they send, and actors who send them day by day. */
import type { Arrivals, Source } from "./material.ts";
import type { Random } from "./random.ts";

export interface Account {
  id: string;
  /** Hashed API key, as a gateway logs it. */
  key: string;
  org: string;
  payment: string;
  agent: string;
  /** Addresses it sends from. */
  addresses: string[];
}

export interface Row {
  /** Milliseconds since 1970. */
  time: number;
  account: Account;
  session: string;
  /** Earlier user turns of the same conversation. */
  history: string[];
  system: string | null;
  prompt: string;
  model: string;
  input: number;
  output: number;
}

export interface Stage {
  seed: string;
  startMs: number;
  days: number;
  arrivals: Arrivals;
  benign: Source[];
  extraction: Source[];
}

/** Sends rows on one day. The same day drawn twice gives the same rows: all draws come from `r`, made for that day. */
export interface Actor {
  name: string;
  accounts: Account[];
  rowsOn(day: number, r: Random): Iterable<Row>;
}

export const DAY_MS = 86_400_000;
export const MODELS = ["lumen-large", "lumen-small", "lumen-code"];
/** Released in the middle of the log: who moves to it, and how fast, is one of the signals. */
export const NEW_MODEL = "lumen-large-2";

const AGENTS = ["python-sdk/1.40", "python-sdk/1.42", "node-sdk/4.2", "curl/8.5", "web-app/12", "go-http/1.1"];

export function newAccount(id: string, r: Random, shared: Partial<Account> = {}): Account {
  const token = () =>
    Math.floor(r.unit() * 2 ** 48)
      .toString(16)
      .padStart(12, "0");
  const address = () => `${20 + r.below(180)}.${r.below(256)}.${r.below(256)}.${1 + r.below(254)}`;
  return {
    id,
    key: `sk-${token()}`,
    org: `org-${token()}`,
    payment: `card-${token()}`,
    agent: r.pick(AGENTS),
    addresses: r.unit() < 0.5 ? [address()] : [address(), address()],
    ...shared,
  };
}

/** Time of day for a person in a time zone: two humps, near nothing at night. */
export function personalTime(offsetHours: number, r: Random): number {
  const local = r.unit() < 0.6 ? 10.5 + 2.2 * r.normal() : 19.5 + 2 * r.normal();
  return ((((local + offsetHours) % 24) + 24) % 24) * 3_600_000;
}

/** The model in use: most people move to a new release over weeks. */
export function personalModel(stage: Stage, day: number, r: Random): string {
  const since = day - stage.days / 2;
  if (since >= 0 && r.unit() < Math.min(0.6, 0.05 + 0.03 * since)) return NEW_MODEL;
  return r.unit() < 0.6 ? MODELS[0]! : r.pick(MODELS);
}
