/** What was examined, named by its digest. A model's root is its OMS root digest (see oms.ts). */
import { z } from "zod";
import { DIGEST_PATTERN, type Digest } from "../base/digest.js";

export const digestSchema = z
  .string()
  .regex(DIGEST_PATTERN)
  .transform((text) => text as Digest)
  .meta({ description: "A digest: sha256: or blake3: and 64 lower-case hexadecimal digits" });

export const artefactSchema = z.strictObject({
  name: z.string().min(1).max(255),
  kind: z.enum(["model", "sketch", "transcript", "log", "text", "mark", "code", "scores"]),
  root: digestSchema,
  obtained: z.string().max(500).optional(),
});
export type Artefact = z.infer<typeof artefactSchema>;
