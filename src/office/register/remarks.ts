/**
 * Declarations held against each other: what is missing, circular, dated backwards, forbidden, challenged, or calls for
 * the one-third rule; and what a laboratory found beside what is declared. A remark says what does not fit, not who is
 * wrong; a finding is shown as a finding, never as a fault.
 */
import type { Outcome } from "../../finding/finding.js";
import type { Derivation } from "./declarations/derivation.js";
import { licenceConflict } from "./declarations/licences.js";
import type { Origin } from "./declarations/origin.js";
import type { Correction } from "./declarations/procedure.js";
import type { TrainingContent } from "./declarations/training-content.js";
import type { ModelId } from "./declarations/vocabulary.js";
import { findingFacts } from "./finding-facts.js";
import { declaredKin, lineage } from "./lineage.js";
import type { LoadDeclaration } from "./load-declaration.js";
import { ORDER_STATES, type OrderOnModel } from "./orders/order-states.js";
import { type Entry, isInForce, type ModelState, type RegisterIndex } from "./register-index.js";

export const REMARKS = {
  "missing-parent": "A base model is not in the register",
  cycle: "A model is declared to stem from itself",
  "dates-backwards": "A model is older than its base",
  "licence-forbids": "A licence upstream does not fit",
  "challenged-upstream": "A declaration upstream is challenged",
  "withdrawn-upstream": "A model upstream was withdrawn",
  "order-in-force": "An order is in force",
  "order-not-in-force": "An order may come to mean this model",
  "two-in-force": "Two declarations of one kind are in force",
  "bases-differ": "Two declarations name different bases",
  "base-origin-differs": "The declared origin of the base is not what the base declares",
  "above-one-third": "Compute is above one third of the base's",
  "finding-supports-declared": "A finding supports the declared origin",
  "finding-supports-undeclared": "A finding supports an origin that is not declared",
  "finding-against-declared": "A finding speaks against the declared origin",
  "finding-open": "A finding leaves the question open",
  "finding-beside": "A finding is entered beside this model",
  "finding-version-mended": "Something was found since of the version that made a finding",
  "foreign-upstream": "An entry of an unknown kind speaks of a model upstream",
} as const;
type RemarkCode = keyof typeof REMARKS;

export interface Remark {
  code: RemarkCode;
  weight: "fault" | "note" | "finding";
  says: string;
  models: ModelId[];
  /** Entries of the log it rests on. */
  entries: number[];
}

/** Commission guidelines of July 2025: the modifier's compute against the original's. */
const THIRD = 1 / 3;
/** Where the original's compute is not known: a third of the indicative 10^23 FLOP of a general-purpose model. */
const FALLBACK_FLOP = 1e23 / 3;

/** Faults first as they are found; none changes what is in force. */
export async function remarksOn(index: RegisterIndex, model: ModelState, load: LoadDeclaration): Promise<Remark[]> {
  const upstream = lineage(index, model.id, "made-of");
  const remarks: Remark[] = [...(await remarksOnLinks(index, model, load))];
  const called = await namesOfBases(index, model, load);
  for (const { id, name } of upstream.models)
    if (name === null)
      remarks.push(
        fault("missing-parent", `${called.get(id) ?? id} is named as a base and is not declared here`, [id], []),
      );
  const circle = cycleThrough(upstream.links, model.id);
  if (circle)
    remarks.push(
      fault(
        "cycle",
        circle.join(" ← "),
        circle,
        upstream.links.map(({ entry }) => entry),
      ),
    );
  for (const { id, withdrawn, openChallenges, steps } of upstream.models) {
    if (steps === 0) continue;
    const state = index.models.get(id);
    if (!state) continue;
    const entries = index.openChallenges(state).map((entry) => entry.index);
    if (openChallenges > 0)
      remarks.push(note("challenged-upstream", `${state.name}: ${openChallenges} open`, [id], entries));
    if (withdrawn) remarks.push(note("withdrawn-upstream", state.name, [id], [state.withdrawnBy!.index]));
  }
  for (const entry of upstream.foreign)
    remarks.push(note("foreign-upstream", entry.kind ?? entry.type ?? "no kind", [model.id], [entry.index]));
  for (const kind of ["derivation", "origin", "training-content"] as const) {
    const own = index.inForce(model, kind);
    if (own.length > 1)
      remarks.push(
        fault(
          "two-in-force",
          `${kind}: correct or withdraw all but one`,
          [model.id],
          own.map((e) => e.index),
        ),
      );
  }
  for (const entry of index.findingsNaming(model.id).filter(isInForce))
    remarks.push(await besideFinding(index, entry, load));
  return remarks;
}

