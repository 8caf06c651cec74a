/**
 * Innocents who stand where a campaign's accounts stand: on its cards (a reseller sold to both, a firm's card pays for both,
 * the card was stolen from one of them), behind its networks (an exit, a campus, an office), in the organisations of its
 * accounts, with the client it uses, in the hours it keeps, with the tool whose words it imitates; one of these or several.
 * Each has work of its own beside. Each has a key, and an organisation unless the kind shares it. Where they share several
 * things they share them with the same account of the campaign, which is the hardest for them.
 */
import { inside } from "./habits.ts";
import { conversation, person, volumes } from "./people.ts";
import { poisson, type Random, random } from "./random.ts";
import { filling } from "./text.ts";
import { type Account, type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

type Shares = "card" | "network" | "org" | "client" | "hours" | "tool";
interface Kind {
  shares: readonly Shares[];
  /** Share of the own rows that the tool sends: the least and the most of the kind's accounts. */
  tool?: readonly [number, number];
  /** Share of the tool's rows that come at any hour of the day. */
  anyHour?: number;
  /** At most so many to a card of the campaign. */
  most?: number;
}

const KINDS = {
  /** Customers of the reseller that sold the campaign its cards. */
  "reseller-customers": { shares: ["card"] },
  /** Whom the cards were stolen from: one to a card. */
  "card-owners": { shares: ["card", "client"], most: 1 },
  /** Users of the exit that the campaign comes from. */
  "exit-users": { shares: ["network"] },
  /** A campus behind one address, at a machine's hours: laboratories with jobs of their own. */
  "campus-machines": { shares: ["network", "hours"] },
  /** People of the firm whose keys the campaign's accounts stand under. */
  colleagues: { shares: ["org", "client"] },
  /** The same, on the firm's card. */
  "paid-colleagues": { shares: ["org", "card"] },
  /** The same, on its card and in its office. */
  "office-colleagues": { shares: ["org", "card", "network"] },
  /** Desks that have card and line of the one who sold them to the campaign too. */
  "desk-neighbours": { shares: ["card", "network"] },
  /** The same with machines that never sleep, at work of their own. */
  "rack-neighbours": { shares: ["card", "network", "hours"] },
  /** Users of the imitated tool who share nothing else, their machines awake all day. */
  "tool-machines": { shares: ["tool", "hours", "client"], tool: [0.5, 1] },
  "reseller-tool-users": { shares: ["card", "tool"], tool: [0.2, 1] },
  "exit-tool-users": { shares: ["network", "tool"], tool: [0.2, 1] },
  "colleagues-tool-users": { shares: ["org", "card", "tool"], tool: [0.2, 1] },
  /** Desks on the campaign's card and line who now and then use the tool. */
  "desks-some-tool": { shares: ["card", "network", "tool"], tool: [0.03, 0.3] },
  /** The same who do little else. */
  "desks-mostly-tool": { shares: ["card", "network", "tool"], tool: [0.5, 1] },
  /** The same at irregular hours: each tenth row at any hour of day and night. */
  "desks-of-owls": { shares: ["card", "network", "tool"], tool: [0.5, 1], anyHour: 0.1 },
  /** Machines with the tool that never rest, on the campaign's card and line: what no field of a log tells from it. */
  "tool-racks": { shares: ["card", "network", "tool", "hours"], tool: [0.5, 1] },
} as const satisfies Record<string, Kind>;
export type BystanderKind = keyof typeof KINDS;
export const BYSTANDERS = Object.keys(KINDS) as BystanderKind[];
export const LIKE_MEMBERS: readonly BystanderKind[] = ["tool-racks"];

/** @param own accounts of the campaign @returns one to five innocents to each card of it, of one kind */
export function bystandersOf(kind: BystanderKind, name: string, own: readonly Account[], stage: Stage, r: Random) {
  const { shares, tool, most, anyHour = 0 }: Kind = KINDS[kind];
  const source = stage.extraction[0];
  if (source === undefined) throw new Error("worlds.bystandersOf: expected --extraction files, got none");
  const has = (what: Shares) => shares.includes(what);
  const cards = new Map<string, Account[]>();
  for (const account of own) cards.set(account.payment, [...(cards.get(account.payment) ?? []), account]);
  // In half of the worlds they are few beside the campaign's accounts, in half nearly as many.
  const [least, span] = r.unit() < 0.5 ? [1, 2] : [3, 3];
  const beside = [...cards.values()].flatMap((cell) =>
    Array.from({ length: Math.min(most ?? cell.length, cell.length, least + r.below(span)) }, () => r.pick(cell)),
  );
  const aDay = volumes(beside.length, (beside.length * (60 + 60 * r.unit())) / stage.days, r, 0.7);
  const people = beside.map((of, i) => {
    const account = newAccount(`${name}-${i}`, r, {
      ...(has("card") ? { payment: of.payment } : {}),
      ...(has("network") ? { addresses: inside(of.addresses[0]!.split(".").slice(0, 3).join("."), r) } : {}),
      ...(has("org") ? { org: of.org } : {}),
      ...(has("client") ? { agent: of.agent } : {}),
    });
    const share = tool ? tool[0] + (tool[1] - tool[0]) * r.unit() : 0;
    return {
      account,
      zone: r.below(24),
      tool: aDay[i]! * share,
      rest: person({ account, rowsADay: aDay[i]! * (1 - share) }, stage),
    };
  });
  function* rowsOn(day: number, q: Random): Iterable<Row> {
    for (const { account, zone, tool, rest } of people) {
      const hour = random(`hours ${account.id} ${day}`, stage.seed);
      for (const row of rest.rowsOn(day, q))
        yield has("hours") ? { ...row, time: stage.startMs + day * DAY_MS + Math.floor(DAY_MS * hour.unit()) } : row;
      for (let left = poisson(tool, q); left > 0; left--) {
        const at = has("hours") || q.unit() < anyHour ? DAY_MS * q.unit() : personalTime(zone, q);
        const prompt = (p: Random) => filling(source!, p.below(1e6), p);
        yield* conversation({ account, turns: 1, day, at, system: null, prompt, stage }, q);
      }
    }
  }
  const actor: Actor = { name, accounts: people.map(({ account }) => account), rowsOn };
  return { ...actor, source: source.name };
}
