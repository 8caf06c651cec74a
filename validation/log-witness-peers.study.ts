/**
 * The log under outside eyes: litewitness (filippo.io/torchwood) cosigns its growth and refuses its fork, torchwood's
 * client reads every entry from its address, Tessera's fsck and x/mod check what is stored.
 *   GOBIN=$PWD/validation/peers go install filippo.io/torchwood/cmd/litewitness@v0.6.1
 *   (cd validation/peers/torchwood && go build -o peer .) && (cd validation/peers/log && go build -o peer .)
 *   npm run build && node validation/log-witness-peers.study.ts
 * Needs ssh-agent, ssh-keygen and sqlite3. Development only: the product needs no Go.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { appendEntries, checkLog, initLog } from "../dist/app/log/log.js";
import { utf8 } from "../dist/base/bytes.js";
import { EMPTY_ROOT } from "../dist/tlog/merkle-hash.js";
import { parsePolicy } from "../dist/tlog/policy.js";
import { trustCheckpoint } from "../dist/tlog/trusted-checkpoint.js";
import { serveLog } from "../dist/web/log-server.js";

const folder = mkdtempSync(join(tmpdir(), "assay-witness-peers-"));
const at = (name: string) => join(folder, name);
const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder }).toString();
/** The log is served by this process: it must not stand still while a peer reads. */
const peer = async (name: string, ...args: string[]) =>
  JSON.parse((await promisify(execFile)(resolve(`validation/peers/${name}/peer`), args)).stdout);
const LITEWITNESS = resolve("validation/peers/litewitness");
const PORT = 17_380;
const log = at("log");
const { verifierKeys } = await initLog(log, "peers.example/log");

// The witness's key lies in an agent, its logs in a database, as its own tools leave them.
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at("key"));
const agent = spawn("ssh-agent", ["-D", "-a", at("agent")], { stdio: "ignore" });
await new Promise((done) => setTimeout(done, 1000));
execFileSync("ssh-add", ["-q", at("key")], { env: { ...process.env, SSH_AUTH_SOCK: at("agent") } });
const fingerprint = run("ssh-keygen", "-lf", at("key.pub")).split(" ")[1]!;
run(
  "sqlite3",
  at("witness.db"),
  `CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL);
   CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin));
   INSERT INTO log VALUES ('peers.example/log', 0, '${Buffer.from(EMPTY_ROOT).toString("base64")}');
   INSERT INTO key VALUES ('peers.example/log', '${verifierKeys[0]}');`,
);
const witness = spawn(LITEWITNESS, [
  ...["-db", at("witness.db"), "-key", fingerprint, "-ssh-agent", at("agent")],
  ...["-name", "litewitness.example", "-listen", `localhost:${PORT}`],
]);
const vkey = await new Promise<string>((done, fail) => {
  let text = "";
  const look = (chunk: Buffer) => {
    text += chunk.toString();
    const found = /litewitness\.example\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+/.exec(text);
    if (found) done(found[0]);
  };
  witness.stdout.on("data", look);
  witness.stderr.on("data", look);
  witness.on("exit", () => fail(new Error(`litewitness ended: ${text}`)));
});
const text = `log ${verifierKeys[0]}\nwitness L ${vkey} http://localhost:${PORT}\nquorum L\n`;
const policy = parsePolicy(utf8(text));
const alone = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
const served = await serveLog(log, 0);
const rows: Record<string, unknown>[] = [];
let size = 0;
try {
  for (const more of [1, 1, 253, 1, 300, 700]) {
    await appendEntries(
      log,
      Array.from({ length: more }, (_, i) => utf8(`entry ${size + i}`)),
      policy,
    );
    size += more;
    console.error(`${size} entries`);
    const { cosigned } = trustCheckpoint(readFileSync(join(log, "checkpoint")), policy);
    const fromAddress = await peer("torchwood", served.url, verifierKeys[0]!);
    console.error("read from its address");
    const stored = await peer("log", "check", log, verifierKeys[0]!);
    console.error("checked as stored");
    const { faults } = await checkLog(log, policy, () => undefined);
    rows.push({
      size,
      cosignedBy: cosigned.map(({ witness: name }) => name),
      secondsOff: Math.abs(cosigned[0]!.time - Math.floor(Date.now() / 1000)) < 60 ? "under 60" : "more",
      torchwood: fromAddress,
      tessera: stored,
      faults: faults.length,
    });
    // The same keys go on from an earlier tree: the witness has seen another.
    if (size === 2) cpSync(log, at("fork"), { recursive: true });
  }
  const fork = at("fork");
  await appendEntries(fork, [utf8("a lie")], alone);
  const refused = await appendEntries(fork, [utf8("another")], policy).then(
    () => null,
    (error: Error) => error.message,
  );
  rows.push({ fork: refused === null ? "cosigned" : "refused", says: refused });
} finally {
  await served.close();
  witness.kill();
  agent.kill();
}
const study = {
  type: "assay/witness-peer-study/v1",
  date: new Date().toISOString().slice(0, 10),
  peers: [
    "filippo.io/torchwood v0.6.1 (litewitness, client)",
    "transparency-dev/tessera v1.0.4 (fsck)",
    "golang.org/x/mod v0.42.0",
  ],
  rows,
};
writeFileSync("validation/log-witness-peers.json", `${JSON.stringify(study, null, 2)}\n`);
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(study, null, 1));
