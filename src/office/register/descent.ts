/**
 * Everything that was ever declared or found to stem from a model, each link with its standing, uncut: what notices and
 * orders go by. A link does not end when its child withdraws or corrects it, when another speaks first about the child,
 * or when the base is named by its address; it only changes its standing. Whether it is true is for a hearing: a link
 * that somebody else declared, or a laboratory found, is not the child's own word and says so.
 * It cannot see a descent that nobody declared and nobody found.
 */
import type { ForeignEntry } from "../entries/foreign.js";
import type { Relation } from "./declarations/derivation.js";
import type { ModelId } from "./declarations/vocabulary.js";
import { type FindingFacts, findingFacts } from "./finding-facts.js";
import type { LoadDeclaration } from "./load-declaration.js";
import type { Entry, ModelState, RegisterIndex } from "./register-index.js";

/** From the child's own word in force to what others say; what reaches a model is told by the weakest link on the way. */
export const STANDINGS = {
  declared: "declared by the model's own declarer, and in force",
  corrected: "declared by the model's own declarer, and since corrected",
  withdrawn: "declared by the model's own declarer, and since withdrawn",
  "by-another": "declared by another key than the one that declares the model",
  "same-address": "registered under the same address",
  found: "supported by a laboratory's finding",
  "found-withdrawn": "supported by a laboratory's finding that was since withdrawn",
} as const;
export type Standing = keyof typeof STANDINGS;
const ORDER = Object.keys(STANDINGS) as Standing[];

export interface DescentLink {
  child: ModelId;
  parent: ModelId;
  standing: Standing;
  /** Null for a finding and for an address. */
  relation: Relation | null;
  /** Of a finding. */
  proposition: string | null;
  /** Entry of the log that says so, and when it came in by the operator's clock, Unix seconds. */
  entry: number;
  received: number;
  key: string;
  keyName: string;
  compiled: boolean;
  /** Entry that corrected or withdrew it. */
  ended: number | null;
  openChallenges: number[];
  /** Entries of findings on direction, in force, that speak the other way about the same two. */
  against: number[];
}

interface Descendant {
  id: ModelId;
  /** Null where nobody declared it. */
  name: string | null;
  steps: number;
  /** The weakest link of the strongest way to it. */
  standing: Standing;
  withdrawn: boolean;
}

export interface Descent {
  type: "assay/descent/v1";
  of: ModelId;
  /** The last entry that was taken into account. */
  atEntry: number;
  models: Descendant[];
  links: DescentLink[];
  /** Entries of unknown kinds that speak of one of these models: there may be more links, or fewer. */
  foreign: ForeignEntry[];
}

/**
 * @param atEntry as the log stood after this entry; the last one by default
 * @param load reads a finding entered before findings stated their facts in the log
 */
export async function everDescended(
  index: RegisterIndex,
  of: ModelId,
  load: LoadDeclaration,
  atEntry = index.size - 1,
): Promise<Descent> {
  const links: DescentLink[] = [];
  const seen = new Set<ModelId>([of]);
  const queue: ModelId[] = [of];
  for (let next = 0; next < queue.length; next++) {
    const parent = queue[next]!;
    for (const link of await linksFrom(index, parent, load, atEntry)) {
      links.push(link);
      if (seen.has(link.child)) continue;
      seen.add(link.child);
      queue.push(link.child);
    }
  }
  const models = strongestWays(index, of, links, atEntry);
  const foreign = index.foreignAboutAny([...seen]).filter((entry) => entry.index <= atEntry);
  return { type: "assay/descent/v1", of, atEntry, models, links, foreign };
}

async function linksFrom(
  index: RegisterIndex,
  parent: ModelId,
  load: LoadDeclaration,
  at: number,
): Promise<DescentLink[]> {
  const declared = index.namedAsBase(parent).filter((entry) => entry.index <= at);
  const links = declared.map((entry) => declaredLink(index, entry, parent, at));
  links.push(...(await foundLinks(index, parent, load, at)));
  for (const alias of aliases(index, parent, at)) links.push(alias);
  return links.filter(({ child }) => child !== parent);
}

function declaredLink(index: RegisterIndex, entry: Entry, parent: ModelId, at: number): DescentLink {
  const { record } = entry;
  const own = index.declarer(index.models.get(record.model)!, at) === entry.keyId;
  const ended = endOf(entry, at);
  const kind = ended?.record.kind === "correction" ? "corrected" : "withdrawn";
  return {
    ...common(entry, record.model, parent, at),
    standing: !own ? "by-another" : ended ? kind : "declared",
    relation: record.parents?.includes(parent) ? record.relation! : "distilled",
    proposition: null,
  };
}

/**
 * Models that a finding calls this one's descendants. A shared ancestry does not say which of two is the ancestor: the
 * suspect is taken for the child, since it was sought so, and never the reference. Where a finding on direction speaks
 * the other way about the same two, the link names it.
 */
