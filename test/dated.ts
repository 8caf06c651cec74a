/** A log of one entry that two witnesses cosign at given moments, and a beacon's round that is out: for plans that are drawn. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitmentEntry, timeOfRound } from "../src/evidence/beacon-draw.js";
import { checkpointText } from "../src/tlog/checkpoint.js";
import { signerOf } from "../src/tlog/cosignature.js";
import { leafHash } from "../src/tlog/merkle-hash.js";
import { encodeVerifierKey, secretKeyOf } from "../src/tlog/note-keys.js";
import { encodeProofFile } from "../src/tlog/proof-file.js";
import { encodeNote, signNote } from "../src/tlog/signed-note.js";

/** A round of quicknet that is out, and its signature (vectors of noislabs/drand-verify). */
export const ROUND = 123;
export const SIGNATURE =
  "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
/** Ten minutes before the round is out. */
export const EARLY = timeOfRound(ROUND) - 600;

const LOG = secretKeyOf("log.example/plans", "ed25519", new Uint8Array(32).fill(1));
const WITNESSES = [2, 3].map((n) =>
  secretKeyOf(`witness-${n}.example`, "ed25519-cosigner", new Uint8Array(32).fill(n)),
);

/** Writes the policy that believes the log and asks for both witnesses. @returns its path */
export function policyIn(folder: string): string {
  const lines = [
    `log ${encodeVerifierKey(LOG)}`,
    ...WITNESSES.map((key, i) => `witness w${i} ${encodeVerifierKey(key)}`),
    "group both all w0 w1",
    "quorum both",
    "",
  ];
  const path = join(folder, "policy.txt");
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** The plan's commitment as the one entry of a log that two witnesses cosigned at these moments. @returns the proof's path */
export function proofIn(
  folder: string,
  plan: Parameters<typeof commitmentEntry>[0],
  name = "plan.tlog-proof",
  times: readonly number[] = [EARLY, EARLY + 30],
): string {
  const root = leafHash(commitmentEntry(plan));
  const text = checkpointText({ origin: LOG.name, size: 1, root, extensions: [] });
  const signers = [signerOf(LOG, 0), ...times.map((time, i) => signerOf(WITNESSES[i]!, time))];
  const checkpoint = encodeNote(signNote(text, signers));
  const path = join(folder, name);
  writeFileSync(path, encodeProofFile({ extra: null, index: 0, proof: [], checkpoint }));
  return path;
}
