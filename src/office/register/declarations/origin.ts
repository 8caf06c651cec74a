/**
 * Origin as facts, each stated apart: one flag would mislead (a model made in one country on data under the law of
 * another, from a base of a third). Each is declared, unknown, or does not apply. Version 2 adds, where a signer wants to
 * say it, on which hardware a model was trained, and with each fact what there is to show for it. An origin that says
 * none of that is written as version 1.
 */
import { z } from "zod";
import { countries, head, sha256, text } from "./vocabulary.js";

export const ORIGIN_FACTS = {
  providerSeat: "Provider's seat",
  trainingPlace: "Place of training",
  dataLaw: "Law over the training data",
  baseOrigin: "Origin of base models",
} as const;
/** Shown where stated only. */
export const OPTIONAL_FACTS = { trainingHardware: "Training hardware" } as const;
export type OriginFact = keyof typeof ORIGIN_FACTS | keyof typeof OPTIONAL_FACTS;

/** What there is to show for a fact: the signer's word; documents; an attestation by the hardware itself. */
const EVIDENCE_TIERS = ["stated", "documented", "attested"] as const;
/** Attestations by processors that `assay register quote` verifies, and anything else. */
const ATTESTED_FORMS = ["sgx-quote", "tdx-quote", "snp-report"] as const;
const EXHIBIT_FORMS = ["document", ...ATTESTED_FORMS] as const;
const EXHIBITS_MAX = 16;
const HARDWARE_MAX = 32;

const isAttested = (form: string) => (ATTESTED_FORMS as readonly string[]).includes(form);

const exhibit = z
  .strictObject({
    form: z.enum(EXHIBIT_FORMS),
    digest: sha256.describe("SHA-256 of the exhibit's file"),
    binds: sha256.optional().describe("of an attestation: the digest that the measured software put in"),
    says: text.describe("what it shows"),
  })
  .refine((e) => isAttested(e.form) === (e.binds !== undefined), {
    message: "expected what an attestation binds, and of no document",
    path: ["binds"],
  });

const evidence = z
  .strictObject({ tier: z.enum(EVIDENCE_TIERS), exhibits: z.array(exhibit).max(EXHIBITS_MAX).optional() })
  .refine(({ tier, exhibits = [] }) => tier !== "documented" || exhibits.length > 0, {
    message: "expected an exhibit where a fact is documented",
    path: ["exhibits"],
  })
  .refine(({ tier, exhibits = [] }) => tier !== "attested" || exhibits.some(({ form }) => isAttested(form)), {
    message: `expected an exhibit of a form ${ATTESTED_FORMS.join(", ")} where a fact is attested`,
    path: ["exhibits"],
  });
export type Evidence = z.infer<typeof evidence>;

const parts = {
  status: z.enum(["declared", "unknown", "not-applicable"]),
  countries: countries.optional(),
  note: text.optional(),
};
const isPlaced = (f: { status: string; countries?: unknown }) =>
  (f.status === "declared") === (f.countries !== undefined);
const ONLY_PLACED = { message: "expected countries where the status is declared, and only there" };
const isShown = (f: { status: string; evidence?: unknown }) => f.status === "declared" || f.evidence === undefined;
const ONLY_DECLARED = { message: "expected evidence of what is declared alone", path: ["evidence"] };
const fact1 = z.strictObject(parts).refine(isPlaced, ONLY_PLACED);
const fact2 = z
  .strictObject({ ...parts, evidence: evidence.optional() })
  .refine(isPlaced, ONLY_PLACED)
  .refine(isShown, ONLY_DECLARED);

const hardware = z
  .strictObject({
    status: z.enum(["declared", "unknown"]),
    items: z
      .array(
        z.strictObject({
          name: text.describe("as its maker calls it, such as H100 SXM"),
          count: z.int().positive().nullable().describe("how many; null: not stated"),
          countries: countries.optional().describe("where these stood, if not all stood in one place"),
        }),
      )
      .min(1)
      .max(HARDWARE_MAX)
      .optional(),
    note: text.optional(),
    evidence: evidence.optional(),
  })
  .refine((f) => (f.status === "declared") === (f.items !== undefined), {
    message: "expected items where the status is declared, and only there",
  })
  .refine(isShown, ONLY_DECLARED);

const facts = <T extends z.ZodType>(fact: T) => ({
  ...head,
  providerSeat: fact.describe("seat of the legal person that provides the model"),
  trainingPlace: fact.describe("where the computing stood"),
  dataLaw: fact.describe("whose law governs the training data and its collection"),
  baseOrigin: fact.describe("seats of the providers of the base models; not applicable without a base"),
});

export const originSchemaV1 = z.strictObject(facts(fact1));
export const originSchema = z
  .strictObject({
    ...facts(fact2),
    trainingHardware: hardware.optional().describe("what the model was trained on"),
  })
  .refine(
    ({ trainingHardware, trainingPlace }) => {
      const stood = (trainingHardware?.items ?? []).flatMap((item) => item.countries ?? []);
      return trainingPlace.countries === undefined || stood.every((each) => trainingPlace.countries!.includes(each));
    },
    { message: "expected hardware within the declared place of training", path: ["trainingHardware"] },
  );
export type Origin = z.infer<typeof originSchema>;

/** Whether it says something that version 1 has no field for. */
export function needsVersion2(origin: Origin): boolean {
  return (
    origin.trainingHardware !== undefined ||
    (Object.keys(ORIGIN_FACTS) as (keyof typeof ORIGIN_FACTS)[]).some((name) => origin[name].evidence !== undefined)
  );
}

interface FactStated {
  status: "declared" | "unknown" | "not-applicable";
  countries: readonly string[];
  /** Of hardware: "512 × H100 SXM (NO)". */
  items: readonly string[];
  note: string | null;
  evidence: Evidence | null;
}

/** One fact as stated; null where an optional one is not. */
export function factOf(origin: Origin, name: OriginFact): FactStated | null {
  const stated = origin[name];
  if (stated === undefined) return null;
  const { status, note, evidence } = stated;
  const items = "items" in stated ? (stated.items ?? []) : [];
  return {
    status,
    countries: "countries" in stated ? (stated.countries ?? []) : [],
    items: items.map(
      ({ name: what, count, countries: where }) =>
        `${count === null ? "" : `${count} × `}${what}${where ? ` (${where.join(", ")})` : ""}`,
    ),
    note: note ?? null,
    evidence: evidence ?? null,
  };
}

/** "attested, says the signer; exhibits: tdx-quote sha256:…": a tier is a claim until the exhibit was looked at. */
export function evidenceText({ tier, exhibits = [] }: Evidence): string {
  const shows = exhibits.map(({ form, digest }) => `${form} ${digest}`).join(", ");
  return `${tier}, says the signer${shows === "" ? "" : `; exhibits: ${shows}`}`;
}
