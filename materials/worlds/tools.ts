/**
 * Honest software and honest groups that look like a campaign: many people behind one tool's templates, each with a key,
 * card, network and organisation of their own unless the kind says otherwise. Half of them, by the seed, use wordings
 * that published cases name (reasoning written out, rubrics): anyone may. What each kind shares is what is known of such
 * tools' defaults (schedules in minutes, quotas a day), not measured on any user.
 */
import { COMMUNITY_USERS, type CommunityKind } from "./communities.ts";
import { each, every, few, HOUR, inside, network, type Setting, type Times, type User } from "./habits.ts";
import type { Source } from "./material.ts";
import { conversation, volumes } from "./people.ts";
import { poisson, type Random } from "./random.ts";
import { userPrompt } from "./text.ts";
import { type Account, type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

export const TOOLS = [
  "byok",
  "home",
  "mail",
  "feed",
  "quota",
  "hosted",
  "vps",
  "jobs",
  "review",
  "fanout",
  "audit",
  "hackathon",
  "lessons",
  "resold",
  "household",
  "agency",
  "openbench",
] as const;
export type ToolKind = (typeof TOOLS)[number];

export interface Tool extends Actor {
  source: string;
}

const WORDINGS = [
  "Think step by step and write out your full reasoning before the result.",
  "Use this rubric: score the answer from 1 to 5 for accuracy and from 1 to 5 for style.",
  "Rewrite the text so that it is neutral and safe for a general audience.",
];

/** @param rows about how many rows it sends over the whole log */
export function tool(
  kind: ToolKind | CommunityKind,
  name: string,
  size: number,
  rows: number,
  stage: Stage,
  r: Random,
): Tool {
  const source = r.pick(stage.benign);
  const wording = r.unit() < 0.5 ? r.pick(WORDINGS) : null;
  const items = Array.from({ length: 1 + r.below(5) }, () => r.below(source.prompts.length));
  const agent = `${name}/${1 + r.below(4)}.${r.below(10)}`;
  const aDay = Math.max(1, rows / size / stage.days);
  const own = (i: number, shared: Partial<Account> = {}) => newAccount(`${name}-${i}`, r, { agent, ...shared });
  const users = { ...USERS, ...COMMUNITY_USERS }[kind]({ size, aDay, name, own, stage, r });
  const text = CONTENT[kind] ?? templated;
  const content = text({ source, items, wording, stage, r });
  const turns = kind === "lessons" || kind === "hackathon" ? 2 : 1;
  function* rowsOn(day: number, q: Random): Iterable<Row> {
    for (const [i, { account, times }] of users.entries()) {
      const list = times(day, q);
      for (const [k, at] of list.entries())
        if (at < DAY_MS) {
          const prompt = (p: Random) => content(p, { day, k, user: i, users: users.length });
          yield* conversation({ account, turns: 1 + q.below(turns), day, at, system: null, prompt, stage }, q);
        }
    }
  }
  return { name, accounts: users.map((u) => u.account), rowsOn, source: source.name };
}

/** As many as arrive, at any time of the day, cut at a quota. */
const upTo =
  (quota: number, mean: number): Times =>
  (_, r) =>
    Array.from({ length: Math.min(quota, poisson(mean, r)) }, () => DAY_MS * r.unit()).sort((a, b) => a - b);

/** A person's day, a quota always used up. */
const usedUp =
  (quota: number, zone: number): Times =>
  (_, r) =>
    Array.from({ length: quota }, () => personalTime(zone, r)).sort((a, b) => a - b);

const USERS: Record<ToolKind, (setting: Setting) => User[]> = {
  /** A tool on one's own key with its default schedule, an hour or two apart in working hours. */
  byok: ({ size, aDay, own, r }) => {
    const minutes = Math.max(10, Math.round(600 / aDay));
    return each(size, (i) => ({ account: own(i), times: every(minutes, Math.floor(r.unit() * 1e7), 8, 18) }));
  },
  /** Home automation, every 90 minutes by default, a phase for each home; several devices where more is sent. */
  home: ({ size, aDay, own, r }) =>
    each(size, (i) => {
      const devices = Array.from({ length: Math.max(1, Math.round(aDay / 16)) }, () => every(90, r.unit() * 5.4e6));
      return { account: own(i), times: (day, q) => devices.flatMap((times) => times(day, q)).sort((a, b) => a - b) };
    }),
  mail: ({ size, aDay, own, r }) =>
    each(size, (i) => ({ account: own(i), times: usedUp(Math.round(aDay), r.below(24)) })),
  feed: ({ size, aDay, own }) =>
    each(size, (i) => ({ account: own(i), times: upTo(Math.round(1.2 * aDay), aDay * 1.1) })),
  /** A product that gives each user the same quota, on the user's own account. */
  quota: ({ size, aDay, own }) => each(size, (i) => ({ account: own(i), times: upTo(Math.round(aDay), 2 * aDay) })),
  /** A hosted tool: its servers call with each user's own key, so that all come from one network. */
  hosted: ({ size, aDay, own, r }) => {
    const net = network(r);
    return each(size, (i) => ({ account: own(i, { addresses: inside(net, r) }), times: upTo(1e4, aDay) }));
  },
  /** Self-hosted on rented servers: several unrelated users to a network. */
  vps: ({ size, aDay, own, r }) => {
    const at = few(size, 5, 9, r);
    return each(size, (i) => ({ account: own(i, { addresses: inside(at[i]!.net, r) }), times: upTo(1e4, aDay) }));
  },
  /** Several companies, each with a few service accounts on its own card, network and organisation, clock-started. */
  jobs: ({ size, aDay, own, name, r }) => {
    const at = few(size, 3, 9, r);
    const minutes = Math.max(30, 30 * Math.round(1440 / aDay / 30));
    return each(size, (i) => {
      const { group, card, net } = at[i]!;
      const shared = { payment: card, addresses: inside(net, r), org: `org-${name}-${group}` };
      return { account: own(i, shared), times: every(minutes, 0) };
    });
  },
  /** A review bot: starts when a change is proposed, a company's accounts on its own card and organisation. */
  review: ({ size, aDay, own, name, stage, r }) => {
    const at = few(size, 1, 8, r);
    const pace = volumes(size, size * aDay, r, 0.8);
    return each(size, (i) => {
      const { group, card, net } = at[i]!;
      const shared = { payment: card, addresses: inside(net, r), org: `org-${name}-${group}` };
      const times: Times = (day, q) =>
        new Date(stage.startMs + day * DAY_MS).getUTCDay() % 6 === 0
          ? []
          : Array.from({ length: poisson((pace[i]! * 7) / 5, q) }, () => personalTime(group % 24, q));
      return { account: own(i, shared), times };
    });
  },
  /** A coding agent that starts many small requests at once. */
  fanout: ({ size, aDay, own, r }) => {
    const pace = volumes(size, (size * aDay) / 12, r, 0.6);
    return each(size, (i) => {
      const zone = r.below(24);
      const times: Times = (_, q) =>
        Array.from({ length: poisson(pace[i]!, q) }, () => personalTime(zone, q)).flatMap((at) =>
          Array.from({ length: 6 + q.below(13) }, () => at + 90_000 * q.unit()),
        );
      return { account: own(i), times };
    });
  },
  /** One organisation reads its own files through several accounts, which share them out. */
  audit: ({ size, aDay, own, name, r }) => {
    const net = network(r);
    return each(size, (i) => ({
      account: own(i, { payment: `card-${name}`, org: `org-${name}`, addresses: inside(net, r) }),
      times: upTo(1e4, aDay),
    }));
  },
  /** Three days, teams of four on a card and a network, one starter kit. */
  hackathon: ({ size, aDay, own, stage, r }) => {
    const at = few(size, 4, 4, r);
    const first = r.below(Math.max(1, stage.days - 3));
    const pace = volumes(size, (size * aDay * stage.days) / 3, r, 0.5);
    return each(size, (i) => {
      const { card, net } = at[i]!;
      const times: Times = (day, q) =>
        day < first || day >= first + 3
          ? []
          : Array.from({ length: poisson(pace[i]! / 1.5, q) }, () => (8 + 14 * q.unit()) * HOUR);
      return { account: own(i, { payment: card, addresses: inside(net, r) }), times };
    });
  },
  /** A class that works every day, each on material of their own, on the school's card and network. */
  lessons: ({ size, aDay, own, name, r }) => {
    const net = network(r);
    return each(size, (i) => ({
      account: own(i, { payment: `card-${name}`, addresses: inside(net, r) }),
      times: (_, q) => Array.from({ length: poisson(aDay / 1.5, q) }, () => (9 + 6 * q.unit()) * HOUR),
    }));
  },
  /** Accounts bought from someone who opened several on a card; each buyer sits elsewhere. */
  resold: ({ size, aDay, own, r }) => {
    const at = few(size, 6, 9, r);
    return each(size, (i) => ({ account: own(i, { payment: at[i]!.card }), times: upTo(1e4, aDay) }));
  },
  /** Homes with one to three accounts on one card and line. */
  household: ({ size, aDay, own, r }) => {
    const at = few(size, 1, 3, r);
    return each(size, (i) => ({
      account: own(i, { payment: at[i]!.card, addresses: inside(at[i]!.net, r) }),
      times: upTo(1e4, aDay),
    }));
  },
  /** Agencies that run one tool for their clients: a client's organisation, the agency's card and network. */
  agency: ({ size, aDay, own, r }) => {
    const at = few(size, 3, 9, r);
    const pace = volumes(size, size * aDay, r, 0.5);
    const size2 = volumes(size, size, r, 1);
    return each(size, (i) => ({
      account: own(i, { payment: at[i]!.card, addresses: inside(at[i]!.net, r) }),
      times: (_, q) =>
        Array.from({ length: poisson(pace[i]! * size2[at[i]!.group]!, q) }, () => personalTime(at[i]!.group, q)),
    }));
  },
  /** An open benchmark that many laboratories run, now and then, at any time. */
  openbench: ({ size, aDay, own, stage, r }) =>
    each(size, (i) => {
      const runs = new Set([r.below(stage.days), r.below(stage.days), r.below(stage.days)]);
      const n = Math.round((aDay * stage.days) / runs.size);
      const hour = 24 * r.unit();
      const times: Times = (day) =>
        runs.has(day) ? Array.from({ length: n }, (_, k) => Math.min(DAY_MS - 1, hour * HOUR + k * 1500)) : [];
      return { account: own(i), times };
    }),
};

interface Material {
  source: Source;
  items: number[];
  wording: string | null;
  stage: Stage;
  r: Random;
}
type Content = (r: Random, at: { day: number; k: number; user: number; users: number }) => string;

/** The tool's words first, then something of the user's own. */
function head({ source, wording }: Material, item: number): string {
  const words = source.prompts[item % source.prompts.length]!.split(" ");
  const kept = words.slice(0, Math.max(6, Math.min(40, words.length >> 1))).join(" ");
  return wording === null ? kept : `${kept} ${wording}`;
}

function templated(material: Material): Content {
  return (r) => `${head(material, r.pick(material.items))}\n\n${ownText(material, r)}`;
}

function ownText({ source }: Material, r: Random): string {
  return userPrompt(source, r.below(1e6), r).slice(0, 400);
}

/** Items of a public list, any of them. */
function listed(material: Material): Content {
  return (r) =>
    `${head(material, material.items[0]!)}\n\n${material.source.prompts[r.below(material.source.prompts.length)]!}`;
}

const CONTENT: Partial<Record<ToolKind | CommunityKind, (material: Material) => Content>> = {
  /** Articles that appear that day; several readers follow the same feeds. */
  feed:
    (material) =>
    (r, { day }) => {
      const article = `${day * 400 + r.below(400)}`;
      const text = material.source.prompts[(Number(article) * 7919) % material.source.prompts.length]!;
      return `${head(material, material.items[0]!)}\n\n${article} ${text.slice(0, 400)}`;
    },
  /** A list of files, each read once by one of the accounts. */
  audit:
    (material) =>
    (r, { day, k, user, users }) =>
      `${head(material, material.items[0]!)}\n\nFile ${(day * 997 + k) * users + user}\n${ownText(material, r)}`,
  harness: listed,
  "red-team": listed,
  /** Public items, in order, the same for all. */
  openbench:
    (material) =>
    (_, { k }) =>
      `${head(material, material.items[0]!)}\n\n${material.source.prompts[k % material.source.prompts.length]!}`,
};
