/**
 * Honest groups that a contract holds together: one purse, one gateway or one divided list, and work that many accounts
 * do on it. Each account is a customer of its own, with a key and an organisation, on a card and a line that four to nine
 * of them share; half of the groups, by the seed, work as evenly as a quota or a dispatcher makes them, half use wordings
 * that published cases name. What each shares is what is known of such groups, not measured on any.
 *
 * Some of them are run by one hand (`hotline`, `graders`, `label-keys`, `worklist`): "operated together" is true of them,
 * "harvests the model" is not. `drive-machines`, `fuzzers` and `paced-course` are made to be the hardest: separate people
 * whose machines do one tool's work evenly day and night, which no field of a log tells from one operator.
 */
import { each, few, HOUR, inside, type Times, type User } from "./habits.ts";
import type { Source } from "./material.ts";
import { conversation, volumes } from "./people.ts";
import { poisson, type Random } from "./random.ts";
import { relayOf } from "./relays.ts";
import { userPrompt } from "./text.ts";
import { type Account, type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

export const CONTRACTS = [
  "contractors",
  "prepaid-bots",
  "stations",
  "course-list",
  "book",
  "hotline",
  "worklist",
  "drive",
  "oss-runners",
  "contest",
  "bench-vendors",
  "graders",
  "label-keys",
  "cameras",
  "bot-pool",
  "drive-machines",
  "fuzzers",
  "paced-course",
] as const;
export type ContractKind = (typeof CONTRACTS)[number];
/** Run by one hand: "operated together" is true of them, and they are no nulls of it. */
export const RUN_BY_ONE_HAND: readonly ContractKind[] = ["hotline", "graders", "label-keys", "worklist"];
/** Separate people that no field of a log tells from one operator. */
export const CONTRACTS_LIKE_CAMPAIGNS: readonly ContractKind[] = ["drive-machines", "fuzzers", "paced-course"];

interface Contract {
  size: number;
  aDay: number;
  stage: Stage;
  r: Random;
  /** A card and a line for every few of them, and which few. */
  at: readonly { group: number; card: string; net: string }[];
  /** How much each sends a day. */
  pace: readonly number[];
}

const some = (mean: number, q: Random, when: () => number): number[] => Array.from({ length: poisson(mean, q) }, when);
/** Hours on end, from an hour of the day. */
const within =
  (mean: number, from: number, hours: number): Times =>
  (_, q) =>
    some(mean, q, () => ((from + hours * q.unit() + 48) % 24) * HOUR);
/** Day and night, `even` of it at any hour and the rest when people of a place are awake. */
const mostly =
  (mean: number, even: number, zone: number): Times =>
  (_, q) =>
    some(mean, q, () => (q.unit() < even ? DAY_MS * q.unit() : personalTime(zone, q)));
/** Jobs of so many rows, one behind another with so many seconds between, whenever somebody orders one. */
const orders =
  (mean: number, rows: number, seconds: number, when: (q: Random) => number): Times =>
  (_, q) =>
    some(mean / rows, q, () => when(q)).flatMap((at) => {
      let time = at;
      return Array.from({ length: 1 + poisson(rows - 1, q) }, () => {
        time += -1000 * seconds * Math.log(1 - q.unit());
        return time;
      });
    });
const anyTime = (q: Random) => DAY_MS * q.unit();
const weekday = ({ stage }: Contract, day: number) => new Date(stage.startMs + day * DAY_MS).getUTCDay() % 6 !== 0;

type Machines = Exclude<ContractKind, "bot-pool">;
const TIMES: Record<Machines, (contract: Contract) => (i: number) => Times> = {
  /** Freelancers all over the world on one labelling job: a team leader's card, the client's way into the net, eight hours each. */
  contractors: (c) => {
    const zones = c.pace.map(() => c.r.below(24));
    return (i) => (day, q) => (weekday(c, day) ? within((c.pace[i]! * 7) / 5, zones[i]!, 8)(day, q) : []);
  },
  /** Keys sold in packs with a quota a day, each in a chat bot that uses its quota up when its room is awake. */
  "prepaid-bots": ({ pace, r, aDay }) => {
    const zones = pace.map(() => r.below(24));
    const quota = Math.round(aDay);
    return (i) => (day, q) => mostly(2 * pace[i]!, 0.4, zones[i]!)(day, q).slice(0, quota);
  },
  /** Filling stations that never close, with one vendor's till and its closing of the day at night; a region's card and line. */
  stations: ({ pace, at, r }) => {
    const zone = r.below(24);
    return (i) => (day, q) => [
      ...mostly(pace[i]! * 0.8, 0.5, zone + (at[i]!.group % 3))(day, q),
      ...some(pace[i]! * 0.2, q, () => ((zone + 2 + 2 * q.unit()) % 24) * HOUR),
    ];
  },
  /** A course divides one list of exercises among its students; a grant's card and a laboratory's line a section. */
  "course-list":
    ({ pace, r }) =>
    (i) => {
      const zone = r.below(3);
      return orders(pace[i]!, 8, 900, (q) => personalTime(zone, q));
    },
  /** An agency's translators with a chapter each of one book: by hand, and a first draft of some pages by machine at night. */
  book: ({ pace, at, r }) => {
    const zones = at.map(({ group }) => (group * 7) % 24);
    return (i) => {
      const nights = r.unit() < 0.5;
      return (day, q) => [
        ...some(pace[i]! * 0.7, q, () => personalTime(zones[i]!, q)),
        ...orders(pace[i]! * 0.3, 12, 40, nights ? (p) => ((zones[i]! + 6 * p.unit()) % 24) * HOUR : anyTime)(day, q),
      ];
    };
  },
  /** A call centre's seats, manned in three shifts, a client's organisation a seat: a dispatcher deals the calls of the whole world evenly. */
  hotline:
    ({ aDay, r }) =>
    () =>
      mostly(aDay, 0.7, r.below(24)),
  /** Hospitals of one group read one list of pictures: dealt to who is free, all day, more by day. */
  worklist: ({ pace, r }) => {
    const zone = r.below(24);
    return (i) => mostly(pace[i]!, 0.5, zone);
  },
  /** Volunteers who annotate a public collection, each item once; a chapter's card and line, by hand. */
  drive:
    ({ pace, at }) =>
    (i) =>
      mostly(pace[i]!, 0.05, at[i]!.group * 3),
  /** Runners that sponsors lend to one open project: each change starts the same tests, spread over who is free. */
  "oss-runners": (c) => {
    const changes = new Map<number, number[]>();
    const { r, aDay, stage } = c;
    for (let day = 0; day < stage.days; day++)
      changes.set(
        day,
        some(aDay / 2, r, () => personalTime(r.below(24), r)),
      );
    return () => (day, q) => changes.get(day)!.flatMap((at) => some(2, q, () => at + 0.4 * HOUR * q.unit()));
  },
  /** Teams that try public prompts by hand in a contest of two weeks, a sponsor's card and a room's line a team. */
  contest: ({ pace, at, r }) => {
    const zones = at.map(({ group }) => (group * 5) % 24);
    return (i) => orders(pace[i]!, 5 + r.below(10), 120, (q) => personalTime(zones[i]!, q));
  },
  /** Vendors that run one benchmark for customers, a customer's organisation each: whole runs, whenever one is ordered. */
  "bench-vendors":
    ({ pace }) =>
    (i) =>
      orders(pace[i]!, 40, 20, anyTime),
  /** An evaluation company grades its customers' answers by their rubrics, on its own cards and lines, as fast as it may. */
  graders:
    ({ pace }) =>
    (i) =>
      orders(pace[i]!, 25, 180, anyTime),
  /** A labelling firm works with its customers' keys, in two shifts. */
  "label-keys":
    ({ pace, at }) =>
    (i) =>
      within(pace[i]!, 4 * at[i]!.group, 16),
  /** Cameras at homes whose installer's card and mobile line they use: a picture told in words when something moves. */
  cameras: ({ pace, r }) => {
    const zone = r.below(24);
    return (i) => mostly(pace[i]!, 0.6, zone);
  },
  /** The same volunteers' machines, which ask for the next item by themselves. */
  "drive-machines":
    ({ pace }) =>
    (i) =>
      within(pace[i]!, 0, 24),
  /** The same teams' machines, which vary public prompts by one public tool up to a quota. */
  fuzzers:
    ({ aDay }) =>
    () =>
    (day, q) =>
      within(2 * aDay, 0, 24)(day, q).slice(0, Math.round(aDay)),
  /** The same course with a script that paces itself, on machines that are never switched off. */
  "paced-course":
    ({ pace }) =>
    (i) =>
      within(pace[i]!, 0, 24),
};

/** Whose rows are of one divided list, each item once; the others ask about matters of their own. */
const DIVIDED: readonly ContractKind[] = [
  "contractors",
  "course-list",
  "book",
  "worklist",
  "drive",
  "drive-machines",
  "paced-course",
];
/** Who has words of a customer's, a room's or a chapter's. */
const OWN_WORDS: readonly ContractKind[] = ["prepaid-bots", "book", "graders", "label-keys", "bot-pool"];
const WORDINGS = [
  "Think step by step and write out your full reasoning before the result.",
  "Use this rubric: score the answer from 1 to 5 for accuracy and from 1 to 5 for style.",
];

interface Words {
  source: Source;
  heads: string[];
  wording: string | null;
}

function wordsOf(kind: ContractKind, stage: Stage, r: Random): Words {
  const source = r.pick(stage.benign);
  const heads = Array.from({ length: 1 + r.below(5) }, () => {
    const words = source.prompts[r.below(source.prompts.length)]!.split(" ");
    return words.slice(0, Math.max(6, Math.min(40, words.length >> 1))).join(" ");
  });
  const grades = kind === "graders" || kind === "contractors";
  return { source, heads, wording: grades ? WORDINGS[1]! : r.unit() < 0.5 ? r.pick(WORDINGS) : null };
}

/** @returns the text of an account's rows; `next` counts a divided list through */
function textOf(kind: ContractKind, { source, heads, wording }: Words, next: () => number, own: Random) {
  const phrases = Array.from({ length: 2 + own.below(4) }, () =>
    source.prompts[own.below(source.prompts.length)]!.split(" ").slice(-12, -4).join(" "),
  );
  return (q: Random) => {
    const head = [q.pick(heads), wording].filter((part) => part !== null).join(" ");
    const mine = OWN_WORDS.includes(kind) ? `${q.pick(phrases)}\n` : "";
    const item = DIVIDED.includes(kind) ? next() : q.below(1e6);
    if (kind === "bench-vendors") return `${head}\n\n${source.prompts[item % source.prompts.length]!}`;
    if (kind === "oss-runners")
      return `${heads[item % heads.length]}\n\nTest ${item % 40}\n${userPrompt(source, item % 40, q)}`;
    return `${head}\n\n${mine}${userPrompt(source, item, q).slice(0, 400)}`;
  };
}

/** @param rows about how many rows it sends over the whole log */
export function contractOf(kind: ContractKind, name: string, size: number, rows: number, stage: Stage, r: Random) {
  const words = wordsOf(kind, stage, r);
  const { source } = words;
  let items = 0;
  const next = () => items++;
  if (kind === "bot-pool") {
    const user = (account: Account, rowsADay: number): Actor =>
      sender([{ account, times: mostly(rowsADay, 0.6, r.below(24)) }], stage, () => textOf(kind, words, next, r));
    return { ...relayOf(r.pick(["relay-sticky", "car-pool"]), name, size, rows, stage, r, user), source: source.name };
  }
  const at = few(size, 4, 9, r);
  const aDay = Math.max(1, rows / size / stage.days);
  const pace = volumes(size, size * aDay, r, r.unit() < 0.5 ? 0.15 : 0.6);
  const agent = `${name}/2`;
  const account = (i: number) =>
    newAccount(`${name}-${i}`, r, { agent, payment: at[i]!.card, addresses: inside(at[i]!.net, r) });
  const times = TIMES[kind]({ size, aDay, stage, r, at, pace });
  const users = each(size, (i) => ({ account: account(i), times: times(i) }));
  return { source: source.name, ...sender(users, stage, () => textOf(kind, words, next, r)) };
}

function sender(users: readonly User[], stage: Stage, textFor: () => (q: Random) => string): Actor {
  const texts = users.map(textFor);
  function* rowsOn(day: number, q: Random): Iterable<Row> {
    for (const [i, { account, times }] of users.entries())
      for (const at of times(day, q))
        if (at >= 0 && at < DAY_MS)
          yield* conversation({ account, turns: 1, day, at, system: null, prompt: texts[i]!, stage }, q);
  }
  return { name: "contract", accounts: users.map(({ account }) => account), rowsOn };
}
