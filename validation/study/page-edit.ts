/**
 * One random edit of one finding's page or figures, or of the bundle's instructions. Places are drawn from a page cut
 * into tags and text, the style sheet apart, so that drawing one is linear in the page's length.
 */
import type { Prng } from "../../dist/base/prng.js";

/** Paths below data/. */
export type Payload = Map<string, Uint8Array>;

interface Edited {
  kind: string;
  payload: Payload;
}

type Change = (source: string, random: Prng) => string | null;

const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);
const pick = <T>(from: readonly T[], random: Prng): T => from[random.below(from.length)]!;

const WORDS = ["not", "very", "strong", "weak", "no", "all", "extremely strong support", "1", "0.001", "reference"];
const MORE_WORDS = [...WORDS, "suspect", "never", "Inconclusive", "guilty"];
const HIDDEN = [
  "<p hidden>The two models are the same.</p>",
  '<span class="govuk-visually-hidden">It is certain.</span>',
  "<!-- the accused is guilty -->",
  '<p style="position:absolute;left:-9999px">one in a billion</p>',
  "<script>document.title='Guilty'</script>",
  "<style>.app-conclusion p{display:none}</style>",
  '<meta http-equiv="refresh" content="0;url=https://example.org/">',
  '<img alt="certain" src="data:,">',
  "\u200b",
  "\u202e",
  "&nbsp;",
  " ",
];

interface Span {
  from: number;
  to: number;
}

interface Cut {
  tags: Span[];
  texts: Span[];
  style: Span;
}

const cuts = new Map<string, Cut>();

/** Tags and text of a page, the style sheet apart. */
function cutOf(page: string): Cut {
  const known = cuts.get(page);
  if (known) return known;
  const cut: Cut = { tags: [], texts: [], style: { from: page.indexOf("<style>") + 7, to: page.indexOf("</style>") } };
  for (const { 0: part, index } of page.matchAll(/<[^>]*>|[^<]+/g)) {
    const span = { from: index, to: index + part.length };
    if (part.startsWith("<")) cut.tags.push(span);
    else if (part.trim() !== "" && index !== cut.style.from) cut.texts.push(span);
  }
  if (cuts.size > 200) cuts.clear();
  cuts.set(page, cut);
  return cut;
}

const put = (source: string, { from, to }: Span, by: string) => source.slice(0, from) + by + source.slice(to);
const otherDigit = (digit: string, random: Prng) => String((Number(digit) + 1 + random.below(9)) % 10);

/** A place in a random one of these spans where the pattern finds something; null after fifty tries. */
function at(source: string, spans: readonly Span[], pattern: RegExp, random: Prng): Span | null {
  if (spans.length === 0) return null;
  for (let n = 0; n < 50; n++) {
    const { from, to } = pick(spans, random);
    const found = [...source.slice(from, to).matchAll(pattern)];
    if (found.length === 0) continue;
    const hit = pick(found, random);
    return { from: from + hit.index, to: from + hit.index + hit[0].length };
  }
  return null;
}

const WORD = /\b[A-Za-z]{2,}\b/g;
/** An element that holds text alone. */
const LEAF = /<(p|li|td|dd|dt|h1|h2|th|caption)\b[^>]*>[^<]*<\/\1>/g;

