/** From the tables to judged groups: templates, links between accounts, components, members, measures. */
import type { SqlEngine } from "./engine.js";
import { type Activity, readActivity } from "./graph/activity.js";
import { components } from "./graph/components.js";
import { type Fill, fillHolders, joinedAccounts, joinedCells, readFill } from "./graph/holders.js";
import { cellGroups } from "./graph/joined-cells.js";
import { joinedGroups } from "./graph/joined-groups.js";
import { links } from "./graph/links.js";
import { type Group, judge, type Member, newDesk, type Outsiders, outsidersOf } from "./graph/membership.js";
import { readStrata, type Screen, screen, usesByStratum } from "./graph/screen.js";
import { templateGroups } from "./graph/template-clusters.js";
import type { Hashes } from "./log/hashes.js";
import { GROUPS_MEASURED_MAX, POPULAR_SHARE } from "./method.js";
import type { GroupMeasures } from "./score/measures.js";
import { alike, named } from "./score/named.js";
import { fillGroupTables, type Measured, measure } from "./score/read-counts.js";
import type { Sharing } from "./score/sharing.js";
import { partsOf, statistic } from "./score/statistic.js";
import { assignTemplates } from "./templates/read-prompts.js";

export interface FoundGroup extends Group {
  /** Accounts that links joined in the finding half. */
  found: number;
  /** Of all members judged. */
  measures: GroupMeasures;
  /** Members that also work as the group does: what a lead shows. */
  alike: Member[];
  /** Of those, the accounts that are named: each joined to others by more than content, none of them one that rests. */
  listed: Member[];
  sharing: Sharing;
  /** What the measures were computed from. */
  measured: Measured;
  screen: Screen;
}

export interface Search {
  accounts: Hashes;
  activity: Activity;
  prompts: number;
  links: number;
  groups: FoundGroup[];
  /** Accounts that p-values were ranked among. */
  outsiders: Outsiders;
  /** What the log knows of its accounts. */
  fill: Fill;
  /** Accounts that share cards and networks as separate customers. */
  joined: number;
  /** Templates that more than POPULAR_SHARE of the accounts use: they link nobody, and are looked at for joined accounts only. */
  popular: { templates: number; uses: number };
}

/**
 * @param rows in the log @param onStage told before each stage in words for progress @returns every group that was
 * judged, and what measured it
 */
export async function findGroups(engine: SqlEngine, rows: number, onStage: (stage: string) => void): Promise<Search> {
  onStage("templates");
  const { prompts } = await assignTemplates(engine, rows);
  onStage("accounts and templates");
  const activity = await readActivity(engine, rows);
  onStage("cards and networks");
  await fillHolders(engine, rows);
  const fill = await readFill(engine);
  const joined = await joinedAccounts(engine);
  const cells = await joinedCells(engine);
  onStage("links");
  const { parts, linked } = candidates(activity, joined, cells);
  onStage("judging groups");
  // An account that shares cards and networks may be a straggler of any group: p-values are not ranked among such.
  const outsiders = outsidersOf([...parts, [...joined]], activity);
  const desk = newDesk(activity);
  const judged = mostTelling(
    eachOnce(
      parts
        .map((part) => ({ found: part.length, ...judge(part, outsiders, activity, desk) }))
        .filter((g) => g.members.length >= 2),
    ),
    joined,
  );
  await fillGroupTables(engine, judged, activity);
  const measured = await measure(engine, judged);
  const strata = await readStrata(engine);
  const uses = usesByStratum(activity, strata);
  const groups = withoutRepeats(
    judged.map((group, g) => ({
      ...group,
      screen: screen(group, activity, strata, uses),
      measures: measured[g]!.measures,
      sharing: measured[g]!.sharing,
      measured: measured[g]!,
      ...whom(group, measured[g]!),
    })),
  );
  await fillGroupTables(
    engine,
    groups.map(({ listed, templates }) => ({ members: listed, templates })),
    activity,
  );
  const popular = popularTemplates(activity);
  return {
    accounts: activity.accounts,
    activity,
    prompts,
    links: linked,
    outsiders,
    groups,
    fill,
    joined: joined.length,
    popular,
  };
}

