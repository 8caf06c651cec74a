/**
 * Cedar (cedarpolicy.com, `@cedar-policy/cedar-wasm`) as the engine of a deployer's rules. Rules are read in strict mode
 * under the schema of the gate's facts when they are loaded: an error or a warning there is an error here. A rule is known
 * by its `@id("…")`, else by its file's name. Lists of records are given to rules as sets of words, since Cedar does not
 * walk over a list.
 */
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import { utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import type { GateFacts } from "../../office/gate/facts.js";
import type { RulesAnswer, RulesEngine } from "../../office/gate/verdict.js";
import { ORIGIN_FACTS } from "../../office/register/declarations/origin.js";

const RULES_MAX = 500;
/** Answers kept, of some kilobytes each. */
const ANSWERS_MAX = 20_000;
const RULES_BYTES_MAX = 1024 * 1024;
/** Said where a number is not known: larger than any that a rule may take. */
const UNKNOWN = 2_000_000_000;

const ORIGIN = Object.keys(ORIGIN_FACTS);

/** What a rule may ask. All attributes are there always. */
export const CEDAR_SCHEMA = `entity Deployer;
entity Model;
action "deploy" appliesTo {
  principal: [Deployer],
  resource: [Model],
  context: {
    name: String,
    signature: String,
    signer: String,
    declared: Bool,
    withdrawn: Bool,
    challengesOpen: Long,
    unknownEntries: Long,
    cutShort: Bool,
    log: { origin: String, size: Long, ageSeconds: Long, cosigners: Long },
    ordersInForce: Set<String>,
    ordersOnAncestors: Set<String>,
    ordersNoticed: Set<String>,
    ancestors: Set<String>,
    ancestorsUndeclared: Set<String>,
    licences: Set<String>,
    origin: { ${ORIGIN.map((fact) => `${fact}: String`).join(", ")} },
    audits: Set<String>,
    auditBoundPpm: Long,
    testsRun: Set<String>,
    testsFaulty: Set<String>,
  },
};
`;

/** @param rules Cedar texts by name @throws FORMAT with the rule's name and what is wrong with it */
export async function cedarEngine(rules: ReadonlyMap<string, string>): Promise<RulesEngine> {
  const cedar = await import("@cedar-policy/cedar-wasm/nodejs");
  const policies = readRules(cedar, rules);
  const set: Cedar.PolicySet = { staticPolicies: policies };
  const validated = cedar.validate({ schema: CEDAR_SCHEMA, policies: set, validationSettings: { mode: "strict" } });
  if (validated.type === "failure") throw malformed("rules", validated.errors[0]?.message ?? "not read");
  for (const { policyId, error } of [...validated.validationErrors, ...validated.validationWarnings])
    throw malformed(policyId, error.message);
  for (const { message } of [...validated.otherWarnings]) throw malformed("rules", message);
  const schema = sha256Digest(utf8(CEDAR_SCHEMA));
  const id = sha256Digest(utf8(JSON.stringify(Object.entries(policies).sort())));
  held(cedar.preparseSchema(schema, CEDAR_SCHEMA));
  held(cedar.preparsePolicySet(id, set));
  // Rules see the log's age in whole minutes, so that one answer serves for that minute.
  const answers = new Map<string, RulesAnswer>();
  return {
    engine: `cedar-wasm ${cedar.getCedarSDKVersion()}, language ${cedar.getCedarLangVersion()}`,
    schema,
    judge: (facts) => {
      const context = JSON.stringify([facts.model, contextOf(facts)]);
      const known = answers.get(context);
      if (known) return known;
      const answer = ask(cedar, { schema, id }, facts);
      if (answers.size >= ANSWERS_MAX) answers.clear();
      answers.set(context, answer);
      return answer;
    },
  };
}

function ask(cedar: typeof Cedar, { schema, id }: { schema: string; id: string }, facts: GateFacts): RulesAnswer {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: "Deployer", id: "deployer" },
    action: { type: "Action", id: "deploy" },
    resource: { type: "Model", id: facts.model ?? "unknown" },
    context: contextOf(facts),
    preparsedSchemaName: schema,
    preparsedPolicySetId: id,
    validateRequest: true,
    entities: [],
  });
  const warnings = answer.warnings.map(({ message }) => ({ rule: "rules", says: message }));
  if (answer.type === "failure")
    return {
      decision: "deny",
      by: [],
      diagnostics: [...answer.errors.map(({ message }) => ({ rule: "rules", says: message })), ...warnings],
    };
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId, error }) => ({ rule: policyId, says: error.message }));
  return { decision, by: [...diagnostics.reason], diagnostics: [...errors, ...warnings] };
}

