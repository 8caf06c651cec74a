/**
 * Whether the gate's engine decides as Cedar's implementation in Go does, on random facts under the shipped policies and
 * rules with every operator that they may use. Figures of validation/gate.md. Needs Go (development only).
 *   npm run build && node validation/gate-cedar.study.ts write REQUESTS [requests, default 30000]
 *   (cd validation/peers/cedar && go mod tidy && go run . < REQUESTS > DECISIONS)
 *   node validation/gate-cedar.study.ts compare REQUESTS DECISIONS
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { cedarEngine, contextOf } from "../dist/host/rules/cedar.js";
import { FACTS_TYPE, type GateFacts } from "../dist/office/gate/facts.js";
import { EFFECTS } from "../dist/office/register/declarations/order.js";
import { ORIGIN_FACTS } from "../dist/office/register/declarations/origin.js";
import { ORDER_STATES } from "../dist/office/register/orders/order-states.js";

const OUT = "validation/gate.json";
const SEED = "assay/gate/cedar/v1";
const [, , verb, requests, more] = process.argv;

const RULES: ReadonlyMap<string, string> = new Map([
  ...["hospital", "bank", "hobbyist"].map((name): [string, string] => [
    name,
    readFileSync(`data/gate/${name}/rules.cedar`, "utf8"),
  ]),
  [
    "numbers",
    'permit (principal, action == Action::"deploy", resource) when { context.log.ageSeconds < 7200 && context.challengesOpen + context.unknownEntries <= 2 };\nforbid (principal, action, resource) when { context.auditBoundPpm > 10000 && context.audits.contains("bounded") };',
  ],
  [
    "sets",
    'permit (principal, action, resource) unless { context.ordersInForce.containsAny(["suspend", "recall"]) };\nforbid (principal, action, resource) when { context.licences.isEmpty() || !["mit", "apache-2.0"].containsAll(context.licences) };',
  ],
  [
    "words",
    'permit (principal, action, resource) when { context.name like "north/*" && (if context.declared then context.origin.providerSeat == "witnessed" else context.signature == "holds") };',
  ],
]);

if (verb === "write") await write();
else compare();

async function write(): Promise<void> {
  const random = prng(SEED, "facts");
  const count = Number(more ?? 30_000);
  const lines: string[] = [];
  const engines = new Map(
    await Promise.all(
      [...RULES].map(async ([name, text]) => [name, await cedarEngine(new Map([[`${name}.cedar`, text]]))] as const),
    ),
  );
  for (let i = 0; i < count; i++) {
    const name = [...RULES.keys()][i % RULES.size]!;
    const facts = factsOf(random);
    const { decision, diagnostics } = engines.get(name)!.judge(facts);
    const uid = (type: string, id: string) => ({ type, id });
    const request = {
      principal: uid("Deployer", "deployer"),
      action: uid("Action", "deploy"),
      resource: uid("Model", facts.model ?? "unknown"),
      context: contextOf(facts),
    };
    lines.push(JSON.stringify({ name, policies: RULES.get(name), request, ours: `${decision} ${diagnostics.length}` }));
  }
  writeFileSync(requests!, `${lines.join("\n")}\n`);
}

function factsOf(random: ReturnType<typeof prng>): GateFacts {
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
  const some = <T>(list: readonly T[]): T[] => list.filter(() => random.below(3) === 0);
  const digest = `sha256:${random.below(16).toString(16).repeat(64)}` as const;
  const states = Object.keys(ORDER_STATES) as (keyof typeof ORDER_STATES)[];
  return {
    type: FACTS_TYPE,
    at: "2026-11-29T00:00:00Z",
    model: digest,
    name: pick(["north/m", "south/*", 'north/"q"', null, "north/ä"]),
    signature: pick(["holds", "does not hold", "missing", "not checked"]),
    signer: pick(["North", null]),
    log: pick([
      null,
      {
        origin: "log.example",
        size: random.below(1e6),
        root: digest,
        cosigned: "2026-11-28T23:00:00Z",
        ageSeconds: random.below(20_000),
        cosigners: random.below(4),
      },
    ]),
    declared: random.below(2) === 0,
    withdrawn: random.below(4) === 0,
    orders: some(EFFECTS).map((effect) => ({
      order: digest,
      authority: "court.example",
      effect,
      state: pick(states),
      reach: pick(["self", "ancestor"] as const),
      on: "x",
      until: null,
    })),
    ancestors: some(["a", "b"]).map((name) => ({
      id: digest,
      name,
      standing: "declared" as const,
      declared: random.below(2) === 0,
    })),
    cutShort: random.below(5) === 0,
    challengesOpen: random.below(3),
    origin: Object.fromEntries(
      some(Object.keys(ORIGIN_FACTS)).map((fact) => [fact, pick(["declared", "witnessed", "logged"] as const)]),
    ),
    licences: pick([null, [], some(["mit", "apache-2.0", "other"])]),
    audits: some(["bounded", "contradicted", "unopened"] as const).map((status) => ({
      run: "r",
      status,
      boundPpm: status === "bounded" ? random.below(30_000) : null,
      ageDays: 1,
    })),
    evaluations: some(["triage", "other"]).map((suite) => ({
      tool: "inspect" as const,
      suite,
      version: null,
      metric: "match",
      k: 30,
      n: 40,
      lower95Ppm: 600_000,
      assurance: "self" as const,
      boundTo: digest,
      ageDays: 1,
      faults: random.below(3) === 0 ? (["limited"] as const).slice() : [],
      criteriaFirst: null,
    })),
    unknownEntries: random.below(3),
  };
}

function compare(): void {
  const asked = readFileSync(requests!, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; ours: string });
  const theirs = readFileSync(more!, "utf8").trim().split("\n");
  if (asked.length !== theirs.length) throw new Error(`expected ${asked.length} decisions, got ${theirs.length}`);
  const byRules: Record<string, { requests: number; allowed: number; different: number }> = {};
  for (const [i, { name, ours }] of asked.entries()) {
    byRules[name] ??= { requests: 0, allowed: 0, different: 0 };
    byRules[name].requests++;
    if (ours.startsWith("allow")) byRules[name].allowed++;
    if (ours !== theirs[i]) byRules[name].different++;
  }
  const figures = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
  figures.cedarGo = { seed: SEED, version: "github.com/cedar-policy/cedar-go v1.9.2", requests: asked.length, byRules };
  writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
  console.log(figures.cedarGo);
}