async function foundLinks(index: RegisterIndex, parent: ModelId, load: LoadDeclaration, at: number) {
  const found: { entry: Entry; facts: FindingFacts }[] = [];
  for (const entry of index.findingsNaming(parent))
    if (entry.index <= at) found.push({ entry, facts: await findingFacts(entry, load) });
  const upon = found.filter(({ facts }) => facts.reference === parent && facts.suspect !== null);
  const turned = new Map<ModelId, number[]>();
  for (const { entry, facts } of upon)
    if (index.descents.get(facts.proposition)?.directed && facts.outcome === "supports-hd" && endOf(entry, at) === null)
      turned.set(facts.suspect!, [...(turned.get(facts.suspect!) ?? []), entry.index]);
  return upon
    .filter(({ facts }) => facts.outcome === "supports-hp" && index.descents.has(facts.proposition))
    .map(({ entry, facts }) => ({
      ...common(entry, facts.suspect!, parent, at),
      standing: endOf(entry, at) ? ("found-withdrawn" as const) : ("found" as const),
      relation: null,
      proposition: facts.proposition,
      against: turned.get(facts.suspect!) ?? [],
    }));
}

function common(entry: Entry, child: ModelId, parent: ModelId, at: number) {
  return {
    child,
    parent,
    entry: entry.index,
    received: entry.record.received,
    key: entry.keyId,
    keyName: entry.keyName,
    compiled: entry.roles.includes("compiler") && !entry.roles.includes("publisher"),
    ended: endOf(entry, at)?.index ?? null,
    openChallenges: entry.challenges
      .filter((challenge) => challenge.index <= at && !(challenge.closedBy && challenge.closedBy.index <= at))
      .filter((challenge) => endOf(challenge, at) === null)
      .map((challenge) => challenge.index),
    against: [] as number[],
  };
}

/** What ended an entry, as the log stood. */
function endOf({ correctedBy, withdrawnBy }: Entry, at: number): Entry | null {
  return [correctedBy, withdrawnBy].find((by) => by !== null && by.index <= at) ?? null;
}

/** The same model under its digest and under its address, or another that somebody registered there. */
function aliases(index: RegisterIndex, parent: ModelId, at: number): DescentLink[] {
  const model = index.models.get(parent);
  if (!model || model.uri === null) return [];
  return index.withAddress(model.uri).flatMap((id) => {
    const entry = id === parent ? undefined : index.models.get(id)?.entries[0];
    if (!entry || entry.index > at) return [];
    return [{ ...common(entry, id, parent, at), standing: "same-address" as const, relation: null, proposition: null }];
  });
}

/** Each model with its fewest steps along the strongest way: a pass for each standing, over what is as strong or stronger. */
export function strongestWays(
  index: RegisterIndex,
  of: ModelId,
  links: readonly DescentLink[],
  at: number,
): Descendant[] {
  const from = new Map<ModelId, DescentLink[]>();
  for (const link of links) {
    const list = from.get(link.parent);
    if (list) list.push(link);
    else from.set(link.parent, [link]);
  }
  const found = new Map<ModelId, Descendant>();
  for (const [strength, standing] of ORDER.entries()) {
    const steps = new Map<ModelId, number>([[of, 0]]);
    const queue: ModelId[] = [of];
    for (let next = 0; next < queue.length; next++) {
      const parent = queue[next]!;
      for (const link of from.get(parent) ?? []) {
        if (ORDER.indexOf(link.standing) > strength || steps.has(link.child)) continue;
        steps.set(link.child, steps.get(parent)! + 1);
        queue.push(link.child);
        if (!found.has(link.child))
          found.set(link.child, descendant(index, link.child, steps.get(link.child)!, standing, at));
      }
    }
  }
  return [...found.values()].sort((a, b) => a.steps - b.steps || (a.id < b.id ? -1 : 1));
}

/** Since when each model is tied to it: the earliest moment at which a whole way stood in the log. */
export function earliestWays(
  of: ModelId,
  links: readonly DescentLink[],
): Map<ModelId, { entry: number; received: number }> {
  const tied = new Map<ModelId, { entry: number; received: number }>();
  const waiting = new Map<ModelId, DescentLink[]>();
  for (const link of [...links].sort((a, b) => a.entry - b.entry)) {
    const { entry, received } = link;
    if (link.parent !== of && !tied.has(link.parent)) {
      const list = waiting.get(link.parent);
      if (list) list.push(link);
      else waiting.set(link.parent, [link]);
      continue;
    }
    const open = [link];
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.child === of || tied.has(next.child)) continue;
      tied.set(next.child, { entry, received });
      for (const then of waiting.get(next.child) ?? []) open.push(then);
      waiting.delete(next.child);
    }
  }
  return tied;
}

function descendant(index: RegisterIndex, id: ModelId, steps: number, standing: Standing, at: number): Descendant {
  const model: ModelState | undefined = index.models.get(id);
  const withdrawn = model?.withdrawnBy != null && model.withdrawnBy.index <= at;
  return { id, name: model?.name ?? null, steps, standing, withdrawn };
}
