/**
 * The graph of declared derivations around a model: what it was made from, and what was made from it. It shows what was
 * declared; an undeclared origin is a laboratory's business.
 */
import type { ForeignEntry } from "../entries/foreign.js";
import type { Relation } from "./declarations/derivation.js";
import type { ModelId } from "./declarations/vocabulary.js";
import type { Entry, RegisterIndex } from "./register-index.js";

/** A picture of more has no reader, and a hostile graph no end. */
export const LINEAGE_MODELS_MAX = 400;

export interface LineageModel {
  id: ModelId;
  /** Null where nobody declared it. */
  name: string | null;
  withdrawn: boolean;
  openChallenges: number;
  /** Steps from the model asked about. */
  steps: number;
}

interface LineageLink {
  child: ModelId;
  parent: ModelId;
  relation: Relation;
  /** Entry of the log that declares it. */
  entry: number;
  /** Whether the declarer is the publisher, or someone who compiled public facts. */
  compiled: boolean;
}

export interface Lineage {
  type: "assay/lineage/v1";
  question: "made-of" | "derives";
  of: ModelId;
  models: LineageModel[];
  links: LineageLink[];
  /** More is there than is listed; `everDescended` lists all. */
  cut: boolean;
  /** Entries of unknown kinds that speak of one of these models: the graph may be another. */
  foreign: ForeignEntry[];
}

/**
 * Breadth is bounded by LINEAGE_MODELS_MAX, and `cut` says when something was left out; circles end where they began.
 */
export function lineage(index: RegisterIndex, of: ModelId, question: Lineage["question"]): Lineage {
  const models = new Map<ModelId, LineageModel>();
  const links: LineageLink[] = [];
  let cut = false;
  const visit = (id: ModelId, steps: number): boolean => {
    if (models.has(id)) return false;
    if (models.size >= LINEAGE_MODELS_MAX) {
      cut = true;
      return false;
    }
    const model = index.models.get(id);
    models.set(id, {
      id,
      name: model?.name ?? null,
      withdrawn: model?.withdrawnBy != null,
      openChallenges: model ? index.openChallenges(model).length : 0,
      steps,
    });
    return true;
  };
  visit(of, 0);
  const queue: { id: ModelId; steps: number }[] = [{ id: of, steps: 0 }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { id, steps } = next;
    for (const entry of linksOf(index, id, question))
      for (const link of linksIn(entry)) {
        if (question === "derives" && link.parent !== id) continue;
        const end = question === "made-of" ? link.parent : link.child;
        if (visit(end, steps + 1)) queue.push({ id: end, steps: steps + 1 });
        if (models.has(end)) links.push(link);
      }
  }
  const foreign = index.foreignAboutAny(models.keys());
  return { type: "assay/lineage/v1", question, of, models: [...models.values()], links, cut, foreign };
}

function linksOf(index: RegisterIndex, id: ModelId, question: Lineage["question"]): Entry[] {
  if (question === "derives") return index.childLinks(id);
  const model = index.models.get(id);
  return model ? index.inForce(model, "derivation") : [];
}

/** What one declaration links: its bases by its relation, its teachers as taught text. */
function linksIn({ index, record, roles }: Entry): LineageLink[] {
  const { model: child, relation, parents = [], teachers = [] } = record;
  const link = (parent: ModelId, how: Relation): LineageLink => ({
    child,
    parent,
    relation: how,
    entry: index,
    compiled: !roles.includes("publisher"),
  });
  return [
    ...parents.map((parent) => link(parent, relation!)),
    ...teachers.filter((id) => !parents.includes(id)).map((id) => link(id, "distilled")),
  ];
}

/** Whether one of the two is declared to stem from the other, or both from a third, by weights taken over. */
export function declaredKin(index: RegisterIndex, a: ModelId, b: ModelId): boolean {
  const [ofA, ofB] = [ancestors(index, a), ancestors(index, b)];
  return [...ofA].some((id) => ofB.has(id));
}

/** All of them, itself included: an answer must not depend on where a picture is cut. */
function ancestors(index: RegisterIndex, of: ModelId): Set<ModelId> {
  const reached = new Set<ModelId>([of]);
  for (const id of reached)
    for (const entry of linksOf(index, id, "made-of"))
      for (const { parent, relation } of linksIn(entry)) if (relation !== "distilled") reached.add(parent);
  return reached;
}
