/** `assay log …`: a C2SP tiled transparency log, its proofs, its witness and its monitor. */
import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { checkCrossPost, crossPost } from "../../app/log/cross-post.js";
import {
  adoptLog,
  appendEntries,
  checkLog,
  followLog,
  handOver,
  initBucketLog,
  initLog,
  proveEntry,
  readEntry,
  readPolicyFile,
  receiptOf,
  verifyProof,
} from "../../app/log/log.js";
import { openWitness } from "../../app/log/witness.js";
import { base64, hex, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { randomSeed, unixSeconds } from "../../host/moment.js";
import { writeNewFile } from "../../host/small-file.js";
import { writeWhole } from "../../host/whole-file.js";
import { isReceipt, verifyReceipt } from "../../tlog/cose-receipt.js";
import {
  encodeSecretKey,
  encodeVerifierKey,
  parseSecretKey,
  parseVerifierKey,
  secretKeyOf,
} from "../../tlog/note-keys.js";
import { plainPolicy } from "../../tlog/policy.js";
import { serveLog, serveWitness } from "../../web/log-server.js";
import type { Served } from "../../web/static-server.js";
import { earlierFlag } from "../flags/earlier.js";
import { progressLine } from "../progress.js";
import { portArgument } from "./serve.js";

const DOES_NOT_HOLD = 3;

interface Common {
  policy?: string;
  json?: boolean;
}

/** All verbs below `log`. */
export function logCommand(): Command {
  return new Command("log")
    .addCommand(init())
    .addCommand(append())
    .addCommand(prove())
    .addCommand(verify())
    .addCommand(show())
    .addCommand(check())
    .addCommand(monitor())
    .addCommand(serve())
    .addCommand(key())
    .addCommand(earlierFlag(witness(), "--key <file>", "--log-key"))
    .addCommand(crosspost())
    .addCommand(handover())
    .addCommand(earlierFlag(adopt(), "--key <file>", "--log-key"))
    .addHelpText(
      "after",
      `
Examples:
  $ assay log init ./log --origin log.example/models > trust.txt
  $ assay log append ./log record.json --proof record.tlog-proof
  $ assay log verify record.tlog-proof record.json --policy trust.txt
  $ assay log fsck ./log
  $ assay log monitor https://log.example/models --policy trust.txt --state seen.txt
  $ assay log init s3://bucket/models --origin log.example/models --keys log.keys`,
    );
}

function init(): Command {
  return new Command("init")
    .description(
      "Make a new, empty log with an Ed25519 and an ML-DSA-44 key; prints a policy (C2SP tlog-policy) that trusts its word.",
    )
    .argument("<folder>", "folder, or s3://bucket/prefix with --keys (AWS_… in the environment)")
    .requiredOption("--origin <name>", "the log's name: a URL without its scheme, no spaces or plus signs")
    .option("--keys <file>", "new file for the private keys of a log in a bucket")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay log init ./log --origin log.example/models > trust.txt")
    .action(async (folder: string, options: { origin: string; keys?: string; json?: boolean }) => {
      if (folder.startsWith("s3://") !== (options.keys !== undefined))
        throw new AssayError("USAGE", "log init: expected --keys for a log in a bucket, and only there");
      const { verifierKeys } = options.keys
        ? await initBucketLog(folder, options.origin, options.keys)
        : await initLog(folder, options.origin);
      const policy = plainPolicy(verifierKeys);
      if (options.json) print({ type: "assay/log/v1", origin: options.origin, verifierKeys, policy });
      else process.stdout.write(policy);
    });
}

function append(): Command {
  return new Command("append")
    .description("Append files as entries; answers when they are durable, signed, cosigned as asked, and published.")
    .argument("<folder>")
    .argument("<files...>", "one entry each, at most 65,535 bytes; - reads lines from standard input")
    .option("--policy <file>", "tlog-policy whose witnesses must cosign first")
    .option("--keys <file>", "private keys of a log in a bucket")
    .option("--proof <file>", "write the portable proof of a single entry")
    .option("--json", "print one record a line as JSON")
    .addHelpText("after", "\nExample:\n  $ assay log append ./log record.json --proof record.tlog-proof")
    .action(async (folder: string, files: string[], options: Common & { proof?: string; keys?: string }) => {
      const policy = options.policy ? await readPolicyFile(options.policy) : null;
      const entries = (await Promise.all(files.map(entriesOf))).flat();
      if (options.proof && entries.length !== 1) throw new AssayError("USAGE", "log append: --proof expects one entry");
      const done = await appendEntries(folder, entries, policy, options.keys);
      for (const { index } of done)
        if (options.json) print({ type: "assay/log-entry/v1", index });
        else process.stdout.write(`${index}\n`);
      if (options.proof) await writeWhole(options.proof, await proveEntry(folder, done[0]!.index, null));
    });
}

async function entriesOf(path: string): Promise<Uint8Array[]> {
  if (path !== "-") return [await bytesOf(path)];
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => new Uint8Array(Buffer.from(line)));
}

