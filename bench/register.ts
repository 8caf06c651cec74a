/**
 * The register and its log in figures: durable appends beside Tessera's POSIX driver, cost of an append by size, proofs,
 * pages at a million entries, hashing beside sha256sum and the Python reference. Figures land in bench/register.json.
 *   npm run build && (cd validation/peers/log && go build -o peer .)
 *   node bench/register.ts [appends|sizes|proofs|pages|hashing]… --folder DIR [--entries 1000000] [--largest 1000000] [--python FILE]
 */
import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { initLog, openLog, readHead, withWriter } from "../dist/app/log/log.js";
import { initRegister, openRegister } from "../dist/app/register/register.js";
import { signModel } from "../dist/app/register/sign-model.js";
import { utf8 } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import { parseEcdsaKey } from "../dist/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../dist/evidence/signed-statement.js";
import { objectPath } from "../dist/host/log/object-store.js";
import { openDeclarationBundle } from "../dist/office/register/declarations/declaration-bundle.js";
import { encodeDeclaration } from "../dist/office/register/declarations/statement.js";
import { encodeRecord, recordOf } from "../dist/office/register/register-entry.js";
import { leafHash } from "../dist/tlog/merkle-hash.js";
import { verifyInclusion } from "../dist/tlog/merkle-proof.js";
import { parsePolicy } from "../dist/tlog/policy.js";
import { encodeProofFile, parseProofFile, verifyProofFile } from "../dist/tlog/proof-file.js";
import { inclusionProof } from "../dist/tlog/tree-reader.js";
import { serveRegister } from "../dist/web/register/register-server.js";
import { fillLog } from "./fill-log.ts";

const OUT = "bench/register.json";
const option = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1]!;
};
const base = option("folder", "/tmp");
const folder = mkdtempSync(join(base, "assay-bench-"));
const asked = process.argv.slice(2).filter((word) => ["appends", "sizes", "proofs", "pages", "hashing"].includes(word));
const figures: Record<string, unknown> = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
const seconds = (from: bigint) => Number(process.hrtime.bigint() - from) / 1e9;
const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
const round = (value: number, digits = 1) => Number(value.toFixed(digits));

/** As many entries in flight as there are workers, each acknowledged before its worker asks again. */
async function appendRate(count: number, workers: number): Promise<number> {
  const log = join(folder, `ours-${workers}`);
  await initLog(log, "bench.example/log");
  return withWriter(log, null, async (writer) => {
    let next = 0;
    const from = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: workers }, async () => {
        while (next < count) await writer.append(utf8(`peer ${next++}`));
      }),
    );
    return count / seconds(from);
  });
}

async function appends() {
  const rows = [];
  for (const [count, workers] of [
    [200, 1],
    [20_000, 256],
    [60_000, 2048],
  ] as const) {
    const ours = await appendRate(count, workers);
    const key = join(folder, `ours-${workers}`, "state/keys");
    const there = join(folder, `tessera-${workers}`);
    const peer = existsSync("validation/peers/log/peer")
      ? JSON.parse(
          execFileSync("validation/peers/log/peer", ["bench", there, key, String(count), String(workers)], {
            stdio: ["ignore", "pipe", "ignore"],
          }).toString(),
        )
      : null;
    const row = {
      entries: count,
      inFlight: workers,
      oursPerSecond: round(ours),
      tesseraPerSecond: peer ? round(count / peer.seconds) : null,
    };
    console.log(row);
    rows.push(row);
  }
  return { rows };
}

/** Durable appends with 1,024 in flight: what a writer does that is never idle. */
async function batchedRate(log: string): Promise<{ perSecond: number; msCpu: number }> {
  const [rounds, inRound] = [24, 1024];
  return withWriter(log, null, async (writer) => {
    const cpu = process.cpuUsage();
    const from = process.hrtime.bigint();
    for (let i = 0; i < rounds; i++)
      await Promise.all(Array.from({ length: inRound }, (_, k) => writer.append(utf8(`batch ${i} ${k}`))));
    const took = seconds(from);
    const { user, system } = process.cpuUsage(cpu);
    const count = rounds * inRound;
    return { perSecond: round(count / took), msCpu: round((user + system) / 1000 / count, 4) };
  });
}