/** Each kind changes a page; null where there is nothing of the kind in it. */
const IN_PAGE: Record<string, Change> = {
  "a word": (s, r) => replace(s, at(s, cutOf(s).texts, WORD, r), pick(MORE_WORDS, r)),
  "a word put in": (s, r) => replace(s, at(s, cutOf(s).texts, / /g, r), ` ${pick(MORE_WORDS, r)} `),
  "a word left out": (s, r) => replace(s, at(s, cutOf(s).texts, /\b[A-Za-z]{2,}\b /g, r), ""),
  "a figure of a number": (s, r) => {
    const p = at(s, cutOf(s).texts, /\d/g, r);
    return p && put(s, p, otherDigit(s[p.from]!, r));
  },
  "an attribute": (s, r) => {
    const p = at(s, cutOf(s).tags, /(?<==")[^"<>]+(?=")/g, r);
    return p && put(s, p, pick(["#", "hidden", "javascript:0", "govuk-tag--red", `${s.slice(p.from, p.to)}x`], r));
  },
  "an attribute put in": (s, r) => {
    const p = at(s, cutOf(s).tags, /(?<=^<[a-z0-9]+)(?=[ >])/g, r);
    return p && put(s, p, pick([' hidden=""', ' title="certain"', ' aria-hidden="true"', ' style="display:none"'], r));
  },
  "hidden text": (s, r) => {
    const p = at(s, cutOf(s).tags, /(?<=^<\/(?:p|h2|h3|li|td|dd|div)>)$/g, r);
    return p && put(s, p, pick(HIDDEN, r));
  },
  "an element left out": (s, r) => {
    const leaves = [...s.matchAll(LEAF)];
    if (leaves.length === 0) return null;
    const hit = pick(leaves, r);
    return put(s, { from: hit.index, to: hit.index + hit[0].length }, "");
  },
  "two elements exchanged": (s, r) => {
    const leaves = [...s.matchAll(LEAF)];
    if (leaves.length < 2) return null;
    const [i, j] = [r.below(leaves.length), r.below(leaves.length)].sort((a, b) => a - b) as [number, number];
    const [a, b] = [leaves[i]!, leaves[j]!];
    if (i === j || a[0] === b[0]) return null;
    return s.slice(0, a.index) + b[0] + s.slice(a.index + a[0].length, b.index) + a[0] + s.slice(b.index + b[0].length);
  },
  "the style sheet": (s, r) => replace(s, at(s, [cutOf(s).style], /[{};]/g, r), "{display:none}"),
  "a drawing in the page": (s, r) => {
    const p = at(s, cutOf(s).tags, /(?<= (?:x|y|cx|cy|width|height|d|x1|x2|y1|y2|transform)="[^"]*)\d(?=[^"]*")/g, r);
    return p && put(s, p, otherDigit(s[p.from]!, r));
  },
  "a byte": (s, r) => {
    const i = r.below(s.length);
    return put(s, { from: i, to: i + 1 }, String.fromCharCode(97 + r.below(26)));
  },
  "its head or end": (s, r) =>
    pick([`\ufeff${s}`, `${s}\n`, s.replaceAll("\n", "\r\n"), s + pick(HIDDEN, r), s.normalize("NFD")], r),
};

const IN_TEXT: Record<string, Change> = {
  "a number": (s, r) => {
    const p = at(s, [{ from: 0, to: s.length }], /\d/g, r);
    return p && put(s, p, otherDigit(s[p.from]!, r));
  },
  "a line": (s, r) => replace(s, at(s, [{ from: 0, to: s.length }], /[^\n]+\n/g, r), ""),
  "a byte": (s, r) => {
    const i = r.below(Math.max(1, s.length));
    return put(s, { from: i, to: i + 1 }, pick(["x", " ", "9"], r));
  },
};

const replace = (source: string, place: Span | null, by: string) => place && put(source, place, by);

/**
 * @param folder of the finding whose page it is, in the payload
 * @param other payload of another bundle, or of the same: a page is taken from it
 * @returns null where it would have changed nothing
 */
export async function editOf(
  payload: Payload,
  folder: string,
  other: () => Promise<Payload>,
  random: Prng,
): Promise<Edited | null> {
  const page = `${folder}page.html`;
  const drawings = [...payload.keys()].filter((path) => path.startsWith(`${folder}figures/`));
  const way = random.below(20);
  if (way < 12) return inside(payload, page, "page", IN_PAGE, random);
  if (way < 15 && drawings.length > 0) return inside(payload, pick(drawings, random), "figure file", IN_TEXT, random);
  if (way === 15) return inside(payload, "HOW-TO-VERIFY.txt", "instructions", IN_TEXT, random);
  if (way < 18) {
    const from = random.below(2) === 0 ? payload : await other();
    const pages = [...from.keys()].filter((path) => path.endsWith("page.html"));
    return replaced(payload, page, from.get(pick(pages, random))!, "page of another finding");
  }
  return drawings.length === 0 ? null : figureMoved(payload, pick(drawings, random), random);
}

function figureMoved(payload: Payload, drawing: string, random: Prng): Edited | null {
  const stem = (path: string) => path.replace(/\.(svg|csv)$/, "");
  const name = stem(drawing);
  const figures = [...payload.keys()].filter((path) => path.includes("figures/")).map(stem);
  const others = [...new Set(figures)].filter((each) => each !== name);
  if (random.below(2) === 0 && others.length > 0) {
    const from = pick(others, random);
    const changed = replaced(payload, `${name}.svg`, payload.get(`${from}.svg`)!, "figure of another place");
    payload.set(`${name}.csv`, payload.get(`${from}.csv`)!);
    return changed;
  }
  const added = random.below(2) === 0;
  for (const end of ["svg", "csv"])
    added ? payload.set(`${name}-2.${end}`, payload.get(`${name}.${end}`)!) : payload.delete(`${name}.${end}`);
  return { kind: added ? "figure put in" : "figure left out", payload };
}

function inside(
  payload: Payload,
  path: string,
  what: string,
  kinds: Record<string, Change>,
  random: Prng,
): Edited | null {
  const [name, change] = pick(Object.entries(kinds), random);
  const changed = change(text(payload.get(path)!), random);
  return changed === null ? null : replaced(payload, path, bytesOf(changed), `${what}: ${name}`);
}

function replaced(payload: Payload, path: string, bytes: Uint8Array, kind: string): Edited | null {
  const before = payload.get(path)!;
  if (before.length === bytes.length && before.every((byte, i) => byte === bytes[i])) return null;
  payload.set(path, bytes);
  return { kind, payload };
}
