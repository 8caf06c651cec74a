/**
 * A challenge from its making to its answer: the auditor signs what is to be drawn and by which round; the run's maker
 * opens the rows that the round drew, sealed to the auditor, and enters how many were opened.
 */
import { readFile } from "node:fs/promises";
import { hex } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { roundAt, verifyRound } from "../../evidence/drand.js";
import { readIdentities, seal, unseal } from "../../host/log/sealing.js";
import { unixSeconds } from "../../host/moment.js";
import { readSmallFile, writeNewFile } from "../../host/small-file.js";
import type { SignedEntry, UNITS } from "../../office/audit/entry.js";
import { type InspectionOrder, orderDigest } from "../../office/audit/inspection/order.js";
import {
  drawn,
  encodeOpening,
  OPENING_BYTES_MAX,
  type Opening,
  readOpening,
  rowsToOpen,
} from "../../office/audit/opening.js";
import { rowProof } from "../../office/audit/row-tree.js";
import type { DataRow, RowClass } from "../../office/audit/rows.js";
import type { Challenged, RunState } from "../../office/audit/run-state.js";
import type { Policy } from "../../tlog/policy.js";
import { RowStore } from "./row-store.js";
import { enterInRun, momentText, openRun, type RunKey, roundSignature, runSecret, signEntry } from "./run-log.js";

const DAY_SECONDS = 86_400;

interface DrawOptions {
  where: string;
  of: RowClass;
  unit: (typeof UNITS)[number];
  k: number;
  /** Null for the first round at least `waitSeconds` from now. */
  round: number | null;
  waitSeconds: number;
  rules: readonly string[];
  /** age recipient: who may read what is opened. */
  recipient: string;
  dueDays: number;
  /** The inspection order under which it is made; null where none is. */
  order: InspectionOrder | null;
  key: RunKey;
  at: number | null;
}

/** The signed challenge; it counts when it stands in the run's log. */
export async function makeChallenge(options: DrawOptions): Promise<Uint8Array> {
  const { where, of, unit, k, rules, recipient, dueDays, order, key, at, waitSeconds } = options;
  const { state } = await openRun(where);
  const target = state.committed.get(of)?.at(-1);
  if (!target) throw new AssayError("USAGE", `audit draw: expected a commitment to ${of} in this run`);
  const { beacon, run, declared } = state.opened!;
  if (order) assertOrdered(order, options, state.run!);
  if (at !== null && !beacon.standIn) throw new AssayError("USAGE", "audit: --at is for a run with a stand-in beacon");
  const now = at ?? unixSeconds();
  const round =
    options.round ?? Math.max(roundAt(beacon, now + waitSeconds), state.lastRound + 1, roundAt(beacon, now) + 1);
  const all = of === "data" ? (declared.dataRules ?? []).map(({ id }) => id) : [];
  return signEntry(
    {
      kind: "challenged",
      run,
      issued: momentText(now),
      class: of,
      target: target.digest,
      unit,
      k,
      round,
      due: momentText(now + dueDays * DAY_SECONDS),
      rules: rules.length > 0 ? [...rules] : all,
      alpha: "0.05",
      recipient,
      ...(order ? { order: orderDigest(order) } : {}),
      publicKey: key.publicKey,
    },
    key,
  );
}

/** A challenge under an order asks for what the order says: no more, and of that run. */
function assertOrdered(
  { run, inspectors, sample }: InspectionOrder,
  { of, unit, k, key }: DrawOptions,
  digest: string,
) {
  if (run !== digest) throw new AssayError("USAGE", "audit draw: the order is about another run");
  if (!inspectors.some((each) => each.key === key.keyId))
    throw new AssayError("USAGE", "audit draw: expected the key of an inspector that the order names");
  if (!sample || sample.class !== of || sample.unit !== unit || sample.k !== k)
    throw new AssayError(
      "USAGE",
      `audit draw: the order asks for ${sample ? `${sample.k} ${sample.unit} of ${sample.class}` : "no sample"}`,
    );
}

/** An entry signed elsewhere, such as an auditor's challenge, entered by whoever keeps the run's log. */
export async function enterSigned(
  folder: string,
  bytes: Uint8Array,
  witnesses: Policy | null,
): Promise<{ seq: number; entry: SignedEntry }> {
  return enterInRun(folder, () => bytes, witnesses);
}

