/** A dated commitment to a side, as the laboratory is handed it: whoever hands it in has checked it. It shows existence. */
import { z } from "zod";
import type { Digest } from "../../../base/digest.js";

/** A side that is shown to have existed at a time: whoever hands it in has checked how that is shown. */
export interface Commitment {
  /** OMS root digest of the model that was committed to. */
  root: Digest;
  /** The latest moment at which it must have existed, in Unix seconds; by whose clock. */
  time: number;
  by: string;
  /** The receipt or timestamp that shows it. */
  evidence: Digest;
}

const schema = z.strictObject({
  root: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  time: z
    .int()
    .positive()
    .max(2 ** 40),
  by: z.string().min(1).max(500),
  evidence: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
});

/** As one text among an examination's settings, and back; null for a text that is none. */
export function commitmentText({ root, time, by, evidence }: Commitment): string {
  return JSON.stringify({ root, time, by, evidence });
}
/** Null for anything that is no commitment, so that a request from elsewhere cannot stop an examination. */
export function commitmentOf(text: unknown): Commitment | null {
  if (typeof text !== "string") return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