function prove(): Command {
  return new Command("prove")
    .description("Write a portable proof (C2SP tlog-proof) of an entry, or in the log's own folder a COSE receipt.")
    .argument("<log>", "folder or URL")
    .requiredOption("--index <n>", "index of the entry", whole)
    .option("--out <file>", "file; standard output otherwise")
    .option("--policy <file>", "believe the checkpoint only under this tlog-policy")
    .option("--cose", "a COSE receipt (RFC 9942), signed with the log's own key; it carries no cosignatures")
    .option("--keys <file>", "with --cose: private keys of a log in a bucket")
    .addHelpText("after", "\nExample:\n  $ assay log prove ./log --index 0 --out record.tlog-proof")
    .action(async (where: string, options: Common & { index: number; out?: string; cose?: boolean; keys?: string }) => {
      const policy = options.policy ? await readPolicyFile(options.policy) : null;
      const proof = options.cose
        ? await receiptOf(where, options.index, options.keys)
        : await proveEntry(where, options.index, policy);
      if (options.out) await writeWhole(options.out, proof);
      else process.stdout.write(proof);
    });
}

function verify(): Command {
  return new Command("verify")
    .description("Check a portable proof offline. Exit status 3 when it does not hold.")
    .argument("<proof>", "a .tlog-proof file, or a COSE receipt")
    .argument("<entry>", "the entry's bytes")
    .requiredOption("--policy <file>", "tlog-policy: which log, which witnesses")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay log verify record.tlog-proof record.json --policy trust.txt")
    .action(async (proof: string, entry: string, options: Common) => {
      const [bytes, logged, policy] = await Promise.all([
        bytesOf(proof),
        bytesOf(entry),
        readPolicyFile(options.policy!),
      ]);
      await holding(options.json, async () => {
        if (isReceipt(bytes)) {
          const { origin } = verifyReceipt(bytes, logged, policy, proof);
          return { origin, cosigners: [], says: `the entry is in ${origin}, by a COSE receipt; cosigned by nobody` };
        }
        const { origin, size, cosigners } = verifyProof(bytes, logged, policy);
        return {
          origin,
          size,
          cosigners,
          says: `the entry is in ${origin} at size ${size}; cosigned by ${cosigners.join(", ") || "nobody"}`,
        };
      });
    });
}

function show(): Command {
  return new Command("show")
    .description("Print an entry, shown to hash to its leaf.")
    .argument("<log>", "folder or URL")
    .requiredOption("--index <n>", "index of the entry", whole)
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay log show ./log --index 0")
    .action(async (where: string, options: Common & { index: number }) => {
      const entry = await readEntry(where, options.index);
      if (options.json) print({ type: "assay/log-entry/v1", index: options.index, entry: base64(entry) });
      else process.stdout.write(entry);
    });
}

function check(): Command {
  return new Command("fsck")
    .description("Read every entry and tile and compute the root anew. Exit status 3 when anything does not hold.")
    .argument("<log>", "folder or URL")
    .option("--policy <file>", "believe the checkpoint only under this tlog-policy")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay log fsck ./log --policy trust.txt")
    .action(async (where: string, options: Common) => {
      const policy = options.policy ? await readPolicyFile(options.policy) : null;
      const progress = progressLine();
      const report = await checkLog(where, policy, (done, total) =>
        progress.report({ stage: "entries", done, total }),
      ).finally(() => progress.done());
      const { origin, size, root } = report.head;
      const { entries, files, faults } = report;
      if (options.json) print({ type: "assay/log-check/v1", origin, size, root: hex(root), entries, files, faults });
      else
        process.stdout.write(
          [...faults, `${entries} entries, ${files} files, ${faults.length} faults`]
            .map((line) => `${line}\n`)
            .join(""),
        );
      if (faults.length > 0) process.exitCode = DOES_NOT_HOLD;
    });
}

