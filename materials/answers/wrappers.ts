/**
 * Shared post-processing, put before recorded answers of two unrelated models as one service would put it before both:
 * six kinds, each at a strength from 0 to 1 (the share of prompts it touches). On a touched prompt both models get the
 * same frame, which is the worst case. Wording is made up here and varies from prompt to prompt where a service's would.
 */
import { type Prng, prng } from "../../dist/base/prng.js";

export type Texts = ReadonlyMap<string, string>;
export interface Wrapped {
  a: Texts;
  b: Texts;
}
export interface Wrapper {
  name: string;
  strengths: readonly number[];
  /** Draws on pages by prompt (quoting.ts). */
  quotes?: true;
  wrap(
    pair: Wrapped,
    prompts: ReadonlyMap<string, string>,
    strength: number,
    seed: string,
    pages?: ReadonlyMap<string, string>,
  ): Wrapped;
}

const OPENINGS = [
  "Thank you for your question about this.",
  "Let me restate what is being asked here.",
  "Here is what you would like to know:",
  "You asked me the following:",
];
const REFUSALS = [
  "I am unable to discuss this request at the moment because it falls outside the scope of this service. Please contact the help desk of Harbour & Finch for further assistance with your enquiry.",
];
const PERSONA = [
  "Ahoy there, my good friend of the Seven Harbours!",
  "As a faithful clerk of the Lantern Guild I answer gladly.",
  "By the light of the lantern, here is my counsel.",
  "May your sails be full and your ledgers balanced!",
  "The Lantern Guild wishes you calm waters.",
  "So it stands in the ledgers of our guild.",
];
const STEPS = [
  "First I consider what the user wants from me",
  "The user would like an answer about",
  "I should work out which facts matter for",
  "It helps to break the problem into parts:",
  "Next I check the wording of the request again",
  "A good reply has to be clear and complete",
  "I weigh which details can be left out",
  "Then I decide in which order to present things",
  "Let me be careful about the tone as well",
  "Now I can write down what I found",
];
const TAGS: [string, string][] = [
  ["Inner voice >>", "<< voice ends\n"],
  ["~~ working notes ~~", "~~ reply ~~\n"],
  ["(pondering)", "(speaking)\n"],
  ["Step zero, thinking aloud.", "Having thought, I reply.\n"],
];

/** @param change given both answers to a touched prompt, and draws of its own */
export function each(
  { a, b }: Wrapped,
  strength: number,
  seed: string,
  change: (id: string, x: string, y: string, draw: Prng) => [string, string],
): Wrapped {
  const out = { a: new Map(a), b: new Map(b) };
  for (const [id, x] of a) {
    const y = b.get(id);
    const draw = prng("wrappers", `${seed}/${id}`);
    if (y === undefined || draw.below(1000) >= 1000 * strength) continue;
    const [p, q] = change(id, x, y, draw);
    out.a.set(id, p);
    out.b.set(id, q);
  }
  return out;
}

const pick = <T>(draw: Prng, from: readonly T[]): T => from[draw.below(from.length)]!;
const kept = (text: string) => text.slice(0, 1000);

export const WRAPPERS: readonly Wrapper[] = [
  {
    name: "restated prompt",
    strengths: [0.25, 0.5, 1],
    wrap: (pair, prompts, strength, seed) =>
      each(pair, strength, seed, (id, x, y, draw) => {
        const head = `${pick(draw, OPENINGS)} ${(prompts.get(id) ?? "").slice(0, 400)}\n\n`;
        return [kept(head + x), kept(head + y)];
      }),
  },
  {
    name: "one refusal text",
    strengths: [0.02, 0.1, 0.25],
    wrap: (pair, _prompts, strength, seed) =>
      each(pair, strength, seed, (_id, _x, _y, draw) => {
        const text = pick(draw, REFUSALS);
        return [text, text];
      }),
  },
  {
    name: "a gateway that cuts",
    strengths: [0.25, 0.5, 1],
    wrap: (pair, _prompts, strength, seed) =>
      each(pair, strength, seed, (_id, x, y) => {
        const cut = (text: string) =>
          `${text.slice(0, 280).replace(/\s+\S*$/, "")} [shortened by the gateway; ask for more]`;
        return [cut(x), cut(y)];
      }),
  },
  {
    name: "one system prompt",
    strengths: [0.25, 0.5, 1],
    wrap: (pair, _prompts, strength, seed) =>
      each(pair, strength, seed, (_id, x, y, draw) => {
        const [head, tail] = [pick(draw, PERSONA), pick(draw, PERSONA)];
        const put = (text: string) => kept(`${head} ${text.slice(0, 800)} ${tail}`);
        return [put(x), put(y)];
      }),
  },
  {
    name: "one answer cache",
    strengths: [0.1, 0.25, 0.5, 0.9],
    wrap: (pair, _prompts, strength, seed) =>
      each(pair, strength, seed, (_id, x, y, draw) => (draw.below(2) === 0 ? [x, x] : [y, y])),
  },
  {
    name: "one open reasoning tag",
    strengths: [0.25, 0.5, 1],
    wrap: (pair, prompts, strength, seed) => {
      const tag = TAGS[prng("wrappers/tag", seed).below(TAGS.length)]!;
      return each(pair, strength, seed, (id, x, y, draw) => {
        const words = (prompts.get(id) ?? "").split(/\s+/).slice(0, 30);
        const thoughts = Array.from(
          { length: 3 },
          () => `${pick(draw, STEPS)} ${words.slice(draw.below(10), 10 + draw.below(20)).join(" ")}.`,
        );
        const head = `${tag[0]} ${thoughts.join(" ")} ${tag[1]}`;
        return [kept(head + x), kept(head + y)];
      });
    },
  },
];
