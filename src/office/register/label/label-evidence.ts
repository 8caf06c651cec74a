/**
 * What an embedded label is made from, away from the register: receipts of the statements it rests on, each verified
 * under the embedder's own policy. Fails closed: whatever is missing, about another model, from another log or too old is
 * an error and there is no label. It cannot see an entry that the register keeps back; whoever follows the log can.
 */
import { z } from "zod";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { timeOf, verifierOf } from "../../../tlog/cosignature.js";
import type { Policy } from "../../../tlog/policy.js";
import { parseProofFile } from "../../../tlog/proof-file.js";
import { verifiedBy } from "../../../tlog/signed-note.js";
import { trustCheckpoint } from "../../../tlog/trusted-checkpoint.js";
import type { Order } from "../declarations/order.js";
import {
  evidenceText,
  factOf,
  OPTIONAL_FACTS,
  ORIGIN_FACTS,
  type Origin,
  type OriginFact,
} from "../declarations/origin.js";
import type { Audit, Correction } from "../declarations/procedure.js";
import { type VerifiedReceipt, verifyReceipt } from "../receipt.js";
import { dayOf } from "./label.js";

const EVIDENCE_BYTES_MAX = 32 * 1024 * 1024;
const RECEIPTS_MAX = 64;

const schema = z.strictObject({
  type: z.literal("assay/label-evidence/v1"),
  model: z.string(),
  receipts: z.array(z.string()).max(RECEIPTS_MAX),
});

/** Of many receipts the first RECEIPTS_MAX; a label that needs more cannot be embedded. */
export function encodeLabelEvidence(model: string, receipts: readonly Uint8Array[]): Uint8Array {
  const texts = receipts.slice(0, RECEIPTS_MAX).map((bytes) => fromUtf8(bytes, "receipt"));
  return utf8(JSON.stringify({ type: "assay/label-evidence/v1", model, receipts: texts }));
}

export interface ShownLabel {
  model: string;
  name: string;
  /** Key that signed what is shown of the origin; whose it is, the register's list says. */
  key: string | null;
  facts: { title: string; says: string; steps: string[] }[];
  warnings: string[];
  log: { origin: string; size: number; cosigners: string[]; cosigned: string | null };
}

/** @param now Unix seconds @param ageSecondsMax how old the newest cosignature may be, where the policy has witnesses */
export function shownLabel(
  bytes: Uint8Array,
  model: string,
  policy: Policy,
  now: number,
  ageSecondsMax: number,
): ShownLabel {
  const what = "label";
  if (bytes.length > EVIDENCE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${EVIDENCE_BYTES_MAX} bytes`);
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success || parsed.data.model !== model)
    throw new AssayError("SCHEMA", `${what}: expected evidence about ${model}`);
  const receipts = parsed.data.receipts.map((text) => ({ verified: verifyReceipt(utf8(text), policy), text }));
  const first = receipts.find(({ verified }) => verified.record.model === model);
  if (!first) throw new AssayError("NOT_FOUND", `${what}: expected declarations of ${model}, got none`);
  for (const { verified } of receipts)
    if (
      (verified.record.model !== model && verified.record.kind !== "order") ||
      verified.log.size !== first.verified.log.size ||
      verified.log.origin !== first.verified.log.origin
    )
      throw new AssayError("DIGEST", `${what}: expected receipts of one model under one checkpoint`);
  const cosigned = newestCosignature(first.text, policy);
  if (policy.witnesses.length > 0 && (cosigned === null || now - cosigned > ageSecondsMax))
    throw new AssayError("SIGNATURE", `${what}: the newest cosignature is too old`);
  const of = (kind: string) => receipts.map(({ verified }) => verified).filter(({ record }) => record.kind === kind);
  const origin = [...of("origin"), ...of("correction").filter(({ record }) => record.as === "origin")].at(-1);
  return {
    model,
    name: first.verified.record.name,
    key: origin?.record.key ?? null,
    facts: factsOf(origin ?? null, of("audit")),
    warnings: [
      ...(origin && originIn(origin).standing === "compiled"
        ? ["Compiled from public facts, not declared by the publisher"]
        : []),
      ...of("withdrawal")
        .filter(({ record }) => record.about === undefined)
        .map(() => "The model was withdrawn"),
      ...of("order").map(({ record, signed }) => orderWarning(record, signed.declaration.predicate as Order, model)),
      ...of("challenge").map(({ record }) => `Challenged ${dayOf(record.received)}`),
    ],
    log: { ...first.verified.log, cosigned: cosigned === null ? null : dayOf(cosigned) },
  };
}

/** By whom an order was made is for the register's page to say: a receipt names a key. */
function orderWarning({ name, model: about }: VerifiedReceipt["record"], order: Order, model: string): string {
  const whom = about === model ? "" : ` about ${name}, from which it is declared or found to stem`;
  return `Order: ${order.effect}${whom}, from ${order.from.slice(0, 10)}; how it stands, the register's page says`;
}

function factsOf(origin: VerifiedReceipt | null, audits: readonly VerifiedReceipt[]): ShownLabel["facts"] {
  const body = origin ? originIn(origin) : null;
  const optional = Object.entries(OPTIONAL_FACTS).filter(([fact]) => body && factOf(body, fact as OriginFact));
  return ([...Object.entries(ORIGIN_FACTS), ...optional] as [OriginFact, string][]).map(([fact, title]) => {
    if (!origin || !body) return { title, says: "not declared", steps: [] };
    const { status, countries, items, evidence } = factOf(body, fact)!;
    const looked = audits
      .map(({ record, signed }) => ({ record, audit: signed.declaration.predicate as Audit }))
      .filter(({ audit }) => audit.statement === origin.signed.statement && audit.facts.includes(fact));
    return {
      title,
      says: [...countries, ...items].join(", ") || status,
      steps: [
        `${body.standing ?? "declared"} ${body.issued.slice(0, 10)}`,
        "signed",
        `logged ${dayOf(origin.record.received)}`,
        ...(evidence ? [evidenceText(evidence)] : []),
        ...looked.map(({ audit }) => `${audit.result} ${audit.issued.slice(0, 10)}`),
      ],
    };
  });
}

function originIn({ signed }: VerifiedReceipt): Origin {
  const { kind, predicate } = signed.declaration;
  return (kind === "correction" ? (predicate as Correction).replacement : predicate) as Origin;
}

function newestCosignature(receipt: string, policy: Policy): number | null {
  const { proof } = parseStrictJson(receipt, "receipt") as { proof: string };
  const { note } = trustCheckpoint(parseProofFile(utf8(proof)).checkpoint, policy);
  const held = new Set(
    verifiedBy(
      note,
      policy.witnesses.map(({ key }) => verifierOf(key)),
    ).map(({ keyId }) => keyId),
  );
  const times = note.signatures.filter(({ keyId }) => held.has(keyId)).map(({ signature }) => timeOf(signature));
  return times.reduce<number | null>((newest, time) => (time !== null && time > (newest ?? 0) ? time : newest), null);
}
