/** From the tables to judged groups: templates, links between accounts, components, members, measures. */
import type { SqlEngine } from "./engine.js";
import { type Activity, readActivity } from "./graph/activity.js";
import { components } from "./graph/components.js";
import { links } from "./graph/links.js";
import { type Group, judge, type Member, newDesk, outsidersOf } from "./graph/membership.js";
import { readStrata, type Screen, screen, usesByStratum } from "./graph/screen.js";
import { templateGroups } from "./graph/template-clusters.js";
import type { Hashes } from "./log/hashes.js";
import { GROUPS_MEASURED_MAX, PACE_SHARE_MIN, SINGLE_APART_MAX } from "./method.js";
import { balance, fillGroupTables, type GroupMeasures, measure, median, type Ways } from "./score/measures.js";
import { statistic } from "./score/statistic.js";
import { assignTemplates } from "./templates/read-prompts.js";

export interface FoundGroup extends Group {
  /** Accounts that links joined in the finding half. */
  found: number;
  /** Of all members judged. */
  measures: GroupMeasures;
  /** The accounts that are listed: members that also work as the group does. */
  listed: Member[];
  screen: Screen;
}

export interface Search {
  accounts: Hashes;
  activity: Activity;
  prompts: number;
  links: number;
  groups: FoundGroup[];
}

export async function findGroups(engine: SqlEngine, rows: number, onStage: (stage: string) => void): Promise<Search> {
  onStage("templates");
  const { prompts } = await assignTemplates(engine, rows);
  onStage("accounts and templates");
  const activity = await readActivity(engine, rows);
  onStage("links");
  const { parts, linked } = candidates(activity);
  onStage("judging groups");
  const outsiders = outsidersOf(parts, activity);
  const desk = newDesk(activity);
  const judged = mostTelling(
    eachOnce(
      parts
        .map((part) => ({ found: part.length, ...judge(part, outsiders, activity, desk) }))
        .filter((g) => g.members.length >= 2),
    ),
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
      listed: resembling(group.members, measured[g]!.ways),
    })),
  );
  await fillGroupTables(
    engine,
    groups.map(({ listed, templates }) => ({ members: listed, templates })),
    activity,
  );
  return { accounts: activity.accounts, activity, prompts, links: linked, groups };
}

/** Sets of accounts that the finding half joins, each set once. */
function candidates(activity: Activity): { parts: number[][]; linked: number } {
  const found = links(activity);
  const parts = [...components(found, activity.accounts.length), ...templateGroups(activity)];
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

/** No statistic exceeds concentration or balance, which are known without a query: groups low in both are not measured. */
function mostTelling<G extends Group>(groups: readonly G[]): G[] {
  if (groups.length <= GROUPS_MEASURED_MAX) return [...groups];
  const bound = (group: G) => Math.min(group.concentration, balance(group.members.map((m) => m.rows)));
  return groups
    .map((group) => ({ group, bound: bound(group) }))
    .sort((a, b) => b.bound - a.bound || a.group.members[0]!.account - b.group.members[0]!.account)
    .slice(0, GROUPS_MEASURED_MAX)
    .map(({ group }) => group);
}

/**
 * A dealt queue keeps its accounts at about one pace and in one way; one that lags far behind the others or talks where
 * they do not may be a bystander on the same templates. The group's measures are taken before this, of all its members.
 */
function resembling(members: readonly Member[], ways: ReadonlyMap<number, Ways>): Member[] {
  const all = [...ways.values()];
  const pace = PACE_SHARE_MIN * median(all.map((w) => w.pace));
  const single = median(all.map((w) => w.single)) - SINGLE_APART_MAX;
  return members.filter(({ account }) => {
    const own = ways.get(account);
    return own !== undefined && own.pace >= pace && own.single >= single;
  });
}

/** Several ways of looking find the same accounts: of groups that mostly coincide the one that stands higher is kept. */
function withoutRepeats(groups: readonly FoundGroup[]): FoundGroup[] {
  const pooled = (group: FoundGroup) => statistic("traffic/pooled-operation", group.measures).value;
  const extraction = (group: FoundGroup) => statistic("traffic/extraction-workload", group.measures).value;
  const order = [...groups].sort(
    (a, b) =>
      Math.max(pooled(b), extraction(b)) - Math.max(pooled(a), extraction(a)) ||
      pooled(b) - pooled(a) ||
      b.members.length - a.members.length ||
      a.members[0]!.account - b.members[0]!.account,
  );
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
