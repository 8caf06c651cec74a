/**
 * The gate under altered facts, and the time of a standing gate's verdict. Figures of validation/gate.md.
 *   npm run build && node validation/gate.study.ts facts [altered records, default 100000]
 *   npm run build && node validation/gate.study.ts time [models of the register, default 1000000]
 * Seeded; the first takes some minutes, the second holds the register in memory (1.5 GB for a million models).
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { GateKeeper } from "../dist/app/gate/keeper.js";
import { DESCENTS } from "../dist/app/known.js";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Digest } from "../dist/base/digest.js";
import { AssayError } from "../dist/base/error.js";
import { prng } from "../dist/base/prng.js";
import { cedarEngine } from "../dist/host/rules/cedar.js";
import { FACTS_TYPE, type GateFacts } from "../dist/office/gate/facts.js";
import type { GatePolicy } from "../dist/office/gate/gate-policy.js";
import { judge } from "../dist/office/gate/verdict.js";
import { parseAppendPolicy } from "../dist/office/register/append-policy.js";
import { policyRecord } from "../dist/office/register/register-entry.js";
import { RegisterIndex } from "../dist/office/register/register-index.js";
import { checkpointText } from "../dist/tlog/checkpoint.js";
import { signerOf } from "../dist/tlog/cosignature.js";
import { encodeVerifierKey, secretKeyOf } from "../dist/tlog/note-keys.js";
import { parsePolicy } from "../dist/tlog/policy.js";
import { encodeNote, signNote } from "../dist/tlog/signed-note.js";

const OUT = "validation/gate.json";
const figures: Record<string, unknown> = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
const save = () => writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);

const NOW = 1_790_000_000;
const text = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const DIGEST = `sha256:${"1".repeat(64)}` as const;
const POLICY: GatePolicy = {
  type: "assay/gate-policy/v1",
  name: "study",
  logAgeSecondsMax: 86_400,
  validSeconds: 3600,
  refusedEffects: ["suspend", "recall"],
  refuseWhileNoticed: false,
  signature: true,
  signers: null,
  declared: true,
  challengesOpenMax: 0,
  origin: { providerSeat: "logged" },
  licences: ["mit"],
  audit: null,
  tests: [],
};
const RULES = new Map([
  ["rules.cedar", '@id("signed") permit (principal, action, resource) when { context.signature == "holds" };'],
]);
const order: GateFacts["orders"][number] = {
  order: DIGEST,
  authority: "court.example",
  effect: "suspend",
  state: "in force",
  reach: "self",
  on: "north/m",
  until: null,
};
const GOOD: GateFacts = {
  type: FACTS_TYPE,
  at: text(NOW),
  model: DIGEST,
  name: "north/m",
  signature: "holds",
  signer: "North",
  log: { origin: "log.example", size: 5, root: DIGEST, cosigned: text(NOW - 60), ageSeconds: 60, cosigners: 2 },
  declared: true,
  withdrawn: false,
  orders: [],
  ancestors: [],
  cutShort: false,
  challengesOpen: 0,
  origin: { providerSeat: "witnessed" },
  licences: ["mit"],
  audits: [],
  evaluations: [],
  unknownEntries: 0,
};

if (process.argv[2] === "time") await time(Number(process.argv[3] ?? 1_000_000));
else await altered(Number(process.argv[3] ?? 100_000));

// biome-ignore lint/suspicious/noExplicitAny: what is altered has no type any more
type Loose = any;

/** Each record has one thing that must refuse, and one place of it altered besides. */
async function altered(count: number): Promise<void> {
  const engine = await cedarEngine(RULES);
  const good = judge(GOOD, POLICY, RULES, engine).allow;
  const refusing: [string, (facts: Loose) => void, string[]][] = [
    ["an order on the model", (f) => f.orders.push(order), ["orders"]],
    ["an order on an ancestor", (f) => f.orders.push({ ...order, reach: "ancestor" }), ["orders"]],
    [
      "no log",
      (f) => {
        f.log = null;
      },
      ["log"],
    ],
    [
      "a stale log",
      (f) => {
        f.log.ageSeconds = 90_000;
        f.log.cosigned = text(NOW - 90_000);
      },
      ["log"],
    ],
    [
      "no witness",
      (f) => {
        f.log.cosigned = null;
        f.log.ageSeconds = null;
      },
      ["log"],
    ],
    [
      "a walk cut short",
      (f) => {
        f.cutShort = true;
      },
      ["cutShort"],
    ],
    [
      "unknown entries",
      (f) => {
        f.unknownEntries = 1;
      },
      ["unknownEntries"],
    ],
    [
      "no id",
      (f) => {
        f.model = null;
      },
      ["model"],
    ],
    [
      "a signature that does not hold",
      (f) => {
        f.signature = "does not hold";
      },
      ["signature"],
    ],
    [
      "undeclared",
      (f) => {
        f.declared = false;
      },
      ["declared"],
    ],
    [
      "withdrawn",
      (f) => {
        f.withdrawn = true;
      },
      ["withdrawn"],
    ],
    [
      "challenged",
      (f) => {
        f.challengesOpen = 1;
      },
      ["challengesOpen"],
    ],
    [
      "no licence",
      (f) => {
        f.licences = null;
      },
      ["licences"],
    ],
    [
      "an origin not declared",
      (f) => {
        f.origin = {};
      },
      ["origin"],
    ],
  ];
  const values: unknown[] = [
    undefined,
    null,
    "",
    "allow",
    "in force",
    0,
    1,
    -1,
    1e308,
    Number.NaN,
    true,
    false,
    [],
    {},
    [null],
    [order],
    "sha256:x",
    DIGEST,
    text(NOW),
  ];
  const random = prng("assay/gate/altered", "v1");
  const pick = <T>(list: readonly T[]) => list[random.below(list.length)]!;
  let [allowed, judged, refusedBySchema] = [0, 0, 0];
  const byKind: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const [kind, spoil, own] = pick(refusing);
    const facts = structuredClone(GOOD) as unknown as Loose;
    spoil(facts);
    // Any place but the one that refuses: altering that one makes another set of facts.
    const places = Object.keys(facts).filter((key) => !own.includes(key));
    const place = pick(places);
    const inner =
      facts[place] && typeof facts[place] === "object" && !Array.isArray(facts[place])
        ? pick([null, ...Object.keys(facts[place])])
        : null;
    const value = pick(values);
    const at = inner === null ? facts : facts[place];
    const key = inner === null ? place : inner;
    if (value === undefined) delete at[key];
    else at[key] = value;
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    try {
      if (judge(facts, POLICY, RULES, engine).allow) allowed++;
      judged++;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      refusedBySchema++;
    }
  }
  figures.facts = {
    seed: "assay/gate/altered/v1",
    altered: count,
    goodIsAllowed: good,
    judged,
    refusedBySchema,
    allowed,
    byKind,
  };
  save();
  console.log(figures.facts);
}