function monitor(): Command {
  return new Command("monitor")
    .description(
      "Look once (or every --every seconds) and compare with what was seen before. Exit status 3 on a fork or a shrunk tree.",
    )
    .argument("<log>", "folder or URL")
    .requiredOption("--policy <file>", "tlog-policy: which log, which witnesses")
    .requiredOption("--state <file>", "where the checkpoint last seen is kept")
    .option("--every <seconds>", "keep looking", whole)
    .option("--json", "print one record a look as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay log monitor https://log.example/models --policy trust.txt --state seen.txt",
    )
    .action(async (where: string, options: Common & { state: string; every?: number }) => {
      const policy = await readPolicyFile(options.policy!);
      for (;;) {
        const before = await readFile(options.state).catch(() => null);
        const { bytes, head, fault } = await followLog(where, policy, before);
        if (options.json)
          print({ type: "assay/log-look/v1", origin: head.origin, size: head.size, root: hex(head.root), fault });
        else process.stdout.write(`${fault ?? `consistent: ${head.origin}, ${head.size} entries`}\n`);
        if (fault !== null) {
          // What was seen before is the evidence: it is kept, and the fault beside it.
          await writeWhole(`${options.state}.conflict`, bytes);
          process.exitCode = DOES_NOT_HOLD;
          return;
        }
        await writeWhole(options.state, bytes);
        if (!options.every) return;
        await new Promise((resolve) => setTimeout(resolve, options.every! * 1000));
      }
    });
}

function serve(): Command {
  return new Command("serve")
    .description("Serve a log's public files on localhost, for a proxy to publish.")
    .argument("<folder>")
    .option("--port <n>", "port; 0 takes any free one", portArgument, 7408)
    .addHelpText("after", "\nExample:\n  $ assay log serve ./log --port 7408")
    .action(async (folder: string, options: { port: number }) => {
      await untilStopped(await serveLog(folder, options.port), "log");
    });
}

function key(): Command {
  return new Command("key")
    .description("Make a witness's key: prints its verifier key, writes the private one.")
    .requiredOption("--name <name>", "the witness's name: a URL without its scheme")
    .requiredOption("--out <file>", "file of the private key; must not exist")
    .option("--type <type>", "ed25519-cosigner or ml-dsa-44", "ed25519-cosigner")
    .addHelpText("after", "\nExample:\n  $ assay log key --name witness.example --out witness.key > witness.vkey")
    .action(async (options: { name: string; out: string; type: string }) => {
      if (options.type !== "ed25519-cosigner" && options.type !== "ml-dsa-44")
        throw new AssayError("USAGE", "log key: expected --type ed25519-cosigner or ml-dsa-44");
      const made = secretKeyOf(options.name, options.type, randomSeed());
      await writeNewFile(options.out, utf8(`${encodeSecretKey(made)}\n`), true);
      process.stdout.write(`${encodeVerifierKey(made)}\n`);
    });
}

function witness(): Command {
  return new Command("witness")
    .description("Serve a witness (C2SP tlog-witness) on localhost: cosigns trees that only grow.")
    .argument("<folder>", "where the trees last seen are kept")
    .requiredOption("--log-key <file>", "private key of type 4 or 6, as `assay log key` makes it")
    .requiredOption("--log <vkey...>", "verifier keys of the logs to witness")
    .option("--port <n>", "port; 0 takes any free one", portArgument, 7409)
    .addHelpText("after", '\nExample:\n  $ assay log witness ./seen --log-key witness.key --log "$(cat log.vkey)"')
    .action(async (folder: string, options: { logKey: string; log: string[]; port: number }) => {
      const secret = parseSecretKey((await readFile(options.logKey, "utf8")).trimEnd(), options.logKey);
      const desk = await openWitness({
        folder,
        key: secret,
        logs: options.log.map((text) => parseVerifierKey(text)),
        now: unixSeconds,
      });
      await untilStopped(await serveWitness(desk, options.port), "witness").finally(desk.close);
    });
}

interface CrossPostOptions extends Common {
  rekor?: string;
  privateKey?: string;
  password?: string;
  out?: string;
  check?: string;
  checkpoint?: string;
  publicKey?: string;
}