/** Facts as Cedar reads them. */
export function contextOf(facts: GateFacts): Cedar.Context {
  const inForce = facts.orders.filter(({ state }) => state === "in force");
  const noticed = facts.orders.filter(
    ({ state }) => state === "noticed" || state === "awaiting hearing" || state === "not yet in force",
  );
  const effects = (orders: GateFacts["orders"]) => [...new Set(orders.map(({ effect }) => effect))];
  const test = ({ suite, metric }: GateFacts["evaluations"][number]) => `${suite}, ${metric}`;
  const bounds = facts.audits.flatMap(({ status, boundPpm }) =>
    status === "bounded" && boundPpm !== null ? [boundPpm] : [],
  );
  return {
    name: facts.name ?? "",
    signature: facts.signature,
    signer: facts.signer ?? "",
    declared: facts.declared,
    withdrawn: facts.withdrawn,
    challengesOpen: facts.challengesOpen,
    unknownEntries: facts.unknownEntries,
    cutShort: facts.cutShort,
    log: {
      origin: facts.log?.origin ?? "",
      size: facts.log?.size ?? 0,
      ageSeconds: Math.min(Math.ceil((facts.log?.ageSeconds ?? UNKNOWN) / 60) * 60, UNKNOWN),
      cosigners: facts.log?.cosigners ?? 0,
    },
    ordersInForce: effects(inForce),
    ordersOnAncestors: effects(inForce.filter(({ reach }) => reach === "ancestor")),
    ordersNoticed: effects(noticed),
    ancestors: facts.ancestors.map(({ name, id }) => name ?? id),
    ancestorsUndeclared: facts.ancestors.filter(({ declared }) => !declared).map(({ name, id }) => name ?? id),
    licences: facts.licences ?? [],
    origin: Object.fromEntries(ORIGIN.map((fact) => [fact, facts.origin[fact] ?? "not declared"])),
    audits: [...new Set(facts.audits.map(({ status }) => status))],
    auditBoundPpm: bounds.length === 0 ? UNKNOWN : Math.min(...bounds),
    testsRun: [...new Set(facts.evaluations.filter(({ faults }) => faults.length === 0).map(test))],
    testsFaulty: [...new Set(facts.evaluations.filter(({ faults }) => faults.length > 0).map(test))],
  };
}

/** Every rule of every file under the name by which a person knows it. */
function readRules(cedar: typeof Cedar, rules: ReadonlyMap<string, string>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [file, text] of rules) {
    if (text.length > RULES_BYTES_MAX)
      throw new AssayError("LIMIT", `${file}: expected at most ${RULES_BYTES_MAX} characters`);
    const parts = cedar.policySetTextToParts(text);
    if (parts.type === "failure") throw malformed(file, parts.errors[0]?.message ?? "not read");
    if (parts.policy_templates.length > 0) throw malformed(file, "templates are not taken");
    for (const [i, part] of parts.policies.entries()) {
      const read = cedar.policyToJson(part);
      if (read.type === "failure") throw malformed(file, read.errors[0]?.message ?? "not read");
      const own = read.json.annotations?.id;
      const name =
        own ??
        (parts.policies.length === 1 ? file.replace(/\.cedar$/, "") : `${file.replace(/\.cedar$/, "")} ${i + 1}`);
      if (name in named) throw malformed(file, `two rules are called ${quoted(name)}`);
      named[name] = part;
    }
  }
  const count = Object.keys(named).length;
  if (count === 0)
    throw new AssayError("FORMAT", "rules: expected at least one rule: without a permit nothing is deployed");
  if (count > RULES_MAX) throw new AssayError("LIMIT", `rules: expected at most ${RULES_MAX} rules, got ${count}`);
  return named;
}

function held(answer: Cedar.CheckParseAnswer): void {
  if (answer.type === "failure") throw malformed("rules", answer.errors[0]?.message ?? "not read");
}

function malformed(rule: string, says: string): AssayError {
  return new AssayError("FORMAT", `${rule}: ${says}`);
}
