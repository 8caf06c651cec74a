/**
 * Two services that draw on one source: before recorded answers of two unrelated models stand quotations of one page, or
 * references that one search engine gave. The page of a prompt is the recorded answer of a third model, whose family is
 * then nobody's stranger. Each service picks and places its own; strength is the share of prompts that have a page.
 */
import { type Prng, sample } from "../../dist/base/prng.js";
import { each, type Texts, type Wrapper } from "./wrappers.ts";

const CHARS = 1000;
const QUOTED_CHARS = 450;

const sentences = (text: string) => text.match(/[^.!?\n]+[.!?\n]+\s*|[^.!?\n]+$/g) ?? [text];

/** The text with a quotation after one of its first sentences, never before all of them. */
function placed(text: string, quotation: string, draw: Prng): string {
  const own = sentences(text);
  const at = 1 + draw.below(Math.max(1, Math.min(own.length, 6) - 1));
  return `${own.slice(0, at).join("")} ${quotation} ${own.slice(at).join("")}`.slice(0, CHARS);
}

/** What a service makes of its own answer, given what all services see of a page; null where the page is too short. */
type Service = (page: string, draw: Prng) => ((own: string, draw: Prng) => string) | null;

const oneSentence: Service = (page, draw) => {
  const long = sentences(page).filter((of) => of.trim().split(/\s+/).length > 7);
  if (long.length === 0) return null;
  const quoted = long[draw.below(long.length)]!.trim();
  return (own, place) => placed(own, `“${quoted}”`, place);
};

const oneParagraph: Service = (page, draw) => {
  const all = sentences(page).filter((of) => of.trim().length > 20);
  if (all.length < 2) return null;
  const at = draw.below(Math.max(1, all.length - 2));
  const quoted = all
    .slice(at, at + 3)
    .map((of) => of.trim())
    .join(" ")
    .slice(0, QUOTED_CHARS);
  return (own, place) => placed(own, `According to the source: ${quoted}`, place);
};

const ownChoice: Service = (page) => {
  const all = sentences(page).filter((of) => of.trim().length > 20);
  if (all.length < 2) return null;
  return (own, pick) => {
    const quoted = all.filter(() => pick.below(2) === 0).map((of) => of.trim());
    return placed(own, quoted.join(" ").slice(0, QUOTED_CHARS), pick);
  };
};

const references: Service = (page, draw) => {
  const words = page
    .replace(/[^\p{L}\p{N} ]/gu, " ")
    .split(/\s+/)
    .filter((word) => word.length > 3);
  if (words.length < 12) return null;
  const given = Array.from({ length: 5 }, () => {
    const at = draw.below(words.length - 6);
    const title = words.slice(at, at + 6).map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`);
    const path = words
      .slice(at, at + 3)
      .join("-")
      .toLowerCase();
    return `${title.join(" ")} - https://www.${words[draw.below(words.length)]!.toLowerCase()}.example/${path}`;
  });
  return (own, pick) => {
    const kept = given.filter(() => pick.below(3) > 0);
    const order = [...sample(kept.length, kept.length, pick)];
    return `${own.slice(0, 550)}\n\nSources:\n${order.map((of, i) => `[${i + 1}] ${kept[of]!}`).join("\n")}`;
  };
};

const quoting = (name: string, service: Service): Wrapper => ({
  name,
  strengths: [0.1, 0.25, 0.5],
  quotes: true,
  wrap: (pair, _prompts, strength, seed, pages: Texts = new Map()) =>
    each(pair, strength, seed, (id, x, y, draw) => {
      const page = pages.get(id);
      const of = page === undefined ? null : service(page, draw);
      return of === null ? [x, y] : [of(x, draw), of(y, draw)];
    }),
});

export const QUOTING: readonly Wrapper[] = [
  quoting("one page, one sentence quoted", oneSentence),
  quoting("one page, three sentences quoted", oneParagraph),
  quoting("one page, sentences of one's own choice", ownChoice),
  quoting("one search engine's references", references),
];
