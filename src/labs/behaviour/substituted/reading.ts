/**
 * How answers are read before they are compared: what a host puts round every answer (a role, a greeting, markup, leaked
 * reasoning) says nothing of the weights and is taken off; what is no answer (empty, rejected, a notice of the service)
 * is left out and counted. One reading for all sides.
 */
import { DEPTHS, FRAME_CHARS_MIN, FRAME_SHARE, NOTICE_PROMPTS_MIN, NOTICE_SHARE } from "./method.js";

/** One recorded answer. */
export interface Recorded {
  promptId: string;
  sample: number;
  text: string;
  /** The server said that it did not answer, or was cut off before it did. */
  unanswered: boolean;
}

export interface Reading {
  /** Openings by prompt, in the order of samples; null stands where an answer was left out. */
  openings: ReadonlyMap<string, readonly (string | null)[]>;
  /** How an answer with this opening was spelled, by opening. */
  spelled: ReadonlyMap<string, string>;
  /** What was taken off the front of this side's answers. */
  frames: readonly string[];
  leftOut: { unanswered: number; notices: number };
}

const OPENING_CHARS = DEPTHS[DEPTHS.length - 1]!;
/** Frames are taken off one after the other: a role, then a greeting. */
const FRAMES_MAX = 3;
/** Openings by which it is told where a frame ends: a word's beginning and two words. */
const LIKENESS_CHARS = [4, 12] as const;
/** Of an answer that is kept while frames come off: three frames of this length and an opening. */
const KEPT_CHARS = 400;
/** Of an answer that a page shows. */
const SPELLED_CHARS = 80;

/**
 * @param reference the reference's answers, plainly read: what begins those as well is no frame
 * @param prompts by id: a host that says the prompt again before its answer has not answered by that
 * @returns openings without frames; notices stay in, since only a comparison with honest answers tells them
 */
export function readAnswers(
  records: readonly Recorded[],
  reference: readonly Recorded[] | null,
  prompts: ReadonlyMap<string, string> = new Map(),
): Reading {
  const asked = new Map([...prompts].map(([id, prompt]) => [id, plain(prompt)]));
  const texts = records.map(({ text, unanswered, promptId }) =>
    unanswered ? "" : withoutEcho(plain(text), asked.get(promptId) ?? ""),
  );
  const own = (reference ?? []).filter(({ unanswered }) => !unanswered).map(({ text }) => plain(text));
  const frames: string[] = [];
  while (reference !== null && frames.length < FRAMES_MAX) {
    const frame = frameOf(texts, own);
    if (frame === null) break;
    frames.push(frame);
    for (const [i, text] of texts.entries())
      if (text.startsWith(frame)) texts[i] = withoutMarkup(text.slice(frame.length));
  }
  const openings = new Map<string, (string | null)[]>();
  const spelled = new Map<string, string>();
  let unanswered = 0;
  for (const [i, { promptId, text }] of [...records.entries()].sort((a, b) => a[1].sample - b[1].sample)) {
    const opening = texts[i]!.slice(0, OPENING_CHARS);
    if (opening === "") unanswered++;
    else if (!spelled.has(opening)) spelled.set(opening, text.replace(/\s+/g, " ").trim().slice(0, SPELLED_CHARS));
    const known = openings.get(promptId);
    if (known) known.push(opening === "" ? null : opening);
    else openings.set(promptId, [opening === "" ? null : opening]);
  }
  return { openings, spelled, frames, leftOut: { unanswered, notices: 0 } };
}

/** Without what answers many prompts with one text that no honest host ever gave, cut shorter or longer. */
export function withoutNotices(endpoint: Reading, honest: readonly Reading[]): Reading {
  const prompts = new Map<string, number>();
  for (const openings of endpoint.openings.values())
    for (const opening of new Set(openings))
      if (opening !== null) prompts.set(opening, (prompts.get(opening) ?? 0) + 1);
  const least = Math.max(NOTICE_PROMPTS_MIN, NOTICE_SHARE * endpoint.openings.size);
  const notices = new Set([...prompts].filter(([, count]) => count >= least).map(([opening]) => opening));
  if (notices.size === 0) return endpoint;
  for (const { openings } of honest)
    for (const given of openings.values())
      for (const opening of given)
        if (opening !== null)
          for (const notice of notices)
            if (continues(opening, notice) || continues(notice, opening)) notices.delete(notice);
  let left = 0;
  const openings = new Map(
    [...endpoint.openings].map(([id, given]) => [
      id,
      given.map((opening) => {
        if (opening === null || !notices.has(opening)) return opening;
        left++;
        return null;
      }),
    ]),
  );
  return { ...endpoint, openings, leftOut: { ...endpoint.leftOut, notices: left } };
}

