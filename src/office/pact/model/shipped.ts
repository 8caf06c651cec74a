/** The model pact, text and queries together, and what its obligations have to do with law. Neither is signed by anybody. */
import { z } from "zod";
import { type Pact, readPact } from "../schema/pact.js";
import mapping from "./mapping-v1.json" with { type: "json" };
import model from "./model-pact-v1.json" with { type: "json" };

/** As given, for those who start from it. */
export const MODEL_PACT_TEXT: unknown = model;
export const MODEL_PACT: Pact = readPact(model, "model pact");

const line = z.string().min(1).max(600);
const schema = z.strictObject({
  type: z.literal("assay/pact-mapping/v1"),
  pact: z.string(),
  says: line,
  rows: z
    .array(
      z.strictObject({
        id: z.string(),
        law: line,
        asks: line,
        obligations: z.array(z.string()),
        how: z.enum(["whole", "part", "none"]),
        status: line,
        source: line,
        seen: z.string().regex(/^\d{4}-\d\d-\d\d$/),
        note: line.nullable(),
      }),
    )
    .min(1),
});
export type Mapping = z.infer<typeof schema>;
export const MAPPING: Mapping = schema.parse(mapping);