async function sizes() {
  const log = join(folder, "sizes");
  await initLog(log, "bench.example/log");
  const largest = Number(option("largest", "1000000"));
  const rows = [];
  for (let size = 1000; size <= largest; size *= 10) {
    await fillLog(log, size, (i) => utf8(`entry ${i}`));
    // What was written without a sync must not be paid for by the first append that syncs.
    execFileSync("sync");
    const times: number[] = [];
    let cpu = process.cpuUsage();
    await withWriter(log, null, async (writer) => {
      cpu = process.cpuUsage();
      for (let i = 0; i < 60; i++) {
        const from = process.hrtime.bigint();
        await Promise.all(Array.from({ length: 16 }, (_, k) => writer.append(utf8(`more ${i} ${k}`))));
        times.push((seconds(from) * 1000) / 16);
      }
    });
    const { user, system } = process.cpuUsage(cpu);
    times.sort((a, b) => a - b);
    const batched = await batchedRate(log);
    const row = {
      entries: size,
      batchedPerSecond: batched.perSecond,
      msCpuPerBatchedAppend: batched.msCpu,
      // Of this process alone: what else the machine does weighs less on it.
      msCpuPerAppend: round((user + system) / 1000 / (60 * 16), 3),
      msAppendMedian: round(quantile(times, 0.5), 3),
      msAppendP90: round(quantile(times, 0.9), 3),
    };
    console.log(row);
    rows.push(row);
  }
  return { rounds: 60, entriesPerRound: 16, rows };
}

async function proofs() {
  const log = join(folder, "proofs");
  const { verifierKeys } = await initLog(log, "bench.example/log");
  const size = Number(option("entries", "1000000"));
  const entry = (i: number) => utf8(`entry ${i}`);
  await fillLog(log, size, entry);
  const read = openLog(log);
  const { bytes, head } = await readHead(read, log, null);
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  const random = prng("bench/register/proofs", "1");
  const files: { index: number; file: Uint8Array }[] = [];
  let from = process.hrtime.bigint();
  while (seconds(from) < 5) {
    const index = random.below(size);
    const { proof } = await inclusionProof(read, head, index);
    files.push({ index, file: encodeProofFile({ extra: null, index, proof, checkpoint: bytes }) });
  }
  const made = files.length / seconds(from);
  from = process.hrtime.bigint();
  let verified = 0;
  while (seconds(from) < 5) {
    const { index, file } = files[verified % files.length]!;
    verifyProofFile(parseProofFile(file), entry(index), policy);
    verified++;
  }
  const under = verified / seconds(from);
  // Many proofs under one checkpoint: its signature is checked once.
  from = process.hrtime.bigint();
  let known = 0;
  while (seconds(from) < 3) {
    const { index, file } = files[known % files.length]!;
    const { proof } = parseProofFile(file);
    if (!verifyInclusion({ index, size, leaf: leafHash(entry(index)), root: head.root, proof }))
      throw new Error("does not hold");
    known++;
  }
  return {
    entries: size,
    madePerSecond: round(made),
    verifiedPerSecond: round(under),
    verifiedUnderKnownCheckpointPerSecond: round(known / seconds(from)),
    signature: "Ed25519, checked each time",
  };
}

