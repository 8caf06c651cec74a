/**
 * The verdict: allow or not, why, on which facts under which policy, and until when. It is a function of facts and policy,
 * so whoever holds the two makes it again, byte for byte. An allow needs all of: no stop, Cedar says allow, Cedar says
 * nothing else. Cedar alone allows where a `forbid` errs, so any diagnostic of it is a refusal (HOUSE, OFFICE §6).
 */
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { encodeFacts, type GateFacts } from "./facts.js";
import { type GatePolicy, policyDigest } from "./gate-policy.js";
import { type Reason, stopsOf } from "./stops.js";

const VERDICT_TYPE = "assay/gate-verdict/v1";

/** What the deployer's own rules said. */
export interface RulesAnswer {
  decision: "allow" | "deny";
  /** Names of the rules that decided. */
  by: string[];
  /** Errors and warnings, each with the name of its rule; any refuses. */
  diagnostics: { rule: string; says: string }[];
}

/** Cedar behind one function; `engine` is its name and version. */
export interface RulesEngine {
  engine: string;
  schema: Digest;
  judge(facts: GateFacts): RulesAnswer;
}

export interface GateVerdict {
  type: typeof VERDICT_TYPE;
  allow: boolean;
  model: string | null;
  reasons: Reason[];
  facts: Digest;
  policy: Digest;
  schema: Digest;
  /** Root of the log's tree that it rests on; null where no log could be read. */
  checkpoint: string | null;
  engine: string;
  at: string;
  validUntil: string;
}

/** @param rules the deployer's Cedar policies, by name, as text; what `engine` was made from */
export function judge(
  facts: GateFacts,
  policy: GatePolicy,
  rules: ReadonlyMap<string, string>,
  engine: RulesEngine,
): GateVerdict {
  // Facts of another form must not reach a rule.
  const digest = sha256Digest(encodeFacts(facts));
  const reasons = stopsOf(facts, policy);
  // Rules are asked though a stop stands, so that a refusal names every cure at once.
  reasons.push(...reasonsOfRules(answerOf(engine, facts)));
  return {
    type: VERDICT_TYPE,
    allow: reasons.length === 0,
    model: facts.model,
    reasons,
    facts: digest,
    policy: policyDigest(policy, rules),
    schema: engine.schema,
    checkpoint: facts.log?.root ?? null,
    engine: engine.engine,
    at: facts.at,
    validUntil: new Date(Date.parse(facts.at) + policy.validSeconds * 1000).toISOString().replace(".000Z", "Z"),
  };
}

function answerOf(engine: RulesEngine, facts: GateFacts): RulesAnswer {
  try {
    return engine.judge(facts);
  } catch (error) {
    return { decision: "deny", by: [], diagnostics: [{ rule: "rules", says: (error as Error).message.slice(0, 300) }] };
  }
}

function reasonsOfRules({ decision, by, diagnostics }: RulesAnswer): Reason[] {
  const reasons = diagnostics.map(({ rule, says }) => ({
    rule: "rules-erred",
    says: `${rule}: ${says}`,
    cure: "mend the rule: one that errs decides nothing",
  }));
  if (decision !== "allow" && reasons.length === 0)
    reasons.push(
      by.length === 0
        ? {
            rule: "no-permit",
            says: "no rule of the deployer permits it",
            cure: "write a permit that fits it, or do not deploy it",
          }
        : { rule: by.join(", "), says: "refused by the deployer's rule of this name", cure: "see the rule's own text" },
    );
  return reasons;
}

/** Bytes of a verdict: canonical JSON. */
export function encodeVerdict(verdict: GateVerdict): Uint8Array {
  return canonicalJsonBytes(verdict);
}
