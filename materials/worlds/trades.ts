/**
 * Honest trades whose work looks like a campaign's more than people's does: machines that run at night or all day for
 * separate customers, on cards and lines that a few of them share; and relays whose users all send one tool's prompts. Who
 * has customers has their words too: a name, a house's phrases, a subject. `even-agency` and `even-relay` have neither
 * words nor hours nor volumes of anybody's own: by these fields they are a campaign, and what they do is operated together.
 * `long-list` is what a public list looks like that is too long for anybody to meet another's items: not operated together,
 * and by these fields a campaign too.
 */
import { each, every, few, HOUR, inside, type Times, type User } from "./habits.ts";
import { conversation, volumes } from "./people.ts";
import { poisson, type Random } from "./random.ts";
import { RELAYS, relayOf } from "./relays.ts";
import { userPrompt } from "./text.ts";
import { type Account, type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

export const TRADES = [
  "bureau",
  "night-tills",
  "field-offices",
  "white-label",
  "scribes",
  "follow-the-sun",
  "replayers",
  "npc-servers",
  "probes",
  "dealers",
  "accountants",
  "tool-relay",
  "tool-relay-singles",
  "prompt-relay",
  "even-agency",
  "even-relay",
  "long-list",
] as const;
export type TradeKind = (typeof TRADES)[number];
/** What no field of a log tells from a campaign. */
export const LIKE_CAMPAIGNS: readonly TradeKind[] = ["even-agency", "even-relay", "long-list"];
export const TRADE_RELAYS = ["tool-relay", "tool-relay-singles", "prompt-relay"] as const;
type Machines = Exclude<TradeKind, "tool-relay" | "tool-relay-singles" | "prompt-relay" | "even-relay">;

interface Trade {
  size: number;
  aDay: number;
  stage: Stage;
  r: Random;
  account: (i: number, shared: Partial<Account>) => Account;
  /** A card and a line for every few of them, and which few. */
  at: readonly { group: number; card: string; net: string }[];
}

/** Work that comes whenever customers have some: runs of documents, any hour of the day. */
const jobs =
  (aDay: number, run: number): Times =>
  (_, q) =>
    Array.from({ length: poisson(aDay / run, q) }, () => DAY_MS * q.unit()).flatMap((at) =>
      Array.from({ length: 1 + poisson(run - 1, q) }, (_, k) => at + 30_000 * (k + q.unit())),
    );
const within =
  (aDay: number, from: number, hours: number): Times =>
  (_, q) =>
    Array.from({ length: poisson(aDay, q) }, () => ((from + hours * q.unit() + 24) % 24) * HOUR);

const USERS: Record<Machines, (trade: Trade) => Times[]> = {
  /** A translation bureau's machines, a customer each: documents when they come, day and night, thirty pieces at a time. */
  bureau: ({ size, aDay, r }) => volumes(size, size * aDay, r, 0.7).map((own) => jobs(own, 30)),
  /** A franchise's tills, which sum the day up through the night: one to five, by the shop's own zone. */
  "night-tills": ({ size, aDay, at }) => Array.from({ length: size }, (_, i) => within(aDay, 1 + at[i]!.group * 5, 4)),
  /** Field offices of relief societies: a donor's card and a satellite line a region, people at all hours of an emergency. */
  "field-offices": ({ size, aDay, r, at }) =>
    volumes(size, size * aDay, r, 0.5).map(
      (own, i) => (day, q) =>
        q.unit() < 0.7
          ? Array.from({ length: poisson(own, q) }, () => personalTime(at[i]!.group * 3, q))
          : within(2 * own, 0, 24)(day, q),
    ),
  /** Two vendors of one bot on a reseller's cards: each tenant's visitors ask when they are awake. */
  "white-label": ({ size, aDay, r, at }) =>
    volumes(size, size * aDay, r, 0.8).map(
      (own, i) => (_, q) =>
        Array.from({ length: poisson(own, q) }, () => personalTime(at[i]!.group + (q.below(3) - 1) * 8, q)),
    ),
  /** Wards of hospitals that never close, a hospital's card and line for each five: notes after rounds, fewer at night. */
  scribes: ({ size, aDay, r }) =>
    volumes(size, size * aDay, r, 0.3).map(
      (own) => (_, q) =>
        Array.from(
          { length: poisson(own, q) },
          () => (q.unit() < 0.65 ? (7 + q.pick([0, 4, 9]) + 2.5 * q.unit()) % 24 : 24 * q.unit()) * HOUR,
        ),
    ),
  /** Call centres in three places of the world, a programme's organisation a seat: eight hours each. */
  "follow-the-sun": ({ size, aDay, at }) => Array.from({ length: size }, (_, i) => within(aDay, 8 * at[i]!.group, 8.5)),
  /** Laboratories that run one public list over and over, all day. */
  replayers: ({ size, aDay }) => Array.from({ length: size }, () => within(aDay, 0, 24)),
  /** A studio's servers, a title's organisation each: characters answer when players play. */
  "npc-servers": ({ size, aDay, r }) =>
    volumes(size, size * aDay, r, 1).map(
      (own) => (_, q) =>
        Array.from({ length: poisson(own, q) }, () => (q.unit() < 0.5 ? 18 + 5 * q.unit() : 24 * q.unit()) * HOUR),
    ),
  /** A monitoring vendor's probes, a customer each: every so many minutes, a third of an interval early or late. */
  probes: ({ size, aDay, r }) =>
    Array.from({ length: size }, () => {
      const minutes = 1440 / aDay;
      const exact = every(minutes, Math.floor(r.unit() * 1e7));
      return (day, q) => exact(day, q).map((time) => Math.min(DAY_MS - 1, time + (q.unit() * minutes * 60_000) / 3));
    }),
  /** A holding's dealers, each with a bot that answers what buyers write, mostly in the evening. */
  dealers: ({ size, aDay, r, at }) =>
    volumes(size, size * aDay, r, 0.6).map(
      (own, i) => (_, q) =>
        Array.from({ length: poisson(own, q) }, () =>
          q.unit() < 0.3 ? 24 * HOUR * q.unit() : personalTime(at[i]!.group * 2, q),
        ),
    ),
  /** Accountants who read their customers' invoices on an office's card and line: batches on weekdays, some overnight. */
  accountants: ({ size, aDay, stage, r }) =>
    volumes(size, size * aDay, r, 0.7).map(
      (own) => (day, q) =>
        new Date(stage.startMs + day * DAY_MS).getUTCDay() % 6 === 0 ? [] : jobs((own * 7) / 5, 15)(day, q),
    ),
  "even-agency": ({ size, aDay }) => Array.from({ length: size }, () => within(aDay, 0, 24)),
  /** Laboratories that each draw on one public list of thousands of items, all day. */
  "long-list": ({ size, aDay }) => Array.from({ length: size }, () => within(aDay, 0, 24)),
};

/** Kinds in which nobody has words of his own. */
const WORDLESS: readonly TradeKind[] = ["replayers", "probes", "prompt-relay", "even-agency", "even-relay"];

/** One tool's prompts: its words, a customer's words where there are such, and what the row is about. */
function prompts(kind: TradeKind, stage: Stage, r: Random) {
  const source = r.pick(stage.benign);
  const words = source.prompts[r.below(source.prompts.length)]!.split(" ");
  const head = words.slice(0, Math.max(6, Math.min(30, words.length >> 1))).join(" ");
  const pieces = kind === "long-list" ? stage.benign.flatMap(({ prompts }) => prompts.flatMap(piecesOf)) : [];
  const of = (name: string, own: Random) => {
    if (kind === "long-list") return (q: Random) => `${head}\n\n${q.pick(pieces)}`;
    if (kind === "replayers")
      return (q: Random) => `${head}\n\n${source.prompts[q.below(source.prompts.length)]!.slice(0, 400)}`;
    if (kind === "probes") return (q: Random) => `${head}\n\nSay that all is well. Check ${q.below(1e9)}`;
    const subjects = Array.from({ length: 2 + own.below(5) }, () => own.below(1e6));
    const phrases = subjects.map((s) => source.prompts[s % source.prompts.length]!.split(" ").slice(-12, -4).join(" "));
    return (q: Random) =>
      WORDLESS.includes(kind)
        ? `${head}\n\n${userPrompt(source, q.below(1e6), q).slice(0, 400)}`
        : `${head}\n\nFor ${name}. ${q.pick(phrases)}\n${userPrompt(source, q.pick(subjects), q).slice(0, 400)}`;
  };
  return { source: source.name, of };
}

const PIECE_CHARS = 300;
const piecesOf = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / PIECE_CHARS) }, (_, i) =>
    text.slice(i * PIECE_CHARS, (i + 1) * PIECE_CHARS),
  );

