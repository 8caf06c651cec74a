/**
 * Honest groups whose members share cards and networks although each is a customer of their own, and who all use one
 * tool's templates: what a rule that leans on shared cards and networks may take for a campaign. Half of them, by the
 * seed, send as evenly as a quota makes them, half as people do; half keep the hours of one town, half of several.
 * What each shares is what is known of such groups, not measured on any.
 */

import { each, every, few, HOUR, inside, network, type Setting, type Times, token, type User } from "./habits.ts";
import { volumes } from "./people.ts";
import { poisson, type Random } from "./random.ts";
import { DAY_MS, personalTime } from "./world.ts";

export const COMMUNITIES = [
  "coworking",
  "vouchers",
  "prepaid",
  "family-plan",
  "harness",
  "translators",
  "red-team",
  "mcp",
  "ci-fleet",
  "accessibility",
  "tutoring",
  "practices",
  "franchise",
  "sponsored",
  "synthetic",
  "bounty",
  "flats",
  "founders",
  "one-shop",
  "shifts",
] as const;
export type CommunityKind = (typeof COMMUNITIES)[number];

/** How much each sends a day: a quota's evenness, or people's spread. */
function paces({ size, aDay, r }: Setting): { even: boolean; pace: number[] } {
  const even = r.unit() < 0.5;
  return { even, pace: volumes(size, size * aDay, r, even ? 0.15 : 0.8) };
}

/** Whose hours: all of one town's, or each few's own. */
function zones({ r }: Setting): (group: number) => number {
  const [one, town] = [r.unit() < 0.5, r.below(24)];
  return (group) => (one ? town : (group * 5) % 24);
}

const byHand =
  (mean: number, zone: number): Times =>
  (_, q) =>
    Array.from({ length: poisson(mean, q) }, () => personalTime(zone, q)).sort((a, b) => a - b);

/** Weekdays only; `from` to `to` o'clock. */
const atWork =
  ({ stage }: Setting, mean: number, from: number, to: number): Times =>
  (day, q) =>
    new Date(stage.startMs + day * DAY_MS).getUTCDay() % 6 === 0
      ? []
      : Array.from({ length: poisson((mean * 7) / 5, q) }, () => (from + (to - from) * q.unit()) * HOUR);

/** Cards and networks in lots that have nothing to do with one another: who sits in a place, who buys from a seller. */
function crossed(size: number, r: Random) {
  const places = few(size, 5, 9, r);
  const sellers = few(size, 5, 9, r);
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = r.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return (i: number) => ({ group: places[i]!.group, net: places[i]!.net, card: sellers[order[i]!]!.card });
}

/** Members of lots: a card and a network each lot. */
function lots(setting: Setting, least: number, most: number, times: (i: number, group: number) => Times): User[] {
  const { size, own, r } = setting;
  const at = few(size, least, most, r);
  return each(size, (i) => ({
    account: own(i, { payment: at[i]!.card, addresses: inside(at[i]!.net, r) }),
    times: times(i, at[i]!.group),
  }));
}

function acrossLots(setting: Setting, times: (i: number, group: number) => Times): User[] {
  const { size, own, r } = setting;
  const at = crossed(size, r);
  return each(size, (i) => {
    const { card, net, group } = at(i);
    return { account: own(i, { payment: card, addresses: inside(net, r) }), times: times(i, group) };
  });
}

/** People with one tool, by hand. */
function people(setting: Setting): (i: number, group: number) => Times {
  const { pace } = paces(setting);
  const zone = zones(setting);
  return (i, group) => byHand(pace[i]!, zone(group));
}

