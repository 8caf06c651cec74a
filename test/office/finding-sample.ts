/** A finding on two given models, from the report's fixtures with other roots, and the statement that names it. */
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { encodeFinding } from "../../src/finding/codec.js";
import type { FindingRecord } from "../../src/office/register/declarations/procedure.js";
import { derived } from "../report/fixtures.js";

const OF_FIXTURE = { method: derived.method.id, version: derived.method.version };

/** @param madeBy the method and its version, where they matter */
export function findingBytes(reference: string, suspect: string, madeBy = OF_FIXTURE): Uint8Array {
  const { subject } = derived;
  if (subject.kind !== "pair") throw new Error("expected a pair");
  const root = (artefact: typeof subject.reference, id: string) => ({ ...artefact, root: id as `sha256:${string}` });
  const pair = { ...subject, reference: root(subject.reference, reference), suspect: root(subject.suspect, suspect) };
  const method = { ...derived.method, id: madeBy.method, version: madeBy.version };
  return utf8(encodeFinding({ ...derived, method, subject: pair }));
}

export function findingOf(
  reference: string,
  suspect: string,
  madeBy = OF_FIXTURE,
): Omit<Extract<FindingRecord, { suspect: unknown }>, "issued"> {
  return {
    finding: sha256Digest(findingBytes(reference, suspect, madeBy)),
    proposition: derived.proposition.id,
    outcome: derived.outcome,
    reference,
    suspect,
  };
}