function whom({ members }: Group, { work, sharing }: Measured) {
  const like = alike(members, work);
  return { alike: like, listed: named(like, sharing, work) };
}

function popularTemplates({ accounts, templates, byTemplate }: Activity): Search["popular"] {
  let count = 0;
  let uses = 0;
  for (let t = 0; t < templates.length; t++) {
    const n = byTemplate[t + 1]! - byTemplate[t]!;
    if (n <= POPULAR_SHARE * accounts.length) continue;
    count++;
    uses += n;
  }
  return { templates: count, uses };
}

/** Sets of accounts that the finding half joins, each set once. */
function candidates(
  activity: Activity,
  joined: Uint32Array,
  cells: readonly (readonly number[])[],
): { parts: number[][]; linked: number } {
  const found = links(activity);
  const parts = [
    ...components(found, activity.accounts.length),
    ...templateGroups(activity),
    ...joinedGroups(activity, joined, activity.accounts.length),
    ...cellGroups(activity, cells),
  ];
  const known = new Map<string, number[]>();
  for (const part of parts) {
    const name = `${part.length} ${part.join(" ").slice(0, 10_000)}`;
    if (!known.has(name)) known.set(name, part);
  }
  return { parts: [...known.values()], linked: found.length };
}

/** Several ways of looking often end at the very same members and templates; they would be measured alike. */
function eachOnce<G extends Group>(groups: readonly G[]): G[] {
  const bySize = new Map<string, G[]>();
  return groups.filter((group) => {
    const name = `${group.members.length} ${group.templates.length} ${group.members[0]!.account}`;
    const known = bySize.get(name) ?? [];
    bySize.set(name, known);
    const same = known.some(
      (other) =>
        other.members.every((m, i) => m.account === group.members[i]!.account) &&
        other.templates.every((t, i) => t === group.templates[i]),
    );
    if (!same) known.push(group);
    return !same;
  });
}

/** No group stands higher than the share of its members that are joined: those with fewest are not measured. */
function mostTelling<G extends Group>(groups: readonly G[], joined: Uint32Array): G[] {
  if (groups.length <= GROUPS_MEASURED_MAX) return [...groups];
  const is = new Set(joined);
  const share = ({ members }: G) => members.filter(({ account }) => is.has(account)).length / members.length;
  return groups
    .map((group) => ({ group, share: share(group) }))
    .sort(
      (a, b) =>
        b.share - a.share ||
        b.group.concentration - a.group.concentration ||
        a.group.members[0]!.account - b.group.members[0]!.account,
    )
    .slice(0, GROUPS_MEASURED_MAX)
    .map(({ group }) => group);
}

/** Several ways of looking find the same accounts: of groups that mostly coincide the one that stands higher is kept. */
function withoutRepeats(groups: readonly FoundGroup[]): FoundGroup[] {
  const standing = new Map(
    groups.map((group) => {
      const pooled = statistic("traffic/pooled-operation", group.measures).value;
      return [group, { pooled, marks: partsOf(group.measures).marks }];
    }),
  );
  const order = [...groups].sort((a, b) => {
    const [x, y] = [standing.get(a)!, standing.get(b)!];
    return (
      y.pooled - x.pooled ||
      y.marks - x.marks ||
      b.members.length - a.members.length ||
      a.members[0]!.account - b.members[0]!.account
    );
  });
  const kept: { group: FoundGroup; members: Set<number> }[] = [];
  for (const group of order) {
    const members = new Set(group.members.map((m) => m.account));
    const repeats = kept.some((other) => {
      let both = 0;
      for (const account of members) if (other.members.has(account)) both++;
      return both > COINCIDE * Math.min(members.size, other.members.size);
    });
    if (!repeats) kept.push({ group, members });
  }
  return kept.map(({ group }) => group);
}

const COINCIDE = 0.5;