/** The challenge of that digest; the last one without an answer where none is named. */
export function challengeOf(state: RunState, digest: string | null): Challenged {
  const all = [...state.challenges.values()];
  const found =
    digest === null
      ? (all.findLast(({ answered, refused }) => !answered && !refused) ?? all.at(-1))
      : all.find((each) => each.digest.includes(digest));
  if (!found)
    throw new AssayError(
      "NOT_FOUND",
      `audit: expected a challenge${digest === null ? "" : ` ${quoted(digest)}`} in this run`,
    );
  return found;
}

interface AnswerOptions {
  folder: string;
  challenge: string | null;
  /** Of the challenge's round, hexadecimal; made here where the beacon is a stand-in. */
  signature: string | null;
  /** A new file for the sealed opening. */
  out: string;
  /** Numbers of rows that are not opened. */
  withhold: readonly number[];
  key: RunKey;
  at: number | null;
  witnesses: Policy | null;
}

/**
 * Opens what the round drew, sealed to the auditor, and enters how many rows were opened and how many withheld.
 * @throws SIGNATURE where the round's signature does not hold
 */
export async function answerChallenge(
  options: AnswerOptions,
): Promise<{ opened: number; withheld: number; entry: SignedEntry }> {
  const { folder, out, withhold, key, at, witnesses } = options;
  const { state } = await openRun(folder);
  const challenge = challengeOf(state, options.challenge);
  const { beacon } = state.opened!;
  const signature = options.signature ?? (await roundSignature(folder, beacon, challenge.said.round));
  if (!verifyRound(beacon, challenge.said.round, signature))
    throw new AssayError(
      "SIGNATURE",
      `audit open: expected the signature of round ${challenge.said.round} of ${beacon.chain}`,
    );
  const store = await RowStore.open(folder, challenge.said.class, await runSecret(folder));
  try {
    const draw = drawn(challenge, signature);
    const places = draw.positions.length > 0 ? await rowsOfPositions(store, draw.positions) : [];
    const out_ = new Set(withhold);
    const wanted = rowsToOpen(challenge, draw, places);
    const opening: Opening = {
      type: "assay/audit-opening/v1",
      run: state.run!,
      challenge: challenge.digest,
      rows: [],
      places,
    };
    for (const index of wanted.filter((each) => !out_.has(each))) {
      const proof = await rowProof(store.readHashes, index, challenge.target.said.size);
      opening.rows.push({ index, ...(await store.rowAt(index)), proof: proof.map(hex) });
    }
    const sealed = await seal(encodeOpening(opening), [challenge.said.recipient]);
    await writeNewFile(out, sealed);
    const withheld = wanted.length - opening.rows.length;
    const { entry } = await enterInRun(
      folder,
      () =>
        signEntry(
          {
            kind: "answered",
            run: state.opened!.run,
            issued: momentText(at ?? unixSeconds()),
            challenge: challenge.digest,
            signature,
            opened: opening.rows.length,
            withheld,
            sealed: sha256Digest(sealed),
          },
          key,
        ),
      witnesses,
    );
    return { opened: opening.rows.length, withheld, entry };
  } finally {
    await store.close();
  }
}

/** The row in which each position lies: rows' beginnings rise, so each is found by halving. */
async function rowsOfPositions(store: RowStore, positions: readonly number[]): Promise<(number | null)[]> {
  const places: (number | null)[] = [];
  for (const position of positions) {
    let [low, high] = [0, store.state.size - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((((await store.rowAt(middle)).row as DataRow).start ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    places.push(low);
  }
  return places;
}

/** A sealed opening, held against the digest that the log names. @throws DIGEST, NOT_FOUND when it is sealed to others */
export async function readSealed(path: string, identityFile: string, challenge: Challenged): Promise<Opening> {
  const sealed = await readSmallFile(path, OPENING_BYTES_MAX);
  if (!challenge.answered || sha256Digest(sealed) !== challenge.answered.sealed)
    throw new AssayError("DIGEST", `audit: ${quoted(path)} is not the opening that the log names`);
  const bytes = await unseal(sealed, await readIdentities(identityFile));
  if (!bytes) throw new AssayError("NOT_FOUND", `audit: ${quoted(path)} is not sealed to this identity`);
  return readOpening(bytes, "opening");
}

/** The 96 digits themselves, or `@FILE` that holds them. @throws USAGE */
export async function readSignature(text: string): Promise<string> {
  const given = text.startsWith("@") ? (await readFile(text.slice(1), "utf8")).trim() : text;
  if (!/^[0-9a-f]{96}$/.test(given))
    throw new AssayError("USAGE", "audit: expected a round's signature, 96 hexadecimal digits");
  return given;
}
