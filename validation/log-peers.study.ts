/**
 * The log two ways with its peers in Go: Tessera's POSIX driver (transparency-dev/tessera) goes on from a log written
 * here and the other way round; Tessera's fsck and golang.org/x/mod (sumdb/note, sumdb/tlog) check what was written.
 *   (cd validation/peers/log && go build -o peer .) && npm run build && node validation/log-peers.study.ts
 * Development only: the product needs no Go.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adoptLog, appendEntries, checkLog, followLog, handOver, initLog } from "../dist/app/log/log.js";
import { utf8 } from "../dist/base/bytes.js";
import { parsePolicy } from "../dist/tlog/policy.js";

const PEER = "validation/peers/log/peer";
const folder = mkdtempSync(join(tmpdir(), "assay-log-peers-"));
const peer = (...args: string[]) =>
  JSON.parse(execFileSync(PEER, args, { stdio: ["ignore", "pipe", "ignore"] }).toString());
const rows: { sizes: string; writer: string; checkedBy: string; proofs: number; faults: number }[] = [];

const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => utf8(`entry ${from + i}`));

for (const [first, more] of [
  [1, 1],
  [255, 1],
  [256, 300],
  [700, 300],
  [66_000, 500],
] as const) {
  const [ours, moved, theirs] = ["ours", "moved", "theirs"].map((name) => join(folder, `${name}-${first}`));
  const { verifierKeys } = await initLog(ours!, "peer.example/log");
  const key = join(ours!, "state/keys");
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  const judged = async (writer: string, where: string) => {
    const { size, proofs } = peer("check", where, verifierKeys[0]!);
    const { faults, head } = await checkLog(where, policy, () => undefined);
    if (size !== head.size) throw new Error("sizes differ");
    rows.push({
      sizes: `${first} + ${more}`,
      writer,
      checkedBy: "x/mod, Tessera fsck, log fsck",
      proofs,
      faults: faults.length,
    });
  };
  await appendEntries(ours!, entries(0, first), null);
  await judged("this log", ours!);
  const before = readFileSync(join(ours!, "checkpoint"));
  cpSync(ours!, moved!, { recursive: true });
  await handOver(moved!);
  peer("append", moved!, key, String(first), String(more));
  const { fault } = await followLog(moved!, policy, before);
  if (fault !== null) throw new Error(fault);
  await judged("this log, then Tessera", moved!);
  peer("append", theirs!, key, "0", String(first));
  await judged("Tessera", theirs!);
  const seen = readFileSync(join(theirs!, "checkpoint"));
  await adoptLog(theirs!, key);
  await appendEntries(theirs!, entries(0, more), null);
  const look = await followLog(theirs!, policy, seen);
  if (look.fault !== null) throw new Error(look.fault);
  await judged("Tessera, then this log", theirs!);
}
rmSync(folder, { recursive: true, force: true });
const modules = readFileSync("validation/peers/log/go.mod", "utf8").match(
  /(transparency-dev\/tessera|golang.org\/x\/mod) v[0-9.]+/g,
);
const study = { type: "assay/peer-study/v1", date: new Date().toISOString().slice(0, 10), peers: modules, rows };
writeFileSync("validation/log-peers.json", `${JSON.stringify(study, null, 2)}\n`);
console.table(rows);