async function pages() {
  const log = join(folder, "pages");
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const { id } = parseEcdsaKey(pem, "bench");
  const keys = [{ name: "Northwind", publicKey: pem, roles: ["publisher"], names: ["*"] }];
  await initRegister(log, "bench.example/register", utf8(JSON.stringify({ type: "assay/register-policy/v1", keys })));
  const size = Number(option("entries", "1000000"));
  /** Every so many models one is complete, with bundles that hold; the others are records alone. */
  const complete = Math.max(1, Math.floor(size / 3 / 2000));
  const issued = "2026-01-01T00:00:00Z";
  const idOf = (m: number) => `sha256:${createHash("sha256").update(`model ${m}`).digest("hex")}` as const;
  const nameOf = (m: number) => `maker${m % 977}/model-${m}`;
  const unknown = { status: "unknown" as const };
  const statement = (m: number, kind: number) =>
    encodeDeclaration({
      subject: { name: nameOf(m), id: idOf(m), uri: null },
      kind: (["derivation", "origin", "evaluation"] as const)[kind]!,
      predicate:
        kind === 0
          ? {
              issued,
              relation: m < 100 ? "pretrained" : "finetune",
              bases: m < 100 ? [] : [{ name: nameOf(parentOf(m)), id: idOf(parentOf(m)) }],
              licence: "mit",
              compute: { flop: null },
              released: null,
            }
          : kind === 1
            ? {
                issued,
                providerSeat: { status: "declared", countries: ["GB"] },
                trainingPlace: unknown,
                dataLaw: unknown,
                baseOrigin: unknown,
              }
            : {
                issued,
                verifier: { id: "x" },
                evaluatedAt: issued,
                suite: { name: "s", version: null },
                claims: [{ metric: "accuracy", value: "0.5" }],
                sampleSize: null,
                assuranceLevel: "self_attested",
                harness: null,
              },
    });
  /** A complete model's bases are complete as well, as its page reads them. */
  const parentOf = (m: number) => (m % complete === 0 ? Math.floor(m / complete / 3) * complete : Math.floor(m / 10));
  const shapes = [0, 1, 2].map((kind) =>
    recordOf(
      openDeclarationBundle(encodeSignedStatement(statement(1, kind), new Uint8Array(70), id), "bench"),
      1_790_000_000,
    ),
  );
  let written = 0;
  await fillLog(log, size, (i) => {
    const [m, kind] = [Math.floor((i - 1) / 3), (i - 1) % 3];
    if (m % complete !== 0) {
      const digest = `sha256:${createHash("sha256").update(`statement ${i}`).digest("hex")}` as const;
      const parents = kind === 0 && m >= 100 ? [idOf(parentOf(m))] : [];
      return encodeRecordQuickly({
        ...shapes[kind]!,
        model: idOf(m),
        name: nameOf(m),
        statement: digest,
        bundle: digest,
        ...(kind === 0 ? { parents, relation: m < 100 ? "pretrained" : "finetune" } : {}),
      });
    }
    const bytes = statement(m, kind);
    const bundle = encodeSignedStatement(bytes, new Uint8Array(sign("sha256", toBeSigned(bytes), privateKey)), id);
    const signed = openDeclarationBundle(bundle, "bench");
    const path = join(log, objectPath(signed.bundle));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bundle);
    written++;
    return encodeRecord(recordOf(signed, 1_790_000_000));
  });
  const from = process.hrtime.bigint();
  const register = await openRegister(log);
  const opened = seconds(from);
  const models = register.index.models.size;
  const site = await serveRegister({ where: log, port: 0, trust: null, writable: false });
  const random = prng("bench/register/pages", "1");
  const some = () => random.below(Math.floor(size / 3 / complete) - 1) * complete;
  const kinds: Record<string, () => string> = {
    home: () => "",
    "search by word": () => `?q=model-${random.below(models)}`,
    "search by maker": () => `?q=maker${random.below(977)}`,
    "search by digest": () => `?q=${idOf(some())}`,
    model: () => `models/${idOf(some())}`,
    "model as JSON": () => `models/${idOf(some())}.json`,
    "made of, picture": () => `models/${idOf(some())}/made-of.svg`,
    entry: () => `entries/${some() * 3 + 1}`,
    receipt: () => `entries/${some() * 3 + 2}/receipt.json`,
    feed: () => "feed.atom",
  };
  const rows = [];
  for (const [name, path] of Object.entries(kinds)) {
    const times: number[] = [];
    for (let i = 0; i < 520; i++) {
      const start = process.hrtime.bigint();
      const response = await fetch(site.url + path());
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${name}: ${response.status}`);
      if (i >= 20) times.push(seconds(start) * 1000);
    }
    times.sort((a, b) => a - b);
    const row = { page: name, msMedian: round(quantile(times, 0.5)), msP99: round(quantile(times, 0.99)) };
    console.log(row);
    rows.push(row);
  }
  await site.close();
  return {
    entries: size,
    models,
    bundles: written,
    openedSeconds: round(opened),
    memoryGiB: round(process.memoryUsage().rss / 2 ** 30, 2),
    rows,
  };
}

/** As `encodeRecord`, without the check: a million of them are made here, and each is checked when it is read. */
function encodeRecordQuickly(record: object): Uint8Array {
  return utf8(JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))));
}

/** Contestants after this long are not run, and the table says so. */
const HASHING_SECONDS_MAX = 270;

/**
 * A model of pseudo-random bytes in seven files, each contestant once over all of it, the page cache warm before the
 * first. What matters most comes first, so that a slow machine still has it.
 */
async function hashing() {
  const started = process.hrtime.bigint();
  const gigabytes = Number(option("gigabytes", "14"));
  const model = join(folder, "model");
  mkdirSync(model);
  const files = 7;
  const bytes = Math.round((gigabytes * 1e9) / files);
  for (let i = 0; i < files; i++)
    // AES in counter mode: as dense as weights, the same bytes each time, faster than the disk.
    execFileSync("bash", [
      "-c",
      `head -c ${bytes} /dev/zero | openssl enc -aes-128-ctr -nosalt -K ${"0".repeat(31)}${i} -iv ${"0".repeat(32)} > ${model}/shard-${i}.safetensors`,
    ]);
  execFileSync("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", join(folder, "key.pem")]);
  const privateKey = join(folder, "key.pem");
  const timed = async (run: () => unknown) => {
    if (seconds(started) > HASHING_SECONDS_MAX) return null;
    const from = process.hrtime.bigint();
    await run();
    return round(seconds(from), 2);
  };
  const ours = (algorithm: "sha256" | "blake3", method: "files" | "shards") =>
    timed(() =>
      signModel({
        model,
        signature: join(folder, `${algorithm}-${method}.sig`),
        method,
        algorithm,
        shardSize: 1e9,
        privateKey,
        certificateChain: [],
        ignorePaths: [],
        ignoreGitPaths: true,
        allowSymlinks: false,
        onProgress: () => undefined,
      }),
    );
  const shell = (command: string) => timed(() => execFileSync("bash", ["-c", command], { stdio: "ignore" }));
  const madeSeconds = round(seconds(started));
  const warmSeconds = await shell(`cat ${model}/* > /dev/null`);
  const python = option("python", "");
  const cores = availableParallelism();
  const row: Record<string, number | null> = {};
  const take = async (name: string, run: Promise<number | null>) => {
    row[name] = await run;
    console.log(
      `${name}: ${row[name] === null ? "not run" : `${row[name]} s, ${round(gigabytes / row[name]!, 2)} GB/s`}`,
    );
  };
  await take("register sign, SHA-256, files", ours("sha256", "files"));
  await take(`sha256sum, ${cores} at once`, shell(`ls ${model}/* | xargs -P ${cores} -n 1 sha256sum`));
  await take(
    "model_signing 1.1, SHA-256",
    python
      ? shell(`${python} sign key ${model} --private_key ${privateKey} --signature ${join(folder, "python.sig")}`)
      : Promise.resolve(null),
  );
  await take("sha256sum, one process", shell(`sha256sum ${model}/*`));
  await take("register sign, BLAKE3", ours("blake3", "files"));
  await take("register sign, SHA-256, shards", ours("sha256", "shards"));
  return { gigabytes, files, madeSeconds, warmSeconds, loadAfter: round(loadavg()[0]!, 2), seconds: row };
}

// An interrupted run leaves no 14 GB behind.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });

const parts = { appends, sizes, proofs, pages, hashing };
try {
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const load = round(loadavg()[0]!, 2);
    figures[name] = {
      date: new Date().toISOString().slice(0, 10),
      loadBefore: load,
      cores: availableParallelism(),
      ...(await part()),
    };
    writeFileSync(OUT, `${JSON.stringify({ type: "assay/bench-register/v1", ...figures }, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