export const COMMUNITY_USERS: Record<CommunityKind, (setting: Setting) => User[]> = {
  /** Desks in shared offices behind one address each; virtual cards bought of resellers that put several on a card. */
  coworking: (s) => acrossLots(s, people(s)),
  /** A university's courses: a voucher code a section, a hall's network, one tool for the exercises, all signed up in one hour. */
  vouchers: (s) => acrossLots(s, people(s)),
  /** Prepaid cards of a shop that tops several up at once, used behind a carrier's shared addresses. */
  prepaid: (s) => acrossLots(s, people(s)),
  /** Families of four to six, one plan's card and one line, a homework helper's templates. */
  "family-plan": (s) => lots(s, 4, 6, people(s)),
  /** An evaluation harness that laboratories run on a release's day and the night after, each on a card and a network. */
  harness: (s) => {
    const day = s.r.below(s.stage.days - 2);
    return lots(s, 3, 8, () => (d, q) => {
      if (d < day || d > day + 1) return [];
      return Array.from({ length: poisson((s.aDay * s.stage.days) / 2, q) }, () => DAY_MS * q.unit()).sort(
        (a, b) => a - b,
      );
    });
  },
  /** Volunteers in local chapters; the chapter's treasurer pays, its rooms have one line; all use one rubric. */
  translators: (s) => lots(s, 4, 9, people(s)),
  /** A red-teaming prize: teams in a room and on a card, all with one list of prompts, to be tried as it stands. */
  "red-team": (s) => lots(s, 4, 5, people(s)),
  /** Agents behind one server's tool descriptions, hosted by a few runners, paid through a marketplace in lots. */
  mcp: (s) => acrossLots(s, people(s)),
  /** Forks of one project whose builds run on shared runners, keys from a sponsor's cards, started by pushes. */
  "ci-fleet": (s) => {
    const { pace } = paces(s);
    const zone = zones(s);
    return acrossLots(
      s,
      (i, group) => (_, q) =>
        Array.from({ length: poisson(pace[i]! / 4, q) }, () => personalTime(zone(group), q)).flatMap((at) =>
          Array.from({ length: 4 }, () => Math.min(DAY_MS - 1, at + 60_000 * q.unit())),
        ),
    );
  },
  /** A reading aid that charities give out: a charity's card, its proxy's network, used all day. */
  accessibility: (s) => lots(s, 4, 9, people(s)),
  /** Tutors of a company, each with an own account, on a branch's card and line, in the afternoons. */
  tutoring: (s) => {
    const { pace } = paces(s);
    return lots(s, 4, 9, (i) => atWork(s, pace[i]!, 13, 20));
  },
  /** Practices of doctors with one dictation product: a practice's card and line, opening hours. */
  practices: (s) => {
    const { pace } = paces(s);
    return lots(s, 1, 9, (i, group) => atWork(s, pace[i]!, 7 + (group % 3), 16 + (group % 4)));
  },
  /** Shops with one till product: the region's franchisee pays and routes their traffic; open every day. */
  franchise: (s) => {
    const { pace } = paces(s);
    return lots(
      s,
      4,
      9,
      (i, group) => (_, q) =>
        Array.from({ length: poisson(pace[i]!, q) }, () => (8 + (group % 3) + 11 * q.unit()) * HOUR),
    );
  },
  /** Two weeks of a programme with a sponsor's keys: teams of four in one house, each at its own pace. */
  sponsored: (s) => lots(s, 4, 4, people(s)),
  /** A company makes training data for its own product, as the terms allow: many accounts, one organisation, said openly. */
  synthetic: (s) => {
    const net = network(s.r);
    const at = few(s.size, 4, 9, s.r);
    const org = `org-${token(s.r)}`;
    return each(s.size, (i) => ({
      account: s.own(i, { payment: at[i]!.card, org, addresses: inside(net, s.r) }),
      times: (_, q) => Array.from({ length: poisson(s.aDay, q) }, () => DAY_MS * q.unit()).sort((a, b) => a - b),
    }));
  },
  /** Students' flats of four to six on one line, a prepaid card bought together, each up at hours of his own. */
  flats: (s) => {
    const { pace } = paces(s);
    const up = Array.from({ length: s.size }, () => s.r.below(9) - 4);
    const zone = zones(s);
    return lots(s, 4, 6, (i, group) => byHand(pace[i]!, zone(group) + up[i]!));
  },
  /** Founders with several small companies each, on one card and one office's line: their scripts run from six to midnight. */
  founders: (s) => {
    const { pace } = paces(s);
    const zone = zones(s);
    return lots(
      s,
      4,
      6,
      (i, group) => (_, q) =>
        Array.from({ length: poisson(pace[i]!, q) }, () => ((6 + 18 * q.unit() + zone(group)) % 24) * HOUR),
    );
  },
  /** Strangers anywhere who bought one shop's prepaid card and its way out to the net: both shared with the same others. */
  "one-shop": (s) => {
    const { pace } = paces(s);
    const zone = Array.from({ length: s.size }, () => s.r.below(24));
    return lots(s, 4, 9, (i) => byHand(pace[i]!, zone[i]!));
  },
  /** Contractors at desks that are manned day and night, an agency's card and a building's line: shifts of eight hours that move on each day. */
  shifts: (s) => {
    const { pace } = paces(s);
    const first = Array.from({ length: s.size }, () => s.r.below(3));
    return lots(
      s,
      4,
      9,
      (i) => (day, q) =>
        (day + first[i]!) % 4 === 3
          ? []
          : Array.from(
              { length: poisson((pace[i]! * 4) / 3, q) },
              () => (8 * ((day + first[i]!) % 3) + 8 * q.unit()) * HOUR,
            ),
    );
  },
  /** Hunters of faults who share houses and a prize platform's cards; a scanner's templates, every so many minutes. */
  bounty: (s) => {
    const minutes = Math.max(10, Math.round(1440 / s.aDay));
    return acrossLots(s, () => every(minutes, Math.floor(s.r.unit() * 1e7)));
  },
};
