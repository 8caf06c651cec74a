/**
 * The facts of a model: from its files, from a register's log under the gate's own trust, and from the evaluation files at
 * hand, each counted again and taken only where a signed statement in the log names its digest for these weights. Whatever
 * cannot be read becomes a fact that refuses; nothing here throws because a log is away.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../base/error.js";
import { ancestorsOf } from "../../office/gate/ancestors.js";
import { lower95Ppm } from "../../office/gate/evaluations/reading.js";
import { type EvalFact, FACTS_TYPE, type GateFacts } from "../../office/gate/facts.js";
import type { Derivation } from "../../office/register/declarations/derivation.js";
import type { Evaluation, EvaluationCriteria } from "../../office/register/declarations/evaluation.js";
import type { Declaration } from "../../office/register/declarations/statement.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { label, type OriginLabel } from "../../office/register/label/label.js";
import { ordersOn } from "../../office/register/orders/order-reach.js";
import { type Entry, isInForce, type ModelState } from "../../office/register/register-index.js";
import type { Policy } from "../../tlog/policy.js";
import { trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import { loadDeclaration, type Register } from "../register/register.js";
import { auditsOf } from "./audit-facts.js";
import { bodyOf } from "./entry-body.js";
import type { AuditAtHand } from "./read-audit.js";
import { type ReadFiles, readEvaluation } from "./read-evaluation.js";

const DAY_SECONDS = 86_400;
const EVALUATION_FILES_MAX = 1000;

export interface SignatureFact {
  state: GateFacts["signature"];
  /** Name of the key in the register, or of the certificate. */
  signer: string | null;
}

interface Gathering {
  /** Null where the log could not be opened under the gate's trust. */
  register: Pick<Register, "index" | "head" | "checkpoint" | "object" | "where" | "read"> | null;
  trust: Policy;
  model: ModelId | null;
  signature: SignatureFact;
  evaluations: readonly ReadFiles[];
  audits: readonly AuditAtHand[];
  /** Unix seconds. */
  now: number;
}

/** The facts; a pure reading of what is given. @throws nothing but what a broken store throws */
export async function gatherFacts(given: Gathering): Promise<GateFacts> {
  const { register, trust, model: id, signature, now } = given;
  const at = text(now);
  const none: GateFacts = {
    type: FACTS_TYPE,
    at,
    model: id,
    name: null,
    signature: signature.state,
    signer: signature.signer,
    log: null,
    declared: false,
    withdrawn: false,
    orders: [],
    ancestors: [],
    cutShort: false,
    challengesOpen: 0,
    origin: {},
    licences: null,
    audits: [],
    evaluations: [],
    unknownEntries: 0,
  };
  if (!register) return none;
  const { index, head } = register;
  const trusted = trustCheckpoint(register.checkpoint, trust);
  const newest = trusted.cosigned.at(-1)?.time ?? null;
  const log = {
    origin: head.origin,
    size: head.size,
    root: `sha256:${Buffer.from(head.root).toString("hex")}`,
    cosigned: newest === null ? null : text(newest),
    ageSeconds: newest === null ? null : Math.max(0, now - newest),
    cosigners: trusted.cosigners.length,
  };
  if (id === null) return { ...none, log };
  const held = new Map<number, Promise<Declaration>>();
  const load = (entry: Entry) => {
    const loading = held.get(entry.index) ?? loadDeclaration(register, entry);
    held.set(entry.index, loading);
    return loading;
  };
  const model = index.models.get(id) ?? null;
  const orders = await ordersOn(index, id, now, load);
  const { ancestors, cutShort } = await ancestorsOf(index, id, load);
  const unknown = index.foreignAboutAny([id, ...ancestors.map((each) => each.id)]);
  const about = model ? index.foreignAbout(model) : [];
  const shown =
    model && about.length === 0
      ? await label(index, model, load, { ...head, cosigners: trusted.cosigners, checkedAt: now, orders })
      : null;
  return {
    ...none,
    name: model?.name ?? null,
    log,
    declared: model?.entries.some(({ kind }) => kind !== "order" && kind !== "finding") ?? false,
    withdrawn: model?.withdrawnBy != null,
    orders: orders.map(({ order, authority, effect, state, reach, onName, until }) => ({
      order,
      authority,
      effect,
      state,
      reach: reach === "self" ? ("self" as const) : ("ancestor" as const),
      on: onName,
      until,
    })),
    ancestors,
    cutShort,
    challengesOpen: model ? index.openChallenges(model).length : 0,
    origin: originOf(shown),
    licences: model ? await licencesOf(index.inForce(model, "derivation"), load) : null,
    audits: model ? await auditsOf({ audits: given.audits, index, now }, model, load) : [],
    evaluations: model ? await evaluationsOf(given, model, load) : [],
    unknownEntries: new Set([...unknown, ...about].map((entry) => entry.index)).size,
  };
}

