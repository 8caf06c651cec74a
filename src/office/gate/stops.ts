/**
 * Reasons that refuse before any deployer's rule is asked: an order on the model or on what it stems from, a log that is
 * stale or cannot be read, a model that has no digest here, entries nobody here can read, a walk cut short. Then what the
 * deployer's `gate.json` asks. Each reason has a name, what was seen, and what would cure it. Pure, and total: whatever the
 * facts are, there is an answer, and no missing fact is an allow.
 */
import type { EvalFact, GateFacts, OrderFact } from "./facts.js";
import { TIERS } from "./facts.js";
import type { GatePolicy } from "./gate-policy.js";

export interface Reason {
  rule: string;
  says: string;
  cure: string;
}

/** Clocks of honest machines differ by seconds. */
const CLOCK_MS_MAX = 600_000;
const ALWAYS: ReadonlySet<OrderFact["effect"]> = new Set(["suspend", "recall"]);

/** Every reason to refuse, in the order in which they are looked for; none is an allow by this code. */
export function stopsOf(facts: GateFacts, policy: GatePolicy): Reason[] {
  const found: Reason[] = [];
  const stop = (rule: string, says: string, cure: string) => found.push({ rule, says, cure });
  if (facts.model === null)
    stop(
      "unknown-model",
      "the files give no id that is known here",
      "declare the model in the register, or name it by its digest",
    );
  log(facts, policy, stop);
  if (facts.cutShort)
    stop(
      "walk-cut-short",
      "the walk over what the model stems from did not end",
      "ask a register that can walk it whole",
    );
  if (facts.unknownEntries > 0)
    stop(
      "unknown-entries",
      `${facts.unknownEntries} entries of kinds unknown here speak of the model or of what it stems from`,
      "judge with a version that knows them",
    );
  for (const each of facts.orders) orders(each, policy, stop);
  if (facts.signature === "does not hold")
    stop("signature", "the signature of the files does not hold", "take the files from their publisher again");
  if (facts.withdrawn) stop("withdrawn", "the model's declarer withdrew it", "ask the declarer for what replaces it");
  asked(facts, policy, stop);
  for (const test of policy.tests) tests(facts, test, stop);
  return found;
}

type Stop = (rule: string, says: string, cure: string) => void;

function log({ log: head, at }: GateFacts, { logAgeSecondsMax }: GatePolicy, stop: Stop): void {
  if (head === null)
    stop(
      "log-unreadable",
      "the register's log could not be read or does not hold",
      "make it reachable, then ask again",
    );
  else if (head.cosigned === null || head.ageSeconds === null)
    stop(
      "log-unwitnessed",
      "no witness's time stands under the log",
      "name witnesses in the policy that trusts the log",
    );
  else if (head.ageSeconds > logAgeSecondsMax)
    stop(
      "log-stale",
      `the newest cosignature is ${head.ageSeconds} s old, at most ${logAgeSecondsMax} s are taken`,
      "wait for the log's next checkpoint, or read it from another place",
    );
  else if (Date.parse(head.cosigned) > Date.parse(at) + CLOCK_MS_MAX)
    stop("clock", "the newest cosignature lies in the future of this machine", "set this machine's clock");
}

function orders({ order, authority, effect, state, reach, on }: OrderFact, policy: GatePolicy, stop: Stop): void {
  const whom = reach === "self" ? "the model" : `${on}, from which it stems`;
  const says = `${effect} by ${authority}, ${state}, on ${whom} (${order.slice(0, 19)}…)`;
  if (state === "in force" && (ALWAYS.has(effect) || policy.refusedEffects.includes(effect)))
    stop(
      reach === "self" ? "order" : "order-on-ancestor",
      says,
      reach === "self"
        ? "have the order lifted by its authority"
        : "be heard by the authority and spared by name, or have the order lifted",
    );
  else if (
    policy.refuseWhileNoticed &&
    (state === "noticed" || state === "awaiting hearing" || state === "not yet in force")
  )
    stop("order-noticed", says, "wait for the hearing, or set refuseWhileNoticed to false");
}

function asked(facts: GateFacts, policy: GatePolicy, stop: Stop): void {
  const { signature, signer, declared, challengesOpen, origin, licences, audits } = facts;
  if (policy.signature && signature !== "holds" && signature !== "does not hold")
    stop("unsigned", `the signature of the files is ${signature}`, "sign the files (assay register sign)");
  if (policy.signers !== null && (signer === null || !policy.signers.includes(signer)))
    stop("signer", `signed by ${signer ?? "nobody known"}`, "have one of the signers that the policy names sign");
  if (policy.declared && !declared) stop("undeclared", "nobody declared the model", "declare it in the register");
  if (challengesOpen > policy.challengesOpenMax)
    stop(
      "challenged",
      `${challengesOpen} open challenge${challengesOpen === 1 ? "" : "s"}`,
      "answer and close the challenges",
    );
  for (const [fact, least] of Object.entries(policy.origin)) {
    const stands = origin[fact] ?? "not declared";
    if (TIERS.indexOf(stands) < TIERS.indexOf(least))
      stop("origin", `${fact}: ${stands}, at least ${least} is asked`, `show ${fact} as ${least} in the register`);
  }
  if (policy.licences !== null) {
    const { licences: taken } = policy;
    const foreign =
      licences === null || licences.length === 0 ? ["no licence"] : licences.filter((each) => !taken.includes(each));
    if (foreign.length > 0) stop("licence", foreign.join(", "), "take a model under a licence that the policy names");
  }
  if (audits.some(({ status }) => status === "contradicted"))
    stop(
      "audit-contradicted",
      "an audit contradicts what the maker committed to",
      "read the audit's report; ask the maker",
    );
  if (policy.audit) {
    const { boundPpmMax, ageDaysMax } = policy.audit;
    const good = audits.some(
      ({ status, boundPpm, ageDays }) =>
        status === "bounded" && boundPpm !== null && boundPpm <= boundPpmMax && ageDays <= ageDaysMax,
    );
    if (!good)
      stop(
        "audit",
        `no audit of at most ${ageDaysMax} days bounds bad rows at ${boundPpmMax} ppm`,
        "have the run audited (assay audit draw)",
      );
  }
}

function tests({ evaluations, model }: GateFacts, test: GatePolicy["tests"][number], stop: Stop): void {
  const about = evaluations.filter(({ suite, metric }) => suite === test.suite && metric === test.metric);
  const name = `${test.suite}, ${test.metric}`;
  if (about.length === 0) stop("test-missing", name, "run the suite and enter its results for this model");
  const faults = about.map((each) => faultOfTest(each, test, model));
  if (about.length > 0 && faults.every((fault) => fault !== null))
    stop("test", `${name}: ${faults[0]}`, "run the suite whole on these weights and enter it");
}

function faultOfTest(held: EvalFact, test: GatePolicy["tests"][number], model: string | null): string | null {
  if (held.boundTo !== model) return `its results are about ${held.boundTo.slice(0, 19)}…, other weights`;
  if (held.faults.length > 0) return held.faults.join(", ");
  if (test.assurance === "auditor" && held.assurance !== "auditor")
    return "entered by the maker, an auditor is asked for";
  if (held.ageDays > test.ageDaysMax) return `${held.ageDays} days old, at most ${test.ageDaysMax} are taken`;
  if (test.criteriaFirst && held.criteriaFirst !== true)
    return "its criteria do not stand in the log before its results";
  return held.lower95Ppm >= test.lower95Ppm
    ? null
    : `${held.k} of ${held.n}: the lower bound is ${held.lower95Ppm} ppm, ${test.lower95Ppm} are asked`;
}