/** Orders that bind or may come to bind; those that ended are in the list of orders alone. */
export function remarksOnOrders(orders: readonly OrderOnModel[]): Remark[] {
  return orders
    .filter(({ state }) => state !== "lifted" && state !== "expired")
    .map(({ effect, authority, state, on, onName, reach, entry, noticeEnds }) => {
      const whom = reach === "self" ? "" : `; made about ${onName}, from which this is declared or found to stem`;
      const until = state === "noticed" ? ` until ${noticeEnds}` : "";
      const says = `${effect} by ${authority}: ${ORDER_STATES[state]}${until}${whom}`;
      return state === "in force"
        ? fault("order-in-force", says, [on], [entry])
        : note("order-not-in-force", says, [on], [entry]);
    });
}

/** What the model's own declaration calls its bases: a reader knows the name, not the digest of an address. */
async function namesOfBases(
  index: RegisterIndex,
  model: ModelState,
  load: LoadDeclaration,
): Promise<Map<string, string>> {
  const derivations = await bodies<Derivation>(index, model, "derivation", load);
  return new Map(
    derivations
      .flatMap(({ body }) => [...body.bases, ...(body.teachers ?? [])])
      .map(({ id, name }) => [id ?? "", name]),
  );
}

async function remarksOnLinks(index: RegisterIndex, model: ModelState, load: LoadDeclaration): Promise<Remark[]> {
  const remarks: Remark[] = [];
  const [origin] = await bodies<Origin>(index, model, "origin", load);
  const [content] = await bodies<TrainingContent>(index, model, "training-content", load);
  for (const { entry, body } of await bodies<Derivation>(index, model, "derivation", load)) {
    const at = [entry.index];
    for (const base of body.bases) {
      if (base.id === null) {
        remarks.push(
          fault("missing-parent", `${base.name} is named as a base without digest or address`, [model.id], at),
        );
        continue;
      }
      const id = base.id as ModelId;
      const state = index.models.get(id);
      if (!state) continue;
      const pair = [model.id, id];
      for (const { entry: other, body: of } of await bodies<Derivation>(index, state, "derivation", load)) {
        const both = [...at, other.index];
        if (body.released && of.released && before(body.released, of.released))
          remarks.push(
            fault("dates-backwards", `released ${body.released}, its base ${state.name} ${of.released}`, pair, both),
          );
        const conflict = body.relation === "distilled" ? null : licenceConflict(of.licence, body.licence);
        if (conflict) remarks.push(fault("licence-forbids", `${state.name}: ${conflict}`, pair, both));
        const compute = computeRemark(body, of, state.name);
        if (compute) remarks.push(note("above-one-third", compute, pair, both));
      }
      const [baseOrigin] = await bodies<Origin>(index, state, "origin", load);
      const [said, own] = [origin?.body.baseOrigin.countries, baseOrigin?.body.providerSeat.countries];
      if (said && own && !own.some((country) => said.includes(country)))
        remarks.push(
          fault("base-origin-differs", `declared ${said.join(", ")}; ${state.name} declares ${own.join(", ")}`, pair, [
            origin!.entry.index,
            baseOrigin!.entry.index,
          ]),
        );
    }
    if (origin?.body.baseOrigin.status === "not-applicable" && body.bases.length > 0 && body.relation !== "distilled")
      remarks.push(
        fault(
          "base-origin-differs",
          "said to have no base, yet one is declared",
          [model.id],
          [...at, origin.entry.index],
        ),
      );
    if (content && body.relation !== "distilled") {
      const named = new Set(content.body.general.dependencies.map(({ id }) => id));
      const left = body.bases.filter(({ id }) => id !== null && !named.has(id));
      if (left.length > 0)
        remarks.push(
          fault(
            "bases-differ",
            `the training content does not name ${left.map(({ name }) => name).join(", ")}`,
            [model.id],
            [...at, content.entry.index],
          ),
        );
    }
  }
  return remarks;
}

