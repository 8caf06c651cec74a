/**
 * Training content: the fields of the EU template for the public summary (Art. 53(1)(d) AI Act, template of 24 July
 * 2025, sections 1 to 3) and the twelve items of California AB 2013 (Civ. Code § 3111). Every field is asked; null
 * means "not stated". It holds what a publisher says: nothing here checks it against the data.
 */
import { z } from "zod";
import { answer, day, head, LIST_ITEMS_MAX, modelRef, text, webAddress, yesNo } from "./vocabulary.js";

const MODALITIES = ["text", "image", "audio", "video", "other"] as const;
const modality = z.enum(MODALITIES);
/** Bands of section 1.3, by modality: tokens of text, images, hours of audio and video. */
const SIZE_BANDS = {
  text: ["under 1B tokens", "1B to 10T tokens", "over 10T tokens"],
  image: ["under 1M images", "1M to 1B images", "over 1B images"],
  audio: ["under 10,000 hours", "10,000 to 1M hours", "over 1M hours"],
  video: ["under 10,000 hours", "10,000 to 1M hours", "over 1M hours"],
  other: ["stated in the description"],
} as const;

const characteristics = <B extends readonly [string, ...string[]]>(bands: B) =>
  z
    .strictObject({
      size: z.enum(bands).nullable(),
      types: answer.describe("types of content"),
      latestAcquisition: day.nullable(),
      languages: answer.describe("linguistic characteristics"),
      other: answer,
    })
    .optional();

const used = { used: yesNo, modalities: z.array(modality).max(5).optional(), description: answer };
const dataset = z.strictObject({ name: text, url: webAddress.optional(), licence: text.optional() });

/** Protocols by which rights are reserved, as consulted on by the Commission in 2025 and 2026. */
const OPT_OUTS = ["robots.txt", "TDMRep", "C2PA", "CAWG", "IPTC", "ai.txt", "Content-Usage", "other"] as const;

export const trainingContentSchema = z.strictObject({
  ...head,
  version: text,
  general: z.strictObject({
    provider: z.strictObject({ name: text, contact: answer, representative: answer }),
    models: z.array(text).min(1).max(LIST_ITEMS_MAX).describe("versioned names"),
    dependencies: z.array(modelRef).max(64).describe("models this one was made from; their own summaries apply"),
    placedOnMarket: day.nullable().describe("in the Union"),
    characteristics: z.strictObject({
      text: characteristics(SIZE_BANDS.text),
      image: characteristics(SIZE_BANDS.image),
      audio: characteristics(SIZE_BANDS.audio),
      video: characteristics(SIZE_BANDS.video),
      other: characteristics(SIZE_BANDS.other),
    }),
  }),
  sourcesOfData: z.strictObject({
    publicDatasets: z.strictObject({ ...used, large: z.array(dataset).max(LIST_ITEMS_MAX) }),
    licensed: z.strictObject(used).describe("licensed from rightsholders"),
    otherPrivate: z.strictObject(used),
    crawled: z.strictObject({
      ...used,
      crawlers: z
        .array(z.strictObject({ name: text, purpose: answer, behaviour: answer }))
        .max(LIST_ITEMS_MAX)
        .optional(),
      from: day.nullable(),
      to: day.nullable(),
      domains: z.array(z.string().min(1).max(253)).max(20_000).describe("most relevant domain names"),
      domainsRule: answer.describe("how they were chosen, such as: top 10 % by size"),
    }),
    userData: z.strictObject({ interactions: yesNo, otherServices: yesNo, description: answer }),
    synthetic: z.strictObject({ ...used, models: z.array(modelRef).max(LIST_ITEMS_MAX) }),
    other: answer,
  }),
  processing: z.strictObject({
    codeOfPractice: yesNo.describe("signatory of the general-purpose AI code of practice"),
    copyrightedMaterial: z.strictObject({ present: yesNo, description: answer }),
    reservations: answer.describe("measures to respect reservations of rights"),
    optOutProtocols: z.array(z.enum(OPT_OUTS)).max(OPT_OUTS.length),
    illegalContent: answer,
    other: answer,
  }),
  ab2013: z
    .strictObject({
      sources: answer,
      purpose: answer,
      dataPoints: answer,
      types: answer,
      intellectualProperty: answer,
      purchasedOrLicensed: answer,
      personalInformation: yesNo,
      aggregateConsumerInformation: yesNo,
      cleaning: answer,
      collectionPeriod: answer,
      firstUsed: answer,
      syntheticData: answer,
    })
    .optional(),
});
export type TrainingContent = z.infer<typeof trainingContentSchema>;