function crosspost(): Command {
  return new Command("crosspost")
    .description("Post a log's checkpoint to a second log in the form of Rekor v2, or check such an entry offline.")
    .argument("[log]", "folder or URL of the log whose checkpoint is posted")
    .requiredOption("--policy <file>", "tlog-policy of the second log")
    .option("--rekor <url>", "the second log")
    .option("--private-key <file>", "EC key on P-256 that signs the checkpoint for the second log")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--out <file>", "where the entry is written; the checkpoint goes beside it, with .checkpoint at the end")
    .option("--check <file>", "an entry to check, instead of posting")
    .option("--checkpoint <file>", "with --check: the checkpoint it is of")
    .option("--public-key <file>", "with --check: the key that signed the checkpoint")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ assay log crosspost ./log --rekor https://log2025-1.rekor.sigstore.dev --policy rekor.txt --private-key key.pem --out entry.json
  $ assay log crosspost --check entry.json --checkpoint entry.json.checkpoint --public-key pub.pem --policy rekor.txt`,
    )
    .action(async (where: string | undefined, options: CrossPostOptions) => {
      const { rekor, privateKey, out, check: entry, checkpoint, publicKey } = options;
      const policy = await readPolicyFile(options.policy!);
      if (entry !== undefined && checkpoint !== undefined && publicKey !== undefined && where === undefined) {
        await holding(options.json, async () => {
          const held = await checkCrossPost({ entry, checkpoint, publicKey, policy });
          return { ...held, says: `the checkpoint is in ${held.log} at index ${held.index} of ${held.size}` };
        });
        return;
      }
      if (!where || !rekor || !privateKey || !out || entry !== undefined)
        throw new AssayError(
          "USAGE",
          "log crosspost: expected LOG, --rekor, --private-key and --out; or --check, --checkpoint and --public-key",
        );
      const posted = await crossPost(where, { rekor, privateKey, password: options.password, policy });
      await writeWhole(out, posted.entry);
      await writeWhole(`${out}.checkpoint`, posted.checkpoint);
      if (options.json) print({ type: "assay/log-crosspost/v1", log: posted.log, index: posted.index });
      else process.stdout.write(`in ${posted.log} at index ${posted.index}\n`);
    });
}

function handover(): Command {
  return new Command("handover")
    .description("Leave a log ready for Tessera's POSIX driver, which goes on with the same folder and key.")
    .argument("<folder>")
    .addHelpText("after", "\nExample:\n  $ assay log handover ./log")
    .action(async (folder: string) => {
      const { size } = await handOver(folder);
      process.stdout.write(`${size} entries; do not append here while another writer goes on\n`);
    });
}

function adopt(): Command {
  return new Command("adopt")
    .description("Take over a log that another implementation wrote, after checking it whole.")
    .argument("<folder>")
    .requiredOption("--log-key <file>", "the log's private key (PRIVATE+KEY+name+id+base64)")
    .addHelpText("after", "\nExample:\n  $ assay log adopt ./log --log-key log.key")
    .action(async (folder: string, options: { logKey: string }) => {
      const { size } = await adoptLog(folder, options.logKey);
      process.stdout.write(`${size} entries, checked\n`);
    });
}

async function holding(
  json: boolean | undefined,
  run: () => Promise<{ says: string } & Record<string, unknown>>,
): Promise<void> {
  try {
    const { says, ...facts } = await run();
    if (json) print({ type: "assay/log-proof-check/v1", holds: true, ...facts });
    else process.stdout.write(`holds: ${says}\n`);
  } catch (error) {
    if (!(error instanceof AssayError) || (error.code !== "SIGNATURE" && error.code !== "DIGEST")) throw error;
    if (json) print({ type: "assay/log-proof-check/v1", holds: false, reason: error.message });
    else process.stdout.write(`does not hold: ${error.message}\n`);
    process.exitCode = DOES_NOT_HOLD;
  }
}

async function untilStopped(served: Served, what: string): Promise<void> {
  process.stderr.write(`${what} at ${served.url} (stop with Ctrl-C)\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await served.close();
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch {
    throw new AssayError("NOT_FOUND", `log: expected a file at ${path}`);
  }
}

function whole(text: string): number {
  const n = Number(text);
  if (!/^[0-9]{1,15}$/.test(text) || !Number.isSafeInteger(n))
    throw new InvalidArgumentError("expected a whole number.");
  return n;
}