function computeRemark(body: Derivation, base: Derivation, name: string): string | null {
  const own = body.compute.flop === null ? null : Number(body.compute.flop);
  if (own === null || body.relation === "pretrained") return null;
  const original = base.compute.flop === null ? null : Number(base.compute.flop);
  if (original === null)
    return own > FALLBACK_FLOP
      ? `${body.compute.flop} FLOP; that of ${name} is not declared, and a third of 1e23 is exceeded`
      : null;
  return own > original * THIRD
    ? `${body.compute.flop} FLOP against ${base.compute.flop} of ${name}: the modifier may count as a provider of its own`
    : null;
}

async function besideFinding(index: RegisterIndex, entry: Entry, load: LoadDeclaration): Promise<Remark> {
  const { reference, suspect, proposition, outcome } = await findingFacts(entry, load);
  if (reference === null || suspect === null) {
    const says = `${proposition}: ${outcome} (${entry.keyName}); it does not compare two models`;
    return { code: "finding-beside", weight: "finding", says, models: [entry.model], entries: [entry.index] };
  }
  const pair = [reference, suspect];
  const kin = declaredKin(index, pair[0]!, pair[1]!);
  const says = `${proposition}: ${outcome} (${entry.keyName})${kin ? "" : "; no derivation is declared between the two"}`;
  return { code: findingCode(outcome, kin), weight: "finding", says, models: pair, entries: [entry.index] };
}

function findingCode(outcome: Outcome, kin: boolean): RemarkCode {
  if (outcome === "supports-hp") return kin ? "finding-supports-declared" : "finding-supports-undeclared";
  if (outcome === "supports-hd" && kin) return "finding-against-declared";
  return "finding-open";
}

/** A declarer needs one statement of a kind in force; whoever enters thousands is read by the latest. */
const IN_FORCE_READ_MAX = 100;

/** What is in force of a kind, with the declaration itself: a correction's replacement where there is one. */
export async function bodies<T>(
  index: RegisterIndex,
  model: ModelState,
  kind: "derivation" | "origin" | "training-content" | "training-run" | "evaluation",
  load: LoadDeclaration,
): Promise<{ entry: Entry; body: T }[]> {
  return Promise.all(
    index
      .inForce(model, kind)
      .slice(-IN_FORCE_READ_MAX)
      .map(async (entry) => {
        const { predicate, kind: own } = await load(entry);
        return { entry, body: (own === "correction" ? (predicate as Correction).replacement : predicate) as T };
      }),
  );
}

/** Days, months and years are compared as far as both are known. */
function before(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length) < b.slice(0, length);
}

function cycleThrough(links: { child: ModelId; parent: ModelId }[], id: ModelId): ModelId[] | null {
  const parents = new Map<ModelId, ModelId[]>();
  for (const { child, parent } of links) parents.set(child, [...(parents.get(child) ?? []), parent]);
  const from = new Map<ModelId, ModelId>();
  const queue = [id];
  for (let at = queue.shift(); at; at = queue.shift())
    for (const parent of parents.get(at) ?? []) {
      if (parent === id) return pathTo(from, at, id);
      if (!from.has(parent)) {
        from.set(parent, at);
        queue.push(parent);
      }
    }
  return null;
}

function pathTo(from: Map<ModelId, ModelId>, last: ModelId, id: ModelId): ModelId[] {
  const path = [id, last];
  for (let at = last; at !== id && from.has(at); at = from.get(at)!) path.push(from.get(at)!);
  return path.reverse();
}

function fault(code: RemarkCode, says: string, models: ModelId[], entries: number[]): Remark {
  return { code, weight: "fault", says, models, entries };
}

function note(code: RemarkCode, says: string, models: ModelId[], entries: number[]): Remark {
  return { code, weight: "note", says, models, entries };
}
