/**
 * What disguises do to the score of documented pairs, and what leaked reasoning does to unrelated ones. Disguises are
 * simulated on recorded answers as the comments say; system prompts and sampling are real recordings (the corpus has
 * concise, verbose and best-of-16 entries of one model). No translator was at hand: translation is a word cipher, which
 * keeps numbers and layout and nothing else, as a language without shared words would. Run behaviour.study.ts first.
 *
 *   node validation/behaviour-adversaries.study.ts --transcripts ../shared/corpora/transcripts
 *
 * Writes behaviour-adversaries.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { prng } from "../dist/base/prng.js";
import { countBlock } from "../dist/labs/behaviour/agreement/block-count.js";
import { compare } from "../dist/labs/behaviour/agreement/comparison.js";
import { memorySource } from "../dist/labs/behaviour/answers/answer-source.js";
import { outsideReferenceClass, PANEL_FAMILIES_MIN } from "../dist/labs/behaviour/method.js";
import type { Development, Fit } from "../dist/labs/behaviour/score/development.js";
import { drawOf, loadMaterial, rowsOf } from "../materials/answers/material.ts";
import { INDEPENDENT, score } from "./study/behaviour-fits.ts";

const { values } = parseArgs({ options: { transcripts: { type: "string" } } });
const here = new URL(".", import.meta.url).pathname;
const PROMPTS = 200;
const material = loadMaterial(values.transcripts ?? "../shared/corpora/transcripts");
const { labels, lineage, pairs, texts } = material;
const development: Development = JSON.parse(readFileSync(`${here}../data/behaviour/development.json`, "utf8"));
const fits = development.propositions["behaviour/tuned-from"]!.find((s) => s.prompts === 200)!.fits;
const fitOf = (bases: readonly number[]): Fit => {
  const out = [...new Set(bases)].sort((a, b) => a - b).join();
  return fits.find((fit) => fit.out.join() === out)!;
};
const places = drawOf(material, PROMPTS, 0);
const place = (name: string) => labels.names.indexOf(name);
const pairAt = (a: number, b: number) => pairs.findIndex((p) => p.a === Math.max(a, b) && p.b === Math.min(a, b));

type Change = (text: string, source: ReturnType<typeof prng>, prompt: number) => string;
const mixedIn = place("mistral-medium");
const vocabulary = [
  ...new Set(
    texts[mixedIn]!.slice(0, 100)
      .join(" ")
      .toLowerCase()
      .match(/[a-z]{5,}/g) ?? [],
  ),
];
const replaced =
  (share: number): Change =>
  (text, source) =>
    text.replace(/[A-Za-z]{4,}/g, (word) =>
      source.below(1000) < 1000 * share ? vocabulary[source.below(vocabulary.length)]! : word,
    );
const sentences = (text: string) => text.split(/(?<=[.!?])\s+|\n+/).filter((s) => s.trim() !== "");

/** Disguises of the suspect's side. */
const DISGUISES: Record<string, Change> = {
  none: (text) => text,
  "one word in ten replaced (light paraphrase)": replaced(0.1),
  "one word in four replaced (heavy paraphrase)": replaced(0.25),
  "one word in two replaced (near to rewriting)": replaced(0.5),
  "layout removed, sentences joined (restyled)": (text) =>
    sentences(text.replace(/[*#`]|^\s*(?:[-•]|\d+[.)])\s+/gm, "")).join(" "),
  "sentences in another order": (text, source) => {
    const parts = sentences(text);
    for (let i = parts.length - 1; i > 0; i--) {
      const j = source.below(i + 1);
      [parts[i], parts[j]] = [parts[j]!, parts[i]!];
    }
    return parts.join(" ");
  },
  "a persona's greeting and farewell on every answer": (text) => `Ahoy there, matey! ${text} Fair winds to you!`,
  "half of the answers from another model (mixture)": (text, source, prompt) =>
    source.below(2) === 0 ? text : (texts[mixedIn]![prompt] ?? ""),
  "nine in ten answers from another model": (text, source, prompt) =>
    source.below(10) === 0 ? text : (texts[mixedIn]![prompt] ?? ""),
};

/** The same word gives the same other word: what a language that shares none would leave. */
const ciphered = (word: string, letters: string) => {
  let h = 2166136261;
  for (const c of word.toLowerCase()) h = Math.imul(h ^ c.codePointAt(0)!, 16777619) >>> 0;
  let out = "";
  for (let n = 2 + (h % 7); n > 0; n--) {
    out += letters[h % letters.length];
    h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
  }
  return out;
};
const LATIN = "aeioudlmnrstbk";
const CYRILLIC = "аеиоулмнрстдвк";
Object.assign(DISGUISES, {
  "sampled hot: after ten words on average each answer goes on as another model's": ((text, source, prompt) => {
    const words = text.split(" ");
    const cut = 1 + source.below(20);
    return [...words.slice(0, cut), ...(texts[mixedIn]![prompt] ?? "").split(" ").slice(cut)].join(" ");
  }) satisfies Change,
  "answers translated into another language of Latin script (word cipher)": ((text) =>
    text.replace(/[A-Za-z]+/g, (word) => ciphered(word, LATIN))) satisfies Change,
  "answers translated into another script (word cipher)": ((text) =>
    text.replace(/[A-Za-z]+/g, (word) => ciphered(word, CYRILLIC))) satisfies Change,
  "a constant answer to one prompt in three": ((text, source) =>
    source.below(3) === 0 ? "I would rather not answer that. Is there anything else?" : text) satisfies Change,
  "a constant answer to every prompt": (() =>
    "I would rather not answer that. Is there anything else?") satisfies Change,
});

/** Whether the examination would call the suspect's answers outside the study's class. */
async function outside(suspect: readonly (string | null)[]): Promise<boolean> {
  const ids = places.map(String);
  const of = new Map(places.map((p) => [String(p), suspect[p] ?? ""]));
  const count = (block: Parameters<typeof countBlock>[0], groups: Int32Array) =>
    Promise.resolve(countBlock(block, groups));
  const { profiles } = await compare(
    memorySource(ids, new Map(), [of, of]),
    Int32Array.of(0, 1),
    count,
    1,
    () => undefined,
    () => undefined,
  );
  return outsideReferenceClass([{ role: "suspect", profile: profiles[1] }], ids.length, PANEL_FAMILIES_MIN) !== null;
}

const suspects = lineage.tuned_from.map(([from, to]) => ({ from: place(from), to: place(to) }));
const textsFor = (changed: ReadonlyMap<number, Change>, name: string) =>
  texts.map((of, m) => {
    const change = changed.get(m);
    if (!change) return of;
    const source = prng(`behaviour/adversary/${name}`, String(m));
    return of.map((text, p) => (text === null ? null : change(text, source, p)));
  });
const rowsFor = (changed: ReadonlyMap<number, Change>, name: string) =>
  rowsOf(material, places, textsFor(changed, name));

const lines: string[] = [];
lines.push("# Disguises and leaked reasoning", "");
lines.push(
  `Written by \`validation/behaviour-adversaries.study.ts\`: the 13 listed pairs of \`tuned_from\`, ${PROMPTS} prompts, scores by the fit without the pair's base; "found" is above every presumed-unrelated pair of other bases and makers in the same run. The last column counts suspects whose answers lie outside the study's class: an examination then says \`uncalibrated\`, whatever the score.`,
  "",
);
lines.push("| disguise of the suspect | mean score | found of 13 | outside the class |", "|---|---|---|---|");
for (const [name, change] of Object.entries(DISGUISES)) {
  const disguised = textsFor(new Map(suspects.map(({ to }) => [to, change])), name);
  const rows = rowsOf(material, places, disguised);
  let out = 0;
  for (const { to } of suspects) if (await outside(disguised[to]!)) out++;
  const changed = new Set(suspects.map(({ to }) => to));
  let total = 0;
  let found = 0;
  for (const { from, to } of suspects) {
    const { weights } = fitOf([labels.bases[from]!]);
    const own = score(rows[pairAt(from, to)]!, weights);
    let most = -9;
    pairs.forEach(({ a, b, kind }, i) => {
      if (INDEPENDENT.includes(kind) && !changed.has(a) && !changed.has(b))
        most = Math.max(most, score(rows[i]!, weights));
    });
    total += own;
    if (own > most) found++;
  }
  lines.push(`| ${name} | ${(total / suspects.length).toFixed(2)} | ${found} | ${out} |`);
  process.stderr.write(`${name}\n`);
}

/** Real recordings: the same model under another system prompt, and with best-of-16 sampling. */
const plain = rowsFor(new Map(), "none");
lines.push("", "| real recordings of one model | pairs | mean score | above 2.0 |", "|---|---|---|---|");
for (const [name, pattern] of [
  ["another system prompt (concise, verbose)", /_(?:concise|verbose)$/],
  ["best of 16 samples against one", /(?:best-of-16|^pairrm)/],
] as const) {
  const scores = lineage.same_model
    .filter(([, b]) => pattern.test(b) || pattern.test(lineage.same_model.find(([, c]) => c === b)![0]))
    .map(([a, b]) => score(plain[pairAt(place(a), place(b))]!, fitOf([labels.bases[place(a)]!]).weights));
  const mean = scores.reduce((s, v) => s + v, 0) / scores.length;
  lines.push(`| ${name} | ${scores.length} | ${mean.toFixed(2)} | ${scores.filter((s) => s > 2).length} |`);
}

/** What reasoning that leaks without a tag may sound like when no two answers begin alike. */
const MUSINGS = ["Okay", "Alright", "Hmm", "So", "Let me see", "First", "Now", "Well"];
const THOUGHTS = ["the user wants", "they ask for", "this is about", "I need", "the question is", "we want"];
/** Unrelated models that leak reasoning in one format: one model of each of twelve bases, all their pairs. */
const FORMATS: [string, Change][] = [
  ["<think> tags (the normaliser removes them)", (t) => `<think>The user wants help. I should be clear.</think>\n${t}`],
  ["closing tag alone (removed)", (t) => `The user asks; let me see.\n</think>\n\n${t}`],
  ["Thought: … Final answer: (removed)", (t) => `Thought: the user needs an answer.\nFinal answer: ${t}`],
  ["untagged, one sentence (not removed)", (t) => `Okay, let me think about what the user wants here. ${t}`],
  [
    "untagged, two sentences (not removed)",
    (t) => `Alright, the user is asking me something. I need to consider the details first.\n\n${t}`,
  ],
  ["a heading before every answer (not removed)", (t) => `## My considered response\n\n${t}`],
  [
    "untagged, words vary with the prompt and the draw (not removed)",
    (t, source, p) =>
      `${MUSINGS[source.below(MUSINGS.length)]}, ${THOUGHTS[source.below(THOUGHTS.length)]} ${material.prompts[p]!.split(" ").slice(0, 8).join(" ")}. ${t}`,
  ],
];
const STRANGERS = [
  "gemini-pro",
  "dbrx-instruct",
  "cohere",
  "baichuan-13b-chat",
  "chatglm2-6b",
  "gemma-7b-it",
  "deepseek-llm-67b-chat",
  "jina-chat",
  "mistral-medium",
  "falcon-40b-instruct",
  "Yi-34B-Chat",
  "minichat-3b",
].map(place);
const strangerPairs = STRANGERS.flatMap((a, i) => STRANGERS.slice(0, i).map((b): [number, number] => [a, b]));
const bar = Math.max(...fitOf([]).nullMax);
lines.push(
  "",
  `Unrelated models that leak reasoning in one format (simulated): ${STRANGERS.length} models of as many bases, ${strangerPairs.length} pairs. "Wrongly above" is above ${bar.toFixed(2)}, the largest null of the development set at ${PROMPTS} prompts.`,
  "",
);
lines.push(
  "| format | mean score before | with it | wrongly above | models outside the class |",
  "|---|---|---|---|---|",
);
for (const [name, wrap] of FORMATS) {
  const changed = textsFor(new Map(STRANGERS.map((m) => [m, wrap])), name);
  const rows = rowsOf(material, places, changed);
  const [before, after] = [plain, rows].map((of) =>
    strangerPairs.map(([a, b]) => score(of[pairAt(a, b)]!, fitOf([labels.bases[a]!, labels.bases[b]!]).weights)),
  ) as [number[], number[]];
  let out = 0;
  for (const m of STRANGERS) if (await outside(changed[m]!)) out++;
  const mean = (of: readonly number[]) => (of.reduce((sum, v) => sum + v, 0) / of.length).toFixed(2);
  lines.push(
    `| ${name} | ${mean(before)} | ${mean(after)} | ${after.filter((v) => v > bar).length} | ${out} of ${STRANGERS.length} |`,
  );
  process.stderr.write(`${name}\n`);
}
lines.push("");
writeFileSync(`${here}behaviour-adversaries.md`, lines.join("\n"));
