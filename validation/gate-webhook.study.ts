/**
 * The admission webhook as a cluster uses it: over TLS, 200 reviews a second, the log growing meanwhile; then with an order,
 * with the log gone, and with the process killed. Figures of validation/gate.md. Needs openssl for the certificate.
 *   npm run build && node validation/gate-webhook.study.ts [seconds, default 30]
 */
import { execFileSync, spawn } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openWitness } from "../dist/app/log/witness.js";
import { appendDeclarations, initRegister } from "../dist/app/register/register.js";
import { utf8 } from "../dist/base/bytes.js";
import { sha256Digest } from "../dist/base/digest.js";
import { parseEcdsaKey } from "../dist/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../dist/evidence/signed-statement.js";
import { encodeDeclaration } from "../dist/office/register/declarations/statement.js";
import { encodeAuthorityPolicy } from "../dist/office/register/orders/authority-policy.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../dist/tlog/note-keys.js";
import { parsePolicy } from "../dist/tlog/policy.js";
import { serveWitness } from "../dist/web/log-server.js";

const OUT = "validation/gate.json";
const SECONDS = Number(process.argv[2] ?? 30);
const RATE = 200;
const MODELS = 200;

const folder = mkdtempSync(join(tmpdir(), "assay-gate-study-"));
const [log, gate] = [join(folder, "log"), join(folder, "gate")];
const issued = `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`;
const party = (name: string, roles: string[]) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
  return {
    name,
    roles,
    pem,
    id: parseEcdsaKey(pem, "study").id,
    sign: (m: Uint8Array) => new Uint8Array(sign("sha256", m, key)),
  };
};
const [north, court, judge] = [party("Northwind", ["publisher"]), party("Court", ["authority"]), party("Judge", [])];
const idOf = (n: number) => sha256Digest(utf8(`model ${n}`));
const bundle = (by: typeof north, n: number, kind: string, predicate: object) => {
  const statement = encodeDeclaration({
    subject: { name: `northwind/m${n}`, id: idOf(n), uri: null },
    kind,
    predicate,
  } as never);
  return encodeSignedStatement(statement, by.sign(toBeSigned(statement)), by.id);
};
const derivation = {
  issued,
  relation: "pretrained",
  bases: [],
  licence: "mit",
  compute: { flop: null },
  released: null,
};
const keys = [north, court].map(({ name, pem, roles }) => ({ name, publicKey: pem, roles, names: ["*"] }));

cpSync("data/gate/hobbyist", gate, { recursive: true });
const { verifierKeys } = await initRegister(
  log,
  "register.example/log",
  utf8(JSON.stringify({ type: "assay/register-policy/v1", keys })),
);
const secret = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
const desk = await openWitness({
  folder: join(folder, "seen"),
  key: secret,
  logs: verifierKeys.map((text) => parseVerifierKey(text)),
  now: () => Math.floor(Date.now() / 1000),
});
const witness = await serveWitness(desk, 0);
const lines = `log ${verifierKeys[0]}\nwitness W ${encodeVerifierKey(secret)} ${witness.url}\nquorum W\n`;
writeFileSync(join(gate, "log.policy"), lines);
const trust = parsePolicy(utf8(lines));
await appendDeclarations(
  log,
  Array.from({ length: MODELS }, (_, n) => bundle(north, n, "derivation", derivation)),
  trust,
);
const authority = encodeAuthorityPolicy({
  issued,
  authority: "court.example",
  previous: null,
  effective: issued,
  keys: [{ name: "Judge", publicKey: judge.pem, effects: ["suspend"] }],
  reason: "first keys",
});
await appendDeclarations(log, [encodeSignedStatement(authority, court.sign(toBeSigned(authority)), court.id)], trust);

const [cert, certKey] = [join(folder, "tls.crt"), join(folder, "tls.key")];
execFileSync(
  "openssl",
  [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    certKey,
    "-out",
    cert,
    "-days",
    "1",
    "-subj",
    "/CN=localhost",
  ],
  { stdio: "ignore" },
);
/** A server of its own; `clock` seconds ahead of this machine. */
async function serve(clock = 0) {
  const ahead = `data:text/javascript,const now = Date.now; Date.now = () => now() + ${1000 * clock}`;
  const child = spawn(
    process.execPath,
    [
      ...(clock === 0 ? [] : ["--import", ahead]),
      resolve("dist/command/main.js"),
      ...["gate", "serve", "--policy", gate, "--register", log, "--port", "0"],
      ...["--tls-cert", cert, "--tls-key", certKey, "--every", "1"],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const listens = await new Promise<number>((ready) =>
    child.stderr!.on("data", (data) => {
      const found = /:(\d+), log of/.exec(String(data));
      if (found) ready(Number(found[1]));
    }),
  );
  return { child, listens };
}
/** Processor seconds that a process has used (Linux: clock ticks of 10 ms). */
const processorSeconds = (pid: number) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const { child: server, listens: port } = await serve();
const agent = new Agent({
  keepAlive: true,
  maxSockets: 32,
  ca: readFileSync(cert),
  checkServerIdentity: () => undefined,
});

let uid = 0;
function ask(n: number, at = port, timeoutMs = 60_000): Promise<{ allowed: boolean | null; ms: number }> {
  const body = JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: `u${uid++}`,
      operation: "CREATE",
      namespace: "ward",
      object: { metadata: { annotations: { "assay.example/model": idOf(n) } } },
    },
  });
  const start = performance.now();
  return new Promise((done) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: at,
        timeout: timeoutMs,
        path: "/enforce",
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let text = "";
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () =>
          done({
            allowed: response.statusCode === 200 ? JSON.parse(text).response.allowed : null,
            ms: performance.now() - start,
          }),
        );
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("no answer in time")));
    asked.on("error", () => done({ allowed: null, ms: performance.now() - start }));
    asked.end(body);
  });
}

