/**
 * A small run as its maker and its auditor handle it, through the functions that the commands call: keys, a log with a
 * stand-in beacon, commitments, a challenge, its answer and the report. The parties are fictional.
 */
import { createHash, createPrivateKey } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answerChallenge, enterSigned, makeChallenge } from "../../dist/app/audit/challenge.js";
import { commitRows } from "../../dist/app/audit/commit-rows.js";
import { type Reported, reportOnRun } from "../../dist/app/audit/report-run.js";
import { beginRun, type RunKey, readRunKey } from "../../dist/app/audit/run-log.js";
import { prng } from "../../dist/base/prng.js";
import { makeIdentity, readIdentities, recipientsOf } from "../../dist/host/log/sealing.js";
import type { InspectionOrder } from "../../dist/office/audit/inspection/order.js";
import type { RowClass } from "../../dist/office/audit/rows.js";
import { parsePolicy } from "../../dist/tlog/policy.js";

/** Unix seconds of the first moment: 2026-03-01T00:00:00Z. */
export const OPENED_AT = 1_772_323_200;

export const DECLARED = {
  schedule: { kind: "cosine", peak: 3e-4, warmup: 20, steps: 400, least: 0 },
  batchTokens: 4096,
  steps: 400,
  stride: 1,
  epochs: 1,
  dataRules: [{ id: "licence", field: "licence", allow: ["cc0", "cc-by"] }],
};

export interface Party {
  key: RunKey;
  recipient: string;
  identity: string;
}

/** Known to everybody: nothing but material is sealed to them. */
const IDENTITIES: Readonly<Record<string, string>> = {
  maker: "AGE-SECRET-KEY-PQ-1KX5R4TE5RJ5GWAMWARKY8WD6NKWM7WP86XM50FETE6DVSUFFT4MSP67HA4",
  auditor: "AGE-SECRET-KEY-PQ-1A3GR04KH77CP322W7ZGT0S22KHVP65LN7AYE7XHZ7JFY2US40X4QU94UKP",
};

/** 32 bytes that follow from what they are for. */
const drawnFor = (what: string) => createHash("sha256").update(`assay/audit-material\0${what}`).digest();

/**
 * Keys of a party, the same each time for one name and run: a challenge names them, and what is drawn follows from the
 * challenge. With drawn keys each test would draw other rows on each run.
 */
export async function party(folder: string, name: string, run = ""): Promise<Party> {
  await mkdir(folder, { recursive: true });
  const pem = join(folder, `${name}.pem`);
  await writeFile(pem, privateKeyOf(drawnFor(`${run}/${name}/key`)).export({ type: "pkcs8", format: "pem" }));
  const identity = join(folder, `${name}.age`);
  const known = IDENTITIES[name];
  if (known === undefined) return { key: await readRunKey(pem), recipient: await makeIdentity(identity), identity };
  await writeFile(identity, `${known}\n`, { mode: 0o600 });
  const [recipient] = await recipientsOf(await readIdentities(identity), identity);
  return { key: await readRunKey(pem), recipient: recipient!, identity };
}

/** P-256 from its number, as SEC 1 writes a key without its public half. */
function privateKeyOf(scalar: Uint8Array) {
  const head = Buffer.from("30310201010420", "hex");
  const curve = Buffer.from("a00a06082a8648ce3d030107", "hex");
  return createPrivateKey({ key: Buffer.concat([head, scalar, curve]), format: "der", type: "sec1" });
}

/** Rows of training as a trainer logs them. @param seed of the noise on the loss */
export function stepRows(seed: string, steps = 400): Record<string, unknown>[] {
  const source = prng("assay/audit-material", seed);
  return Array.from({ length: steps }, (_, i) => {
    const step = i + 1;
    const part = step < 20 ? step / 20 : 0.5 * (1 + Math.cos((Math.PI * (step - 20)) / (steps - 20)));
    const noise = (source.below(2001) - 1000) / 20_000;
    return {
      step,
      loss: Number((3 + 5 * Math.exp(-step / 80) + noise).toFixed(4)),
      learning_rate: 3e-4 * part,
      grad_norm: Number((1 + noise).toFixed(3)),
      num_input_tokens_seen: 4096 * step,
      timestamp: OPENED_AT + 120 + 2 * step,
    };
  });
}