export function tradeOf(kind: TradeKind, name: string, size: number, rows: number, stage: Stage, r: Random) {
  const { source, of } = prompts(kind, stage, r);
  if (kind === "tool-relay" || kind === "tool-relay-singles" || kind === "prompt-relay" || kind === "even-relay") {
    const user = (account: Account, rowsADay: number): Actor => {
      const times =
        kind === "even-relay"
          ? within(rowsADay, 0, 24)
          : kind === "tool-relay-singles"
            ? personal(rowsADay, r.below(24))
            : runs(rowsADay, r.below(24));
      return sender([{ account, times }], stage, () => of(account.id, r));
    };
    return { ...relayOf(r.pick(RELAYS), name, size, rows, stage, r, user), source };
  }
  const at = few(size, 4, 9, r);
  const agent = `${name}/2`;
  const account = (i: number, shared: Partial<Account>) => newAccount(`${name}-${i}`, r, { agent, ...shared });
  const times = USERS[kind]({ size, aDay: Math.max(1, rows / size / stage.days), stage, r, account, at });
  const users = each(size, (i) => ({
    account: account(i, { payment: at[i]!.card, addresses: inside(at[i]!.net, r) }),
    times: times[i]!,
  }));
  return { source, ...sender(users, stage, (user) => of(user.account.id, r)) };
}

const personal =
  (aDay: number, zone: number): Times =>
  (_, q) =>
    Array.from({ length: poisson(aDay, q) }, () => personalTime(zone, q));
/** A dozen at a time, when its owner starts it. */
const runs =
  (aDay: number, zone: number): Times =>
  (_, q) =>
    Array.from({ length: poisson(aDay / 12, q) }, () => personalTime(zone, q)).flatMap((at) =>
      Array.from({ length: 1 + poisson(11, q) }, (_, k) => at + 20_000 * (k + q.unit())),
    );

function sender(users: readonly User[], stage: Stage, textOf: (user: User) => (q: Random) => string): Actor {
  const texts = users.map(textOf);
  function* rowsOn(day: number, q: Random): Iterable<Row> {
    for (const [i, { account, times }] of users.entries())
      for (const at of times(day, q))
        if (at >= 0 && at < DAY_MS)
          yield* conversation({ account, turns: 1, day, at, system: null, prompt: texts[i]!, stage }, q);
  }
  return { name: "trade", accounts: users.map(({ account }) => account), rowsOn };
}
