/**
 * Two services that send their own answers through one tool: nothing is quoted, each says what it says, and the tool makes
 * it alike. A translator and back, one moderation rewrite, one schema, one follow-up question, one persona's wording, plain
 * text from Markdown, one speller, one length; one encyclopaedia that each retells in its own order; one system prompt that
 * asks for another language than the panel's. Tools are made up here: tables of words, no model.
 */
import { type Prng, prng, sample } from "../../dist/base/prng.js";
import { each, type Texts, type Wrapper } from "./wrappers.ts";

const CHARS = 1000;
const kept = (text: string) => text.slice(0, CHARS);
const sentences = (text: string) => text.match(/[^.!?\n]+[.!?\n]+\s*|[^.!?\n]+$/g) ?? [text];
const pick = <T>(draw: Prng, from: readonly T[]): T => from[draw.below(from.length)]!;

/** A table of words as one expression; the case of the first letter stays. */
function swapper(table: Readonly<Record<string, string>>): (text: string) => string {
  const words = Object.keys(table).sort((a, b) => b.length - a.length);
  const any = new RegExp(`\\b(?:${words.join("|")})\\b`, "gi");
  return (text) =>
    text.replace(any, (met) => {
      const to = table[met.toLowerCase()] ?? met;
      return /^[A-Z]/.test(met) ? `${to[0]?.toUpperCase() ?? ""}${to.slice(1)}` : to;
    });
}

const CANONICAL = swapper({
  utilize: "use",
  utilise: "use",
  various: "several",
  numerous: "several",
  many: "several",
  important: "significant",
  crucial: "significant",
  essential: "significant",
  vital: "significant",
  key: "significant",
  help: "aid",
  assist: "aid",
  show: "demonstrate",
  shows: "demonstrates",
  make: "create",
  makes: "creates",
  made: "created",
  big: "large",
  huge: "large",
  great: "large",
  begin: "start",
  begins: "starts",
  commence: "start",
  get: "obtain",
  gets: "obtains",
  obtain: "acquire",
  often: "frequently",
  usually: "generally",
  typically: "generally",
  also: "additionally",
  however: "nevertheless",
  but: "however",
  because: "since",
  so: "therefore",
  thus: "therefore",
  like: "such as",
  people: "persons",
  person: "individual",
  kids: "children",
  buy: "purchase",
  need: "require",
  needs: "requires",
  try: "attempt",
  ask: "request",
  tell: "inform",
  think: "consider",
  good: "beneficial",
  bad: "negative",
  fast: "rapid",
  quick: "rapid",
  quickly: "rapidly",
  way: "manner",
  ways: "manners",
  thing: "matter",
  things: "matters",
  end: "conclusion",
  start: "beginning",
  about: "regarding",
  around: "approximately",
  "it's": "it is",
  "don't": "do not",
  "can't": "cannot",
  "you're": "you are",
  "i'm": "I am",
  "that's": "that is",
  "there's": "there is",
  "doesn't": "does not",
  "isn't": "is not",
  "won't": "will not",
});

const SOFT = swapper({
  must: "may wish to",
  should: "may wish to",
  never: "seldom",
  always: "mostly",
  best: "suitable",
  worst: "less suitable",
  kill: "harm",
  die: "pass away",
  death: "passing",
  war: "conflict",
  weapon: "item",
  stupid: "unwise",
  hate: "dislike",
  dangerous: "not without risk",
  illegal: "not permitted",
  certainly: "perhaps",
  definitely: "perhaps",
  will: "may",
  is: "tends to be",
  are: "tend to be",
});
const CAUTIONS = [
  "Views on this differ.",
  "Please check with a specialist.",
  "This is general information.",
  "Rules vary by place.",
  "Take care with personal data.",
  "Not a substitute for advice.",
];