/** 4,096 rows of 400 tokens: 400 steps of 4,096. @param bad numbers of rows under another licence */
export function dataRows(seed: string, bad: readonly number[] = [], rows = 4096): Record<string, unknown>[] {
  const out = new Set(bad);
  return Array.from({ length: rows }, (_, i) => ({
    id: `${seed}-${i}`,
    licence: out.has(i) ? "proprietary" : i % 2 === 0 ? "cc0" : "cc-by",
    num_tokens: 400,
  }));
}

export const jsonLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

export interface AuditedRun {
  folder: string;
  maker: Party;
  auditor: Party;
  /** Commits to what the file holds, at a moment after the opening. */
  commit: (
    of: RowClass,
    file: string,
    text: string | null,
    afterSeconds: number,
    onProgress?: (progress: { done: number }) => void,
  ) => ReturnType<typeof commitRows>;
  draw: (of: RowClass, k: number, unit?: "rows" | "tokens", order?: InspectionOrder | null) => Promise<void>;
  open: (name: string, withhold?: readonly number[]) => Promise<string>;
  report: (
    opening: string | null,
    model?: string | null,
    withRows?: boolean,
    disclosed?: string | null,
  ) => Promise<Reported>;
  /** From here on entries are cosigned by the policy's witnesses, whose clocks reports then believe. */
  watchedBy: (policy: string) => void;
}

export async function openAuditedRun(home: string, name: string, declared: unknown = DECLARED): Promise<AuditedRun> {
  const folder = join(home, name);
  const [maker, auditor] = [
    await party(join(home, `${name}-keys`), "maker", name),
    await party(join(home, `${name}-keys`), "auditor", name),
  ];
  await beginRun({
    folder,
    name,
    purpose: "a small model, for a test",
    declared,
    beacon: "local",
    key: maker.key,
    at: OPENED_AT,
    round: null,
    witnesses: null,
    secrets: (of) => drawnFor(`${name}/${of}`),
  });
  let now = OPENED_AT;
  let policy: Uint8Array | null = null;
  const witnesses = () => (policy ? parsePolicy(policy, "witnesses") : null);
  return {
    watchedBy(text) {
      policy = new TextEncoder().encode(text);
    },
    folder,
    maker,
    auditor,
    async commit(of, file, text, afterSeconds, onProgress = () => undefined) {
      now = OPENED_AT + afterSeconds;
      const path = join(home, `${name}-${file}`);
      if (text !== null) await writeFile(path, text);
      return commitRows({
        folder,
        of,
        sources: [path],
        key: maker.key,
        round: null,
        at: now,
        witnesses: witnesses(),
        step: null,
        onProgress,
      });
    },
    async draw(of, k, unit = "rows", order = null) {
      const challenge = await makeChallenge({
        where: folder,
        of,
        unit,
        k,
        round: null,
        waitSeconds: 300,
        rules: [],
        recipient: auditor.recipient,
        dueDays: 14,
        order,
        key: auditor.key,
        at: now,
      });
      await enterSigned(folder, challenge, witnesses());
    },
    async open(file, withhold = []) {
      const out = join(home, `${name}-${file}.age`);
      await answerChallenge({
        folder,
        challenge: null,
        signature: null,
        out,
        withhold,
        key: maker.key,
        at: now,
        witnesses: witnesses(),
      });
      return out;
    },
    report: (opening, model = null, withRows = false, disclosed = null) =>
      reportOnRun({
        where: folder,
        challenge: null,
        opening: opening === null ? null : { file: opening, identity: auditor.identity },
        disclosed,
        model,
        policy,
        withRows,
        key: auditor.key,
      }),
  };
}
