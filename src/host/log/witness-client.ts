/**
 * Ask the witnesses of a policy for their cosignatures (C2SP tlog-witness) until its quorum is reached. Each witness is
 * asked at the size it last saw, which it tells by 409; what an unknown or a false cosigner answers is left out.
 */
import { AssayError } from "../../base/error.js";
import { verifierOf } from "../../tlog/cosignature.js";
import type { Cosign } from "../../tlog/log-writer.js";
import type { Policy } from "../../tlog/policy.js";
import { encodeNote, type Note, type NoteSignature, parseSignature } from "../../tlog/signed-note.js";
import { encodeAddCheckpoint } from "../../tlog/witness.js";

const TIMEOUT_MS = 10_000;
const ANSWER_CHARACTERS_MAX = 256 * 1024;
/** One refusal tells the size; more mean that someone else is submitting at the same time. */
const TRIES = 3;

type Witness = Policy["witnesses"][number];

/**
 * All at once; the quorum decides, not the number. @throws SIGNATURE where it is not reached, with each refusal; what
 * was signed stays stored
 */
export function askWitnesses(policy: Policy): Cosign {
  const sizes = new Map<string, number>();
  return async (note, size, proveFrom) => {
    const asked = policy.witnesses.filter(({ url }) => url !== null);
    const answers = await Promise.allSettled(asked.map((witness) => askOne(witness, note, size, proveFrom, sizes)));
    const signatures = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
    const cosigned = asked.filter((_, i) => answers[i]!.status === "fulfilled").map(({ name }) => name);
    if (policy.quorum(new Set(cosigned))) return { text: note.text, signatures: [...note.signatures, ...signatures] };
    const reasons = answers.flatMap((answer, i) =>
      answer.status === "rejected" ? [`${asked[i]!.name}: ${(answer.reason as Error).message}`] : [],
    );
    throw new AssayError(
      "SIGNATURE",
      `log: expected cosignatures of quorum ${policy.quorumName}, got ${cosigned.join(", ") || "none"} (${reasons.join("; ")}); the entries are kept, signed, and published when the quorum answers`,
    );
  };
}

/** Signatures by this witness's own key that hold; throws when there is none. */
async function askOne(
  witness: Witness,
  note: Note,
  size: number,
  proveFrom: (oldSize: number) => Promise<Uint8Array[]>,
  sizes: Map<string, number>,
): Promise<NoteSignature[]> {
  const url = `${witness.url!.replace(/\/+$/, "")}/add-checkpoint`;
  let old = sizes.get(witness.name) ?? 0;
  for (let tried = 0; tried < TRIES; tried++) {
    const proof = old < size ? await proveFrom(old) : [];
    const body = new Uint8Array(encodeAddCheckpoint({ oldSize: old, proof, checkpoint: encodeNote(note) }));
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
    if (response.status === 200) {
      sizes.set(witness.name, size);
      return ownSignatures(witness, note, text);
    }
    const told = Number(/^(0|[1-9][0-9]{0,15})\n$/.exec(text)?.[1] ?? Number.NaN);
    if (response.status !== 409 || !(told <= size)) throw new Error(`answered ${response.status}`);
    old = told;
  }
  throw new Error("kept answering 409");
}

function ownSignatures(witness: Witness, note: Note, text: string): NoteSignature[] {
  const { name, keyId, verify } = verifierOf(witness.key);
  const lines = text.split("\n").filter((line) => line !== "");
  const own = lines
    .map((line) => parseSignature(line, `witness ${witness.name}`))
    .filter((s) => s.name === name && s.keyId === keyId && verify(note.text, s.signature));
  if (own.length === 0) throw new Error("answered without a signature of its key that holds");
  return own;
}