const SPELT = swapper({
  color: "colour",
  favorite: "favourite",
  center: "centre",
  organize: "organise",
  organization: "organisation",
  realize: "realise",
  recognize: "recognise",
  analyze: "analyse",
  behavior: "behaviour",
  flavor: "flavour",
  neighbor: "neighbour",
  traveling: "travelling",
  program: "programme",
  gray: "grey",
  defense: "defence",
  practice: "practise",
  one: "1",
  two: "2",
  three: "3",
  four: "4",
  five: "5",
  six: "6",
  seven: "7",
  eight: "8",
  nine: "9",
  ten: "10",
  "it's": "it is",
  "don't": "do not",
  "can't": "cannot",
  "i'm": "I am",
});

const SEA = swapper({
  you: "ye",
  your: "yer",
  my: "me",
  is: "be",
  are: "be",
  hello: "ahoy",
  hi: "ahoy",
  friend: "matey",
  yes: "aye",
  the: "th'",
  of: "o'",
  and: "an'",
  to: "t'",
  for: "fer",
  with: "wi'",
  very: "mighty",
  there: "thar",
  money: "doubloons",
  food: "grub",
  water: "brine",
  house: "cabin",
  road: "sea lane",
  car: "vessel",
  great: "grand",
  good: "fine",
});

const plainText = (text: string) =>
  text
    .replace(/```\w*/g, "")
    .replace(/[*_`#>|]+/g, "")
    .replace(/^\s*[-\u2022+]\s+/gm, "(item) ")
    .replace(/^\s*(\d+)[.)]\s+/gm, "(item $1) ")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\s*\n+\s*/g, " / ");

const SYLLABLES = ["ba", "de", "ko", "lun", "mir", "no", "pa", "ri", "sel", "ta", "vo", "zu", "ge", "hin", "ost", "ur"];
const CONSONANTS = [..."bcdfghjklmnpqrstvwxz"];
const VOWELS = [..."aeiouy"];
const LANGUAGES = new Map<string, Map<string, string>>();

/** Each word another, the same for both services: a language that nobody of the panel speaks. Names and numbers stay. */
function foreign(text: string, language: string): string {
  const words = LANGUAGES.get(language) ?? new Map<string, string>();
  LANGUAGES.set(language, words);
  return sentences(text)
    .map((sentence) => {
      let first = true;
      return sentence.replace(/[A-Za-z']+/g, (word) => {
        const isName = /^[A-Z]/.test(word) && !first;
        first = false;
        if (isName) return word;
        const key = word.toLowerCase();
        let to = words.get(key);
        if (to === undefined) {
          const draw = prng("one-tool/language", `${language}/${key}`);
          // Of so many possible words that no two languages of a round have more in common than by chance.
          const letters = () => `${pick(draw, CONSONANTS)}${pick(draw, VOWELS)}${pick(draw, CONSONANTS)}`;
          to = Array.from({ length: 1 + Math.ceil(key.length / 4) }, letters).join("");
          words.set(key, to);
        }
        return /^[A-Z]/.test(word) ? `${to[0]!.toUpperCase()}${to.slice(1)}` : to;
      });
    })
    .join("");
}

/** Words that a tool puts are its own: nobody of the panel writes them so. The worst case; a true tool's are others' too. */
function ownWords(swap: (text: string) => string, text: string, seed: string): string {
  const ending = pick(prng("one-tool/ending", seed), SYLLABLES) + pick(prng("one-tool/ending-2", seed), SYLLABLES);
  return text.replace(/[A-Za-z']+/g, (word) => {
    const swapped = swap(word);
    return swapped === word ? word : `${swapped}${ending}`;
  });
}

/** A tool that sees an answer and its prompt, and draws by the prompt alone: both services get the same. */
type Tool = (own: string, given: { prompt: string; draw: () => Prng; seed: string }) => string;

