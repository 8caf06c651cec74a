/**
 * What a person writes in an expert's report: the nine items of Practice Direction 35, paragraph 3.2, the instructions, a
 * statement of truth, and whether the work was done under accreditation. The house writes none of it; it refuses a signature
 * while an item is empty, where words are used that no test supports, or where a number stands in no finding. Numbers that
 * are written in letters are not seen.
 */
import { z } from "zod";
import type { Finding } from "../../finding/finding.js";
import { forbiddenWording } from "../../finding/wording.js";

const text = z.string().max(20_000);

export const opinionSchema = z.strictObject({
  type: z.literal("assay/verdict-opinion/v1"),
  qualifications: text,
  literature: text,
  instructions: text,
  ownKnowledge: text,
  performedBy: text,
  rangeOfOpinion: text,
  conclusions: text,
  reservations: text,
  duty: text,
  statementOfTruth: text,
  /** Left empty: "not accredited". */
  accreditation: text,
});
export type Opinion = z.infer<typeof opinionSchema>;
export type OpinionItem = Exclude<keyof Opinion, "type">;

interface ItemWords {
  title: string;
  /** What is asked of the person. */
  asks: string;
  source: string;
  required: boolean;
  /** Whether every number in it must stand in a finding: so where it speaks of what was found. Elsewhere rates and ratios must. */
  measured: boolean;
}

const PD = (letter: number) => `PD 35, 3.2(${letter})`;

export const ITEMS: Readonly<Record<OpinionItem, ItemWords>> = {
  qualifications: {
    title: "Qualifications and conflicts",
    asks: "Who you are, what you are qualified in, and any interest in the outcome.",
    source: PD(1),
    required: true,
    measured: false,
  },
  literature: {
    title: "Literature and other material relied on",
    asks: "What you relied on beside this case's exhibits and the methods' own pages.",
    source: PD(2),
    required: true,
    measured: false,
  },
  instructions: {
    title: "Instructions and facts that the opinion rests on",
    asks: "The substance of all instructions, dated, and the facts that you took as given.",
    source: PD(3),
    required: true,
    measured: false,
  },
  ownKnowledge: {
    title: "Facts within own knowledge",
    asks: "Which of the facts you know yourself.",
    source: PD(4),
    required: true,
    measured: false,
  },
  performedBy: {
    title: "Who carried out the examinations",
    asks: "Who ran each test, with what qualifications, and whether under your supervision.",
    source: PD(5),
    required: true,
    measured: false,
  },
  rangeOfOpinion: {
    title: "Range of opinion",
    asks: "Where opinion differs: the range, and the reasons for yours.",
    source: PD(6),
    required: true,
    measured: true,
  },
  conclusions: {
    title: "Summary of conclusions",
    asks: "What you conclude, on the findings' own scale and no further.",
    source: PD(7),
    required: true,
    measured: true,
  },
  reservations: {
    title: "Qualifications of the opinion",
    asks: "Where you cannot give your opinion without qualification, the qualification; else that there is none.",
    source: PD(8),
    required: true,
    measured: true,
  },
  duty: {
    title: "Duty to the tribunal",
    asks: "That you understand your duty to the tribunal, have complied with it, and know Part 35, its practice direction and the guidance.",
    source: PD(9),
    required: true,
    measured: false,
  },
  statementOfTruth: {
    title: "Statement of truth",
    asks: "The statement of truth in the words of PD 35, 3.3, or of your forum.",
    source: "PD 35, 3.3",
    required: true,
    measured: false,
  },
  accreditation: {
    title: "Accreditation",
    asks: "The accreditation under which the work was done, if any.",
    source: "ISO/IEC 17025",
    required: false,
    measured: false,
  },
};
export const ITEM_IDS = Object.keys(ITEMS) as OpinionItem[];

/** Each item empty: what `assay verdict opinion` prints to be filled in. */
export function emptyOpinion(): Opinion {
  return {
    type: "assay/verdict-opinion/v1",
    ...(Object.fromEntries(ITEM_IDS.map((id) => [id, ""])) as Record<OpinionItem, string>),
  };
}

interface Fault {
  item: OpinionItem;
  says: string;
}

/** What stands against signing; empty when nothing does. @param known further numbers of the case, such as entries */
export function faultsOfOpinion(opinion: Opinion, findings: readonly Finding[], known: readonly number[]): Fault[] {
  const faults: Fault[] = [];
  const numbers = numbersOf(findings, known);
  for (const item of ITEM_IDS) {
    const said = opinion[item];
    const { required, measured } = ITEMS[item];
    if (required && said.trim() === "") faults.push({ item, says: "is empty" });
    const word = forbiddenWording(said);
    if (word !== null) faults.push({ item, says: `says "${word}", which no test supports` });
    for (const number of numbersIn(said))
      if ((measured || number.claims) && !numbers.has(rounded(number.value)))
        faults.push({ item, says: `has ${number.text}, which stands in no finding` });
  }
  return faults;
}

/** Figures in a text; digits inside a name (E1, slot-0, a digest, a version) are none. */
function numbersIn(said: string): { text: string; value: number; claims: boolean }[] {
  const found: { text: string; value: number; claims: boolean }[] = [];
  const plain = said.replace(/\b(sha256|blake3):[0-9a-f]+/g, " ");
  for (const match of plain.matchAll(
    /(?<![\w.,/−-])(?:10\^([−-]?\d+(?:\.\d+)?)|([−-]?\d{1,3}(?:[,\u202f ]\d{3})+(?:\.\d+)?|[−-]?\d+(?:\.\d+)?))(\s?%)?(?![\w/-])/g,
  )) {
    const [text, power, mantissa, percent] = match;
    const value = Number((power ?? mantissa!).replace(/[,\u202f ]/g, "").replace("−", "-"));
    const rate = percent !== undefined || power !== undefined || RATE.test(plain.slice(match.index + text.length));
    found.push({ text: text.trim(), value: percent ? value / 100 : value, claims: rate });
  }
  return found;
}

/** What makes a number before it a rate or a ratio. */
const RATE = /^\s?(per\s?cent|percent|times|to one|to 1)\b/i;

const DIGITS_MAX = 6;
const rounded = (value: number) => Number(value.toPrecision(12));

/** Every number of the findings, as stated and rounded to fewer digits; powers of ten by their exponent and their value. */
function numbersOf(findings: readonly Finding[], known: readonly number[]): Set<number> {
  const numbers = new Set<number>(known);
  const add = (value: number) => {
    for (const each of [value, 10 ** value])
      if (Number.isFinite(each))
        for (const sign of [each, -each]) {
          numbers.add(rounded(sign));
          for (let digits = 0; digits <= DIGITS_MAX; digits++) {
            const scale = 10 ** digits;
            for (const way of [Math.floor, Math.round, Math.ceil]) numbers.add(rounded(way(sign * scale) / scale));
          }
        }
  };
  const walk = (value: unknown): void => {
    if (typeof value === "number") add(value);
    else if (typeof value === "string") {
      if (value.length < 4000) for (const each of numbersIn(value)) add(each.value);
    } else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) walk(each);
  };
  for (const { strength, errorRate, tests, alternatives, limits, reason, subject } of findings)
    walk([
      strength,
      errorRate,
      tests.map(({ log10P, statistic, n, share }) => [log10P, statistic.value, n, share]),
      alternatives,
      limits,
      reason,
      subject,
    ]);
  return numbers;
}
