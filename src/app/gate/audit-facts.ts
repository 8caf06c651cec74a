/**
 * What audits say of a model: an auditor's entry in force about a statement of the model's, with the report that it names
 * by digest where that is at hand. A bound comes from a report alone, and from the worst of its bounds; an entry whose
 * report is not at hand has none. A report that contradicts these very weights counts though nobody entered it: who
 * holds it would rather not run them.
 */
import type { AuditReport } from "../../office/audit/audit-report.js";
import type { GateFacts } from "../../office/gate/facts.js";
import type { Audit } from "../../office/register/declarations/procedure.js";
import type { Declaration } from "../../office/register/declarations/statement.js";
import { type Entry, isInForce, type ModelState, type RegisterIndex } from "../../office/register/register-index.js";
import { bodyOf } from "./entry-body.js";
import type { AuditAtHand } from "./read-audit.js";

type AuditFact = GateFacts["audits"][number];

const DAY_SECONDS = 86_400;
const FACTS_MAX = 1000;

/** @param now Unix seconds @returns contradicted ones first, so that none is cut off by the limit of facts */
export async function auditsOf(
  { audits, index, now }: { audits: readonly AuditAtHand[]; index: RegisterIndex; now: number },
  model: ModelState,
  load: (entry: Entry) => Promise<Declaration>,
): Promise<AuditFact[]> {
  const declarer = index.declarer(model);
  const facts: AuditFact[] = [];
  const named = new Set<string>();
  for (const entry of model.entries) {
    // The maker's own word about its run is no audit.
    if (entry.puts !== "audit" || !isInForce(entry) || !entry.roles.includes("auditor") || entry.keyId === declarer)
      continue;
    const says = bodyOf<Audit>(await load(entry));
    const held = audits.find(({ digest }) => digest === says.report?.digest);
    const { received } = entry.record;
    const ageDays = Math.max(0, Math.floor((now - received) / DAY_SECONDS));
    if (!held) {
      facts.push({
        run: says.method.slice(0, 200),
        status: says.result === "not-confirmed" ? "unopened" : "bounded",
        boundPpm: null,
        ageDays,
      });
      continue;
    }
    named.add(held.digest);
    const fact = factOf(held.report, model.id, ageDays);
    facts.push(
      says.result === "not-confirmed" && fact.status === "bounded"
        ? { ...fact, status: "unopened", boundPpm: null }
        : fact,
    );
  }
  for (const { report, digest } of audits)
    if (!named.has(digest) && report.status === "contradicted" && report.model === model.id)
      facts.push(factOf(report, model.id, 0));
  const rank = ({ status }: AuditFact) => (status === "contradicted" ? 0 : 1);
  return facts.sort((a, b) => rank(a) - rank(b)).slice(0, FACTS_MAX);
}

/** A report about other weights bounds nothing here; one that names none is bound to these by the auditor's entry. */
function factOf({ run, status, bounds, model }: AuditReport, id: string, ageDays: number): AuditFact {
  const name = run.name.slice(0, 200);
  if (model !== null && model !== id) return { run: name, status: "unopened", boundPpm: null, ageDays };
  if (status === "contradicted") return { run: name, status: "contradicted", boundPpm: null, ageDays };
  if (status !== "no contradiction found" || bounds.length === 0)
    return { run: name, status: "unopened", boundPpm: null, ageDays };
  const worst = Math.max(...bounds.map(({ upper, N }) => (N > 0 ? upper.count / N : 1)));
  return { run: name, status: "bounded", boundPpm: Math.min(1_000_000, Math.ceil(1e6 * worst)), ageDays };
}
