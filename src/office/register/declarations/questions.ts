/**
 * The questions of a guided declaration, in the order a publisher meets them. Each answers one place of one draft; an
 * empty answer keeps what the draft holds. Answers are read by the same schemas as a file of answers.
 */
import { type Drafts, hubModel } from "./draft.js";
import { MODEL_ID } from "./vocabulary.js";

interface Question {
  kind: keyof Drafts;
  /** Place in the draft, by field names. */
  at: readonly string[];
  ask: string;
  read: (answer: string) => unknown;
}

const words = (answer: string) => answer;
const yesNo = (answer: string) => (/^(y|yes)$/i.test(answer) ? true : /^(n|no)$/i.test(answer) ? false : answer);
const list = (answer: string) =>
  answer
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
const place = (answer: string) => ({ status: "declared", countries: list(answer.toUpperCase()) });
/** A digest, an address or maker/model. */
const models = (answer: string) =>
  list(answer).map((item) => (MODEL_ID.test(item) ? { name: item, id: item } : hubModel(item)));
const content = (at: string, ask: string, read: (answer: string) => unknown = words): Question => ({
  kind: "training-content",
  at: at.split("."),
  ask,
  read,
});

export const QUESTIONS: readonly Question[] = [
  {
    kind: "derivation",
    at: ["relation"],
    ask: "How was it made (pretrained, finetune, adapter, merge, quantized, distilled)?",
    read: words,
  },
  {
    kind: "derivation",
    at: ["bases"],
    ask: "Base models, by commas (maker/model, an address, or sha256:…)?",
    read: models,
  },
  { kind: "derivation", at: ["licence"], ask: "Licence (SPDX identifier)?", read: words },
  { kind: "derivation", at: ["released"], ask: "Released on (YYYY-MM-DD)?", read: words },
  { kind: "derivation", at: ["compute", "flop"], ask: "Compute of this step, in FLOP (such as 3.1e22)?", read: words },
  { kind: "origin", at: ["providerSeat"], ask: "Provider's seat, two-letter countries (GB, FR)?", read: place },
  { kind: "origin", at: ["trainingPlace"], ask: "Where the computing stood, countries?", read: place },
  { kind: "origin", at: ["dataLaw"], ask: "Whose law governs the training data, countries?", read: place },
  { kind: "origin", at: ["baseOrigin"], ask: "Seats of the makers of the base models, countries?", read: place },
  content("general.provider.name", "Provider's legal name?"),
  content("general.provider.contact", "Contact?"),
  content("general.provider.representative", "Authorised representative in the Union?"),
  content("general.placedOnMarket", "Placed on the Union market on (YYYY-MM-DD)?"),
  content("general.characteristics.text.size", "Text: under 1B tokens, 1B to 10T tokens, or over 10T tokens?"),
  content("general.characteristics.text.types", "Types of text?"),
  content("general.characteristics.text.latestAcquisition", "Latest date at which data were taken in?"),
  content("general.characteristics.text.languages", "Languages?"),
  content("sourcesOfData.publicDatasets.used", "Public data sets used (yes, no)?", yesNo),
  content("sourcesOfData.licensed.used", "Data licensed from rightsholders used (yes, no)?", yesNo),
  content("sourcesOfData.otherPrivate.used", "Other private data of third parties used (yes, no)?", yesNo),
  content("sourcesOfData.crawled.used", "Crawled data used (yes, no)?", yesNo),
  content("sourcesOfData.crawled.domains", "Most relevant domain names, by commas?", list),
  content("sourcesOfData.userData.interactions", "Users' interactions with the model used (yes, no)?", yesNo),
  content("sourcesOfData.userData.otherServices", "Users' data of other services used (yes, no)?", yesNo),
  content("sourcesOfData.synthetic.used", "Synthetic data used (yes, no)?", yesNo),
  content("processing.codeOfPractice", "Signatory of the code of practice (yes, no)?", yesNo),
  content("processing.copyrightedMaterial.present", "Copyrighted material in the data (yes, no)?", yesNo),
  content("processing.copyrightedMaterial.description", "Which, in a sentence?"),
  content("processing.reservations", "How are reservations of rights respected?"),
  content(
    "processing.optOutProtocols",
    "Opt-out protocols respected (robots.txt, TDMRep, C2PA, CAWG, IPTC, ai.txt, Content-Usage, other)?",
    list,
  ),
  content("processing.illegalContent", "How is illegal content removed?"),
  content("ab2013.personalInformation", "Personal information in the data (yes, no)?", yesNo),
  content("ab2013.purchasedOrLicensed", "Were data sets purchased or licensed?"),
  content("ab2013.collectionPeriod", "Collected over which period?"),
  content("ab2013.firstUsed", "First used on?"),
  { kind: "training-run", at: ["runDetails", "builder", "id"], ask: "Who ran the training, as a URI?", read: words },
  {
    kind: "training-run",
    at: ["buildDefinition", "externalParameters", "objective"],
    ask: "Training objective?",
    read: words,
  },
];

/** A copy of the draft with one place set. Places of a draft are named by the list above or by a publisher's own file. */
export function answered<T>(value: T, at: readonly string[], to: unknown): T {
  const [first, ...rest] = at;
  if (first === undefined) return to as T;
  const held = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return { ...held, [first]: answered((held as Record<string, unknown>)[first], rest, to) } as T;
}

/** @param at keys from the outside in @returns undefined where a key leads nowhere */
export function placeOf(value: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>((held, key) => (held as Record<string, unknown> | null | undefined)?.[key], value);
}
