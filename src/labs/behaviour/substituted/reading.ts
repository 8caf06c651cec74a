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

/**
 * @param reference the reference's answers, plainly read: what begins those as well is no frame
 * @returns openings without frames; notices stay in, since only a comparison with honest answers tells them
 */
export function readAnswers(records: readonly Recorded[], reference: readonly Recorded[] | null): Reading {
  const texts = records.map(({ text, unanswered }) => (unanswered ? "" : plain(text)));
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
  let unanswered = 0;
  for (const [i, { promptId }] of [...records.entries()].sort((a, b) => a[1].sample - b[1].sample)) {
    const opening = texts[i]!.slice(0, OPENING_CHARS).trimEnd();
    if (opening === "") unanswered++;
    const known = openings.get(promptId);
    if (known) known.push(opening === "" ? null : opening);
    else openings.set(promptId, [opening === "" ? null : opening]);
  }
  return { openings, frames, leftOut: { unanswered, notices: 0 } };
}

/** Without what answers many prompts with one text that no honest host ever gave. */
export function withoutNotices(endpoint: Reading, honest: readonly Reading[]): Reading {
  const prompts = new Map<string, number>();
  for (const openings of endpoint.openings.values())
    for (const opening of new Set(openings))
      if (opening !== null) prompts.set(opening, (prompts.get(opening) ?? 0) + 1);
  const least = Math.max(NOTICE_PROMPTS_MIN, NOTICE_SHARE * endpoint.openings.size);
  const notices = new Set([...prompts].filter(([, count]) => count >= least).map(([opening]) => opening));
  if (notices.size === 0) return endpoint;
  for (const { openings } of honest)
    for (const given of openings.values()) for (const opening of given) if (opening !== null) notices.delete(opening);
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

/** One case, one width, one blank between words; without leaked reasoning and what is neither letter nor number in front. */
function plain(text: string): string {
  const answer = text.slice(0, 20_000).replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/i, "");
  return withoutMarkup(
    answer
      .slice(0, 4 * KEPT_CHARS)
      .normalize("NFKC")
      .toLowerCase()
      .replace(/\s+/g, " "),
  ).slice(0, KEPT_CHARS);
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