/**
 * One case, one width, one form of quotes and dashes, no blanks (a relay joins pieces with them, or takes them off);
 * without leaked reasoning, what is neither letter nor number in front, and the half of a letter at a cut.
 */
function plain(text: string): string {
  const answer = text.slice(0, 20_000).replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/i, "");
  const one = TYPED.reduce(
    (all, [typed, as]) => all.replace(typed, as),
    answer
      .slice(0, 4 * KEPT_CHARS)
      .normalize("NFKC")
      .toLowerCase(),
  );
  return withoutMarkup(one).slice(0, KEPT_CHARS);
}

/** What typography and transport change, after NFKC and in lower case. */
const TYPED: readonly [RegExp, string][] = [
  [/[\s\u200b-\u200d\u2060\ufeff]+/g, ""],
  [/&(?:#39|#x27|apos);/g, "'"],
  [/&(?:#34|#x22|quot);/g, '"'],
  [/&lt;/g, "<"],
  [/&gt;/g, ">"],
  [/&amp;/g, "&"],
  [/[\u2018-\u201b\u2032`´]/g, "'"],
  [/[\u201c-\u201f\u2033«»]/g, '"'],
  [/[\u2010-\u2015\u2212]|--/g, "-"],
  [/\ufffd+$/, ""],
];

/** An answer that goes on where the other, cut short, ends. */
const continues = (longer: string, shorter: string) =>
  longer === shorter || (shorter.length >= CUT_CHARS_MIN && longer.startsWith(shorter));
/** An answer of a few letters begins many others. */
const CUT_CHARS_MIN = 4;

/** A prompt of a few letters may be how an answer begins. */
const ECHO_CHARS_MIN = 8;
function withoutEcho(text: string, prompt: string): string {
  return prompt.length >= ECHO_CHARS_MIN && text.startsWith(prompt) ? withoutMarkup(text.slice(prompt.length)) : text;
}

function withoutMarkup(text: string): string {
  return text.replace(/^[^\p{L}\p{N}]+/u, "");
}

/** The longest opening that begins enough of these answers and few of the reference's; null where there is none. */
function frameOf(texts: readonly string[], reference: readonly string[]): string | null {
  const answered = texts.filter((text) => text !== "");
  const starts = new Map<string, number>();
  for (const text of answered)
    if (text.length >= FRAME_CHARS_MIN) {
      const start = text.slice(0, FRAME_CHARS_MIN);
      starts.set(start, (starts.get(start) ?? 0) + 1);
    }
  const [start, count] = [...starts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? ["", 0];
  if (count < FRAME_SHARE * Math.max(1, answered.length)) return null;
  let frame = start;
  let held = answered.filter((text) => text.startsWith(frame));
  for (;;) {
    const next = new Map<string, number>();
    for (const text of held) {
      const unit = text[frame.length];
      if (unit !== undefined) next.set(unit, (next.get(unit) ?? 0) + 1);
    }
    const [unit, times] = [...next].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? ["", 0];
    if (times < 0.9 * held.length) break;
    frame += unit;
    held = held.filter((text) => text.startsWith(frame));
  }
  // Judged whole: a model that begins many answers with "Sure" may be served behind a host's "Sure! Here it is:".
  const share = held.length / Math.max(1, answered.length);
  const there = reference.filter((text) => text.startsWith(frame)).length / Math.max(1, reference.length);
  return share < FRAME_SHARE || there > share / 5 ? null : cutOf(frame, held, reference);
}

/**
 * How much of what begins these answers is the host's: a model that opens nine answers in ten with "Here" would lose that
 * word with the host's greeting, and then look like other weights. The cut is where what remains begins most as the
 * reference's answers do; of cuts that do alike, the longest.
 */
function cutOf(frame: string, held: readonly string[], reference: readonly string[]): string {
  const own = LIKENESS_CHARS.map((chars) => sharesOf(reference, chars));
  let [best, most] = [frame, -1];
  for (let length = frame.length; length >= FRAME_CHARS_MIN; length--) {
    const rests = held.map((text) => withoutMarkup(text.slice(length)));
    const likeness = LIKENESS_CHARS.reduce((sum, chars, i) => {
      for (const [start, share] of sharesOf(rests, chars)) sum += Math.min(share, own[i]!.get(start) ?? 0);
      return sum;
    }, 0);
    if (likeness > most + 1e-9) [best, most] = [frame.slice(0, length), likeness];
  }
  return best;
}

/** By opening of so many characters, the share of texts that begin so. */
function sharesOf(texts: readonly string[], chars: number): Map<string, number> {
  const shares = new Map<string, number>();
  for (const text of texts) {
    const start = text.slice(0, chars);
    shares.set(start, (shares.get(start) ?? 0) + 1 / texts.length);
  }
  return shares;
}