const tool = (name: string, of: Tool, strengths: readonly number[] = [0.25, 0.5, 1]): Wrapper => ({
  name,
  strengths,
  wrap: (pair, prompts, strength, seed) =>
    each(pair, strength, seed, (id, x, y) => {
      const given = { prompt: prompts.get(id) ?? "", draw: () => prng("one-tool", `${name}/${seed}/${id}`), seed };
      return [kept(of(x, given)), kept(of(y, given))];
    }),
});

const FRAGMENT_WORDS_MAX = 6;
const JOINTS = [
  ["as far as known,", "moreover", "it is said that", "in short,"],
  ["to my knowledge", "besides,", "sources hold that", "put simply,"],
];

/** A page in pieces of a few words, a share of them, in an order of one's own, with joints of one's own. */
function retold(page: string, own: string, side: 0 | 1, draw: Prng): string {
  const pieces = sentences(page).flatMap((sentence) => {
    const words = sentence.trim().split(/\s+/);
    const out: string[] = [];
    for (let at = 0; at < words.length; ) {
      const length = 2 + draw.below(FRAGMENT_WORDS_MAX - 1);
      out.push(words.slice(at, at + length).join(" "));
      at += length;
    }
    return out;
  });
  const taken = [...sample(pieces.length, Math.ceil(pieces.length / 2), draw)].slice(0, 12);
  const told = taken.map((i) => (draw.below(3) === 0 ? `${pick(draw, JOINTS[side]!)} ${pieces[i]!}` : pieces[i]!));
  const at = sentences(own);
  const head = at.slice(0, 1 + draw.below(2)).join("");
  return kept(`${head} ${told.join(", ")}. ${at.slice(2).join("")}`);
}

export const ONE_TOOL: readonly Wrapper[] = [
  tool("one translator and back", (own, { seed }) => ownWords(CANONICAL, own, seed)),
  tool("one moderation rewrite", (own, { draw }) => {
    const left = sentences(SOFT(own)).filter((of) => !/\b(?:I|my|me)\b/.test(of));
    return `${(left.length > 0 ? left : [own]).join("")} ${pick(draw(), CAUTIONS)}`;
  }),
  tool("one schema of JSON", (own) => {
    const [first = "", ...rest] = sentences(own).map((of) => of.trim());
    return JSON.stringify({ summary: first, points: rest.slice(0, 4), confidence: "high", sources: [] }, null, 1);
  }),
  tool("one follow-up question", (own, { prompt, draw }) => {
    const long = prompt.split(/\W+/).filter((word) => word.length > 5);
    const about = long.length > 0 ? pick(draw(), long).toLowerCase() : "this";
    const asked = pick(draw(), [
      `Shall I go on about ${about}?`,
      `What interests you most in ${about}?`,
      `Would an example of ${about} be of use?`,
      `Is there a deadline for ${about}?`,
    ]);
    return `${own.slice(0, 900)} ${asked}`;
  }),
  tool("one persona's wording", (own, { seed }) => ownWords(SEA, own, seed)),
  tool("Markdown to plain text", plainText),
  tool("one speller", (own) =>
    SPELT(own)
      .replace(/[\u2018\u2019]/g, "'")
      .replace(/[\u201c\u201d]/g, '"'),
  ),
  tool("one length and stop words", (own) =>
    sentences(own)
      .filter((of) => !/\b(?:however|important|overall|additionally|remember)\b/i.test(of))
      .join("")
      .split(/\s+/)
      .slice(0, 60)
      .join(" "),
  ),
  tool("one language that is not the panel's", (own, { seed }) => foreign(own, seed), [0.1, 0.25, 0.5, 1]),
  {
    name: "one encyclopaedia, retold",
    strengths: [0.1, 0.25, 0.5],
    quotes: true,
    wrap: (pair, _prompts, strength, seed, pages: Texts = new Map()) =>
      each(pair, strength, seed, (id, x, y, draw) => {
        const page = pages.get(id);
        if (page === undefined || page.length < 120) return [x, y];
        return [retold(page, x, 0, draw), retold(page, y, 1, draw)];
      }),
  },
];
