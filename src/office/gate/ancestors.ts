/**
 * What a model was ever declared or found to stem from, upwards, each with the weakest link of the way that was walked. It
 * counts every declaration, whoever made it and whether it was withdrawn since: a descendant cannot leave by its own word.
 * Which orders reach it is worked out apart, from the order downwards (register/orders/order-reach.ts).
 */
import type { ModelId } from "../register/declarations/vocabulary.js";
import { STANDINGS, type Standing } from "../register/descent.js";
import { findingFacts } from "../register/finding-facts.js";
import type { LoadDeclaration } from "../register/load-declaration.js";
import { type Entry, isInForce, type RegisterIndex } from "../register/register-index.js";

/** No honest model has so many; a walk that would go on is said to be cut short, and refused. */
const ANCESTORS_MAX = 10_000;

interface Ancestor {
  id: ModelId;
  name: string | null;
  standing: Standing;
  /** Whether anybody declared the ancestor itself. */
  declared: boolean;
}

const ORDER = Object.keys(STANDINGS) as Standing[];
const weaker = (a: Standing, b: Standing) => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b);

/** @returns ancestors, nearest first, and whether the walk stopped before its end */
export async function ancestorsOf(
  index: RegisterIndex,
  of: ModelId,
  load: LoadDeclaration,
): Promise<{ ancestors: Ancestor[]; cutShort: boolean }> {
  const found = new Map<ModelId, Ancestor>();
  const queue: { id: ModelId; standing: Standing }[] = [{ id: of, standing: "declared" }];
  for (let next = 0; next < queue.length; next++) {
    const { id, standing } = queue[next]!;
    for (const link of await linksUp(index, id, load)) {
      if (link.parent === of || found.has(link.parent)) continue;
      if (found.size >= ANCESTORS_MAX) return { ancestors: [...found.values()], cutShort: true };
      const model = index.models.get(link.parent);
      const weakest = weaker(standing, link.standing);
      found.set(link.parent, {
        id: link.parent,
        name: model?.name ?? null,
        standing: weakest,
        declared: model?.entries.some(({ kind }) => kind !== "order" && kind !== "finding") ?? false,
      });
      queue.push({ id: link.parent, standing: weakest });
    }
  }
  return { ancestors: [...found.values()], cutShort: false };
}

async function linksUp(index: RegisterIndex, id: ModelId, load: LoadDeclaration) {
  const links: { parent: ModelId; standing: Standing }[] = [];
  const model = index.models.get(id);
  const declarer = model ? index.declarer(model) : null;
  for (const entry of model?.entries ?? []) {
    const { parents = [], teachers = [] } = entry.record;
    const standing = standingOf(entry, declarer);
    for (const parent of [...parents, ...teachers]) links.push({ parent, standing });
  }
  for (const entry of index.findingsNaming(id)) {
    const facts = await findingFacts(entry, load);
    if (facts.suspect !== id || facts.reference === null || facts.outcome !== "supports-hp") continue;
    if (!index.descents.has(facts.proposition)) continue;
    links.push({ parent: facts.reference as ModelId, standing: isInForce(entry) ? "found" : "found-withdrawn" });
  }
  for (const alias of model?.uri ? index.withAddress(model.uri) : [])
    if (alias !== id) links.push({ parent: alias, standing: "same-address" });
  return links;
}

function standingOf(entry: Entry, declarer: string | null): Standing {
  if (entry.keyId !== declarer) return "by-another";
  if (isInForce(entry)) return "declared";
  return entry.correctedBy ? "corrected" : "withdrawn";
}