/** A standing gate's verdict against a look-up in a map and one signature check, in one run. */
async function time(models: number): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const policyBytes = utf8(
    JSON.stringify({
      type: "assay/register-policy/v1",
      keys: [{ name: "North", publicKey: pem, roles: ["publisher"], names: ["*"] }],
    }),
  );
  const policy = parseAppendPolicy(policyBytes, "policy");
  const key = [...policy.keys()][0]!;
  const index = new RegisterIndex(DESCENTS);
  index.add(policyRecord(sha256Digest(policyBytes) as `sha256:${string}`, NOW), policy);
  const idOf = (n: number) => sha256Digest(utf8(`model ${n}`));
  const ids: string[] = [];
  for (let n = 0; n < models; n++) {
    const id = idOf(n);
    if (n % 1000 === 0) ids.push(id);
    index.add(
      {
        type: "assay/register-entry/v1",
        kind: "training-run",
        model: id as never,
        name: `north/m${n}`,
        statement: sha256Digest(utf8(`statement ${n}`)),
        bundle: sha256Digest(utf8(`bundle ${n}`)),
        key,
        issued: text(NOW),
        received: NOW,
      } as never,
      null,
    );
  }
  const log = secretKeyOf("log.example", "ed25519", new Uint8Array(32).fill(3));
  const witness = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
  const trust = parsePolicy(utf8(`log ${encodeVerifierKey(log)}\nwitness W ${encodeVerifierKey(witness)}\nquorum W\n`));
  const root = new Uint8Array(32).fill(9);
  const checkpoint = encodeNote(
    signNote(checkpointText({ origin: log.name, size: index.size, root, extensions: [] }), [
      signerOf(log, 0),
      signerOf(witness, NOW),
    ]),
  );
  const register = {
    where: "memory",
    read: async () => null,
    object: async () => null,
    index,
    head: { origin: log.name, size: index.size, root, extensions: [] },
    checkpoint,
  };
  const open: GatePolicy = { ...POLICY, signature: false, origin: {}, licences: null };
  const rules = new Map([["rules.cedar", "permit (principal, action, resource) when { context.declared };"]]);
  const engine = await cedarEngine(rules);
  const keeper = GateKeeper.over(register as never, { policy: open, rules, engine, trust }, () => NOW + 30);
  for (const id of ids) if (!(await keeper.verdict(id as never)).allow) throw new Error("expected an allow");
  const message = utf8("a receipt of 1 kB".padEnd(1024));
  const signature = sign("sha256", message, createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" })));
  const publicObject = createPublicKey(pem);
  const map = new Map(ids.map((id) => [id, id]));
  const rounds = 5;
  const ratios: number[] = [];
  const times: { verdict: number; lookUp: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    let start = process.hrtime.bigint();
    for (const id of ids) await keeper.verdict(id as never);
    const verdict = Number(process.hrtime.bigint() - start) / ids.length / 1000;
    start = process.hrtime.bigint();
    for (const id of ids)
      if (!map.get(id) || !verify("sha256", message, publicObject, signature)) throw new Error("expected a signature");
    const lookUp = Number(process.hrtime.bigint() - start) / ids.length / 1000;
    ratios.push(verdict / lookUp);
    times.push({ verdict, lookUp });
  }
  ratios.sort((a, b) => a - b);
  figures.time = {
    models,
    asked: ids.length,
    rounds,
    microseconds: times,
    ratios,
    median: ratios[Math.floor(rounds / 2)],
  };
  save();
  console.log(figures.time);
}
