/** From the tables to judged groups: templates, links between accounts, components, members, measures. */
import type { SqlEngine } from "./engine.js";
import { readActivity } from "./graph/activity.js";
import { components } from "./graph/components.js";
import { type Link, links } from "./graph/links.js";
import { type Group, judge } from "./graph/membership.js";
import { templateGroups } from "./graph/template-clusters.js";
import { fillGroupTables, type GroupMeasures, measure } from "./score/measures.js";
import { statistic } from "./score/statistic.js";
import { assignTemplates } from "./templates/read-prompts.js";

export interface FoundGroup extends Group {
  /** Accounts that links joined in the finding half. */
  found: number;
  measures: GroupMeasures;
}

export interface Search {
  accounts: readonly string[];
  templates: readonly string[];
  prompts: number;
  links: number;
  groups: FoundGroup[];
}

export async function findGroups(engine: SqlEngine, onStage: (stage: string) => void): Promise<Search> {
  onStage("templates");
  const { prompts } = await assignTemplates(engine);
  onStage("accounts and templates");
  const activity = await readActivity(engine);
  onStage("links");
  const found: Link[] = links(activity);
  const parts = [...components(found, activity.accounts.length), ...templateGroups(activity)];
  const outsiders = new Uint8Array(activity.accounts.length).fill(1);
  for (const part of parts) for (const a of part) outsiders[a] = 0;
  onStage("judging groups");
  const judged = parts
    .map((part) => ({ found: part.length, ...judge(part, outsiders, activity) }))
    .filter((g) => g.members.length >= 2);
  await fillGroupTables(engine, judged, activity);
  const measures = await measure(engine, judged);
  const measured = judged.map((group, g) => ({ ...group, measures: measures[g]! }));
  const groups = withoutRepeats(measured);
  await fillGroupTables(engine, groups, activity);
  return {
    accounts: activity.accounts,
    templates: activity.templates,
    prompts,
    links: found.length,
    groups,
  };
}

/** Several ways of looking find the same accounts: of groups that mostly coincide the one that stands higher is kept. */
function withoutRepeats(groups: readonly FoundGroup[]): FoundGroup[] {
  const value = (group: FoundGroup) => statistic("traffic/pooled-operation", group.measures).value;
  const order = [...groups].sort(
    (a, b) =>
      value(b) - value(a) || b.members.length - a.members.length || a.members[0]!.account - b.members[0]!.account,
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