const answers: Promise<{ allowed: boolean | null; ms: number }>[] = [];
const began = performance.now();
const usedBefore = processorSeconds(server.pid!);
let grown = 0;
for (let i = 0; i < RATE * SECONDS; i++) {
  const due = began + (i * 1000) / RATE;
  if (performance.now() < due) await sleep(due - performance.now());
  answers.push(ask(i % MODELS));
  if (i % (RATE * 5) === RATE)
    await appendDeclarations(log, [bundle(north, MODELS + grown++, "derivation", derivation)], trust);
}
const all = await Promise.all(answers);
const times = all.map(({ ms }) => ms).sort((a, b) => a - b);
const at = (share: number) => Number(times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(2));
const load = {
  rate: RATE,
  seconds: SECONDS,
  answered: all.filter(({ allowed }) => allowed !== null).length,
  allowed: all.filter(({ allowed }) => allowed).length,
  entriesMeanwhile: grown,
  ms: { p50: at(0.5), p99: at(0.99), max: at(1) },
  processorMsARequest: Number(((1000 * (processorSeconds(server.pid!) - usedBefore)) / all.length).toFixed(2)),
  machine: `2 cores, load average ${loadavg()[0]!.toFixed(1)}: times of answers are of a machine shared with other work`,
};

const order = {
  issued,
  effect: "suspend",
  reach: "self",
  taught: false,
  noticeDays: 0,
  from: issued,
  until: null,
  stay: null,
  basis: { digest: `sha256:${"1".repeat(64)}`, entry: null },
  reasons: "decision",
};
const [made] = await appendDeclarations(log, [bundle(judge, 0, "order", order)], trust);
if (!made?.admitted) throw new Error("expected the order to be admitted");
const ordered = performance.now();
while ((await ask(0)).allowed !== false) await sleep(20);
const orderSeconds = (performance.now() - ordered) / 1000;
const other = (await ask(1)).allowed;

// A server that hangs: no answer within a cluster's timeout, and the same answers when it goes on.
server.kill("SIGSTOP");
const hanging = (await ask(1, port, 2000)).allowed;
server.kill("SIGCONT");
const slow = {
  answeredWhileHanging: hanging !== null,
  orderedAfterwards: (await ask(0)).allowed,
  otherAfterwards: (await ask(1)).allowed,
};
// Clocks: ten days ahead the log is stale, a day behind its cosignature lies in the future.
const skewed: Record<string, { ordered: boolean | null; other: boolean | null }> = {};
for (const [name, clock] of [
  ["ten days ahead", 864_000],
  ["a day behind", -86_400],
] as const) {
  const { child, listens } = await serve(clock);
  skewed[name] = { ordered: (await ask(0, listens)).allowed, other: (await ask(1, listens)).allowed };
  child.kill("SIGKILL");
}

// The log goes away: what was read stays good until it is too old; the order stays.
renameSync(log, `${log}-away`);
await sleep(2500);
const away = { ordered: (await ask(0)).allowed, other: (await ask(1)).allowed };
// And comes back as another one: forked.
await initRegister(log, "register.example/log", utf8(JSON.stringify({ type: "assay/register-policy/v1", keys })));
await sleep(2500);
const forked = { ordered: (await ask(0)).allowed, other: (await ask(1)).allowed };
server.kill("SIGKILL");
await sleep(300);
const killed = {
  answered: (await ask(1)).allowed !== null,
  says: "no answer: the cluster's failurePolicy denies in enforced namespaces, lets through in others",
};

const figures = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
figures.webhook = {
  load,
  orderReachedAfterSeconds: Number(orderSeconds.toFixed(2)),
  readsTheLogEverySeconds: 1,
  otherStillAllowed: other,
  hanging: slow,
  clockSkewed: skewed,
  logAway: away,
  logForked: forked,
  killed,
};
writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);
console.log(JSON.stringify(figures.webhook, null, 1));
await witness.close();
await desk.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