function text(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** The highest step that each fact of the origin reached. */
function originOf(shown: OriginLabel | null): GateFacts["origin"] {
  const steps: GateFacts["origin"] = {};
  for (const fact of shown?.facts ?? [])
    steps[fact.fact] =
      fact.status === "not-declared"
        ? "not declared"
        : fact.reproduced
          ? "reproduced"
          : fact.audited
            ? "audited"
            : fact.witnessed.length > 0
              ? "witnessed"
              : fact.logged !== null
                ? "logged"
                : fact.signed
                  ? "signed"
                  : "declared";
  return steps;
}

async function licencesOf(derivations: readonly Entry[], load: (entry: Entry) => Promise<Declaration>) {
  const found = new Set<string>();
  for (const entry of derivations) {
    const { licence } = bodyOf<Derivation>(await load(entry));
    if (licence !== null) found.add(licence);
  }
  return [...found];
}

/** Evaluations at hand that a signed statement in force about this model names by digest. */
async function evaluationsOf(
  { evaluations, now, register }: Gathering,
  model: ModelState,
  load: (entry: Entry) => Promise<Declaration>,
): Promise<EvalFact[]> {
  const statements: { entry: Entry; says: Evaluation }[] = [];
  for (const entry of model.entries)
    if (entry.puts === "evaluation" && isInForce(entry)) statements.push({ entry, says: bodyOf(await load(entry)) });
  const declarer = register!.index.declarer(model);
  const criteria: { entry: Entry; says: EvaluationCriteria }[] = [];
  for (const entry of model.entries)
    if (entry.puts === "evaluation-criteria" && isInForce(entry))
      criteria.push({ entry, says: bodyOf(await load(entry)) });
  /** By whoever states the results: another's criteria are nobody's promise. Null where none were entered. */
  const cameFirst = (by: (typeof statements)[number], suite: string, metric: string): boolean | null => {
    const about = criteria.filter(
      ({ entry, says }) =>
        entry.keyId === by.entry.keyId &&
        says.suite.name === suite &&
        says.criteria.some((each) => each.metric === metric),
    );
    if (about.length === 0) return null;
    const began = Date.parse(by.says.evaluatedAt) / 1000;
    return about.some(({ entry }) => entry.index < by.entry.index && entry.record.received <= began);
  };
  return evaluations.flatMap(({ reading, digest }) => {
    const named = statements.filter(({ says }) => says.log?.digest === digest);
    // An auditor's word counts for more than the maker's about the same file.
    const auditor = named.find(({ entry }) => entry.roles.includes("auditor") && entry.keyId !== declarer);
    const by = auditor ?? named.find(({ entry }) => entry.keyId === declarer);
    if (!by) return [];
    const faults = [...new Set(reading.faults.map(({ name }) => name))];
    return reading.counts.map((count) => ({
      tool: reading.tool,
      suite: reading.suite,
      version: reading.version,
      metric: count.metric,
      k: count.k,
      n: count.n,
      lower95Ppm: lower95Ppm(count),
      assurance: auditor ? ("auditor" as const) : ("self" as const),
      boundTo: model.id,
      ageDays: Math.max(0, Math.floor((now - Date.parse(by.says.evaluatedAt) / 1000) / DAY_SECONDS)),
      faults,
      criteriaFirst: cameFirst(by, reading.suite, count.metric),
    }));
  });
}

/** Every evaluation in a folder, or the one file. @throws what a file that is none says */
export async function evaluationsAt(path: string): Promise<ReadFiles[]> {
  const names = await readdir(path).catch(() => null);
  if (names === null) return [await readEvaluation(path)];
  // Samples belong to the results beside them.
  const files = names.filter((name) => /\.(eval|json|jsonl)$/.test(name) && !name.startsWith("samples_")).sort();
  if (files.length > EVALUATION_FILES_MAX)
    throw new AssayError("LIMIT", `evaluations: expected at most ${EVALUATION_FILES_MAX} files, got ${files.length}`);
  return Promise.all(files.map((name) => readEvaluation(join(path, name))));
}
