/**
 * Who chose the key, and what that costs. A p of this laboratory is over the draw of the key, and holds where nobody could
 * pick it with the text at hand. That is shown in one way: a beacon's round drew it, after a log had the mark's commitment
 * (drawn-mark.ts). A date alone would not do: whoever knows the key before the text is made may have picked it to fit what
 * such texts say anyhow. Where nothing shows it, every mark that could have been written and tried is paid for instead, so that no
 * choice can have helped: marks are weighed by how much there is to write in one (Kraft), keys of one form alike, and of
 * keys too many to try as many as could be tried. What it
 * cannot pay for is a choice of ids: those of a text are the evidence, as its words are.
 */
import { chosenByItsMaker, type Dated } from "../../../evidence/beacon-draw.js";
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import { LAYERS_MAX, VOCABULARY_MAX } from "../../../kernels/token-draws.js";
import { log10Paid } from "../../../stats/paid.js";
import { defaultParameters, MARK_FORMS, type Mark } from "./mark-file.js";

/** Whole numbers that a key may be: from −2^63 to 2^64 − 1. */
const LOG10_INTEGERS = Math.log10(1.5) + 64 * Math.log10(2);
/** What a character of a stated parameter may be, its end included. */
const LOG10_CHARACTER = 2;
/**
 * Keys of 256 bits that anybody could have tried: they reach a text through HMAC-SHA-256 alone, so that one that fits is
 * found by trying and in no other way, and each try scores the text anew, some hundreds of hashes. 2^80 of them are
 * beyond what is computed anywhere; the 2^256 that exist could not be chosen among.
 */
const LOG10_TRIED_MAX = 80 * Math.log10(2);
/** Stated or not. */
const LOG10_STATED = Math.log10(2);

/** log10 of how many marks are paid for where nothing shows that nobody chose this one. */
export function log10Choices(mark: Mark): number {
  const defaults = defaultParameters(mark.form) as Readonly<Record<string, unknown>>;
  const parameters = Object.entries(mark.parameters).reduce(
    (sum, [name, value]) =>
      sum + LOG10_STATED + (text(value) === text(defaults[name]) ? 0 : LOG10_CHARACTER * (text(value).length + 1)),
    0,
  );
  return Math.log10(MARK_FORMS.length) + Math.log10(VOCABULARY_MAX) + parameters + log10Keys(mark);
}

function log10Keys(mark: Mark): number {
  switch (mark.form) {
    case "assay/tournament":
    case "assay/biased":
      return LOG10_TRIED_MAX;
    case "synthid/transformers": {
      // A layer's key only rotates the table, whose size is a power of two wherever a finding speaks (table-law.ts).
      const rotations = Math.log10(mark.parameters.sampling_table_size);
      return Math.log10(LAYERS_MAX) + mark.key.length * Math.min(LOG10_INTEGERS, rotations);
    }
    case "synthid/reference":
      return Math.log10(LAYERS_MAX) + mark.key.length * LOG10_INTEGERS;
    default:
      return LOG10_INTEGERS;
  }
}

function text(value: unknown): string {
  return value === undefined ? "" : typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

export interface KeyPaid {
  /** After tries, and after the mark's place in its log or every mark that could have been written and tried. */
  log10P: number;
  /** Marks paid for, as log10; nought where a beacon drew the key. */
  log10Choices: number;
  /** Why nothing can be concluded though chance alone gives so much rarely; null else. */
  outside: string | null;
}

/** @param log10P of the mark's own tests, over the draw of its key @param tries texts and ways of asking, as stated */
export function keyPaid(mark: Mark, log10P: number, tries: number, dated: Dated | null): KeyPaid {
  const { log10Alpha } = OUTCOME_RULES;
  if (mark.drawn && chosenByItsMaker(mark.drawn.round, dated) === null)
    return { log10P: log10Paid(log10P, tries, dated), log10Choices: 0, outside: null };
  const choices = log10Choices(mark);
  const stated = log10Paid(log10P, tries, null);
  const paid = Math.min(0, stated + choices);
  const why = mark.drawn ? chosenByItsMaker(mark.drawn.round, dated)! : "nothing shows who chose the key, or when";
  const outside = `${why}. Whoever may choose among the 10^${choices.toFixed(0)} marks that could be written and tried finds one that fits any text as well as this one does`;
  return { log10P: paid, log10Choices: choices, outside: stated <= log10Alpha && paid > log10Alpha ? outside : null };
}
