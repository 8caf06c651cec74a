/**
 * Does any mark of a ring stand in the text? Each mark is tested by itself, the smallest p is paid for all marks of the
 * ring, also for those that could not be asked: whoever chose the ring chose them. Marks differ in what is paid for the
 * choice of their keys (schemes/key-choice.ts), and are compared after it. A mark whose p is no one's error rate
 * (schemes/scheme.ts, `outside`) speaks only where no other does: it must not hide one that stands.
 */
import type { Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { roundLog10P } from "../../../stats/combine.js";
import { type KeyPaid, keyPaid } from "../schemes/key-choice.js";
import { notReproducible, schemeOf } from "../schemes/make-scheme.js";
import type { Mark } from "../schemes/mark-file.js";
import type { Scheme } from "../schemes/scheme.js";
import { type PresentResult, presenceOf } from "./present.js";
import type { KnownPlaces } from "./score-texts.js";
import type { IdText } from "./texts.js";

/** Marks of a ring that a finding lists, strongest first. */
const LISTED_MAX = 200;

interface RingObservation {
  /** Marks paid for; asked; and why others were not. */
  marks: number;
  asked: number;
  best: string;
  /** Strongest first, p of each by itself, nothing paid for the ring. */
  tested: { name: string; form: string; log10P: number }[];
  notAsked: { name: string; why: string }[];
}

interface RingResult extends PresentResult {
  /** After all marks of the ring, and after what is paid for the key of the one that speaks. */
  paid: KeyPaid;
  mark: Mark;
  scheme: Scheme;
  ring: RingObservation;
}

/**
 * @param options tries are paid beside the key; readings of the texts, of which these are one, beside the ring's marks
 * @throws AssayError UNSUPPORTED when no mark of the ring can be asked
 */
export function testRing(
  marks: readonly Mark[],
  texts: readonly IdText[],
  draws: TokenDraws,
  { tokenizer, tries, readings = 1 }: { tokenizer: Digest | null; tries: number; readings?: number },
  onProgress: (done: number, total: number) => void = () => {},
): RingResult {
  const largest = texts.reduce((most, { ids }) => ids.reduce((m, id) => (id > m ? id : m), most), 0);
  const tested: { name: string; form: string; log10P: number }[] = [];
  const notAsked: { name: string; why: string }[] = [];
  let best: Asked | null = null;
  // What a scheme reads is the same for all its keys.
  const known: KnownPlaces = new Map();
  for (const [i, mark] of marks.entries()) {
    const name = mark.name!;
    const why = reasonNotAsked(mark, largest, tokenizer);
    if (why !== null) notAsked.push({ name, why });
    else {
      const scheme = schemeOf(mark, draws);
      const result = presenceOf(scheme, texts, mark.vocabulary, known);
      tested.push({ name, form: mark.form, log10P: result.log10P });
      const log10P = Math.min(0, result.log10P + Math.log10(marks.length * readings));
      const asked = { mark, scheme, result, log10P, paid: keyPaid(mark, log10P, tries, null) };
      if (!best || speaksBefore(asked, best)) best = asked;
    }
    onProgress(i + 1, marks.length);
  }
  if (!best)
    throw new AssayError(
      "UNSUPPORTED",
      `--mark: expected a mark that can be asked of these ids, got none: ${notAsked[0]?.why ?? "no mark"}`,
    );
  const { mark, scheme, paid } = best;
  const result = best.result.told();
  const log10P = roundLog10P(best.log10P);
  tested.sort((a, b) => a.log10P - b.log10P || (a.name < b.name ? -1 : 1));
  const tests = result.tests.map((test) =>
    test.id === "combined"
      ? {
          ...test,
          statistic: { ...test.statistic, value: -log10P },
          log10P,
          where: `best of ${marks.length} marks${readings > 1 ? ` and ${readings} readings` : ""}, paid`,
        }
      : test,
  );
  const ring: RingObservation = {
    marks: marks.length,
    asked: tested.length,
    best: mark.name!,
    tested: tested.slice(0, LISTED_MAX),
    notAsked: notAsked.slice(0, LISTED_MAX),
  };
  return { ...result, log10P, tests, mark, scheme, ring, paid };
}

interface Speaking {
  scheme: Scheme;
  /** All marks of the ring, and all readings, paid for. */
  log10P: number;
  paid: KeyPaid;
}

interface Asked extends Speaking {
  mark: Mark;
  result: ReturnType<typeof presenceOf>;
}

/** Whether the one speaks before the other, each after what is paid for its key. */
export function speaksBefore(a: Speaking, b: Speaking): boolean {
  const stands = ({ scheme, paid }: Speaking) =>
    scheme.outside === undefined && paid.log10P <= OUTCOME_RULES.log10Alpha;
  if (stands(a) !== stands(b)) return stands(a);
  return a.paid.log10P < b.paid.log10P || (a.paid.log10P === b.paid.log10P && a.log10P < b.log10P);
}

function reasonNotAsked(mark: Mark, largest: number, tokenizer: Digest | null): string | null {
  const reason = notReproducible(mark);
  if (reason !== null) return reason;
  if (mark.tokenizer !== null && tokenizer !== null && mark.tokenizer !== tokenizer)
    return `it names another tokenizer (${mark.tokenizer})`;
  return largest >= mark.vocabulary ? `ids up to ${largest} stand outside its vocabulary of ${mark.vocabulary}` : null;
}
