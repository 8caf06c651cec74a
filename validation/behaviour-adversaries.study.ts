/**
 * What disguises do to the score of documented pairs, and what leaked reasoning does to unrelated ones. Disguises are
 * simulated on recorded answers as the comments say; system prompts and sampling are real recordings (the corpus has
 * concise, verbose and best-of-16 entries of one model). Run behaviour.study.ts first.
 *
 *   node validation/behaviour-adversaries.study.ts --transcripts ../shared/corpora/transcripts
 *
 * Writes behaviour-adversaries.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { prng } from "../dist/base/prng.js";
import type { Development, Fit } from "../dist/labs/behaviour/development.js";
import { INDEPENDENT, score } from "./study/behaviour-fits.ts";
import { drawOf, loadMaterial, rowsOf } from "./study/behaviour-material.ts";

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

const suspects = lineage.tuned_from.map(([from, to]) => ({ from: place(from), to: place(to) }));
const rowsFor = (changed: ReadonlyMap<number, Change>, name: string) =>
  rowsOf(
    material,
    places,
    texts.map((of, m) => {
      const change = changed.get(m);
      if (!change) return of;
      const source = prng(`behaviour/adversary/${name}`, String(m));
      return of.map((text, p) => (text === null ? null : change(text, source, p)));
    }),
  );

const lines: string[] = [];
lines.push("# Disguises and leaked reasoning", "");
lines.push(
  `Written by \`validation/behaviour-adversaries.study.ts\`: the 13 listed pairs of \`tuned_from\`, ${PROMPTS} prompts, scores by the fit without the pair's base; "found" is above every presumed-unrelated pair of other bases and makers in the same run.`,
  "",
);
lines.push("| disguise of the suspect | mean score | found of 13 |", "|---|---|---|");
for (const [name, change] of Object.entries(DISGUISES)) {
  const rows = rowsFor(new Map(suspects.map(({ to }) => [to, change])), name);
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
  lines.push(`| ${name} | ${(total / suspects.length).toFixed(2)} | ${found} |`);
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

/** Unrelated models that leak reasoning in one format: six pairs, each with a format of its own. */
const FORMATS: [string, (text: string) => string][] = [
  ["<think> tags (the normaliser removes them)", (t) => `<think>The user wants help. I should be clear.</think>\n${t}`],
  ["closing tag alone (removed)", (t) => `The user asks; let me see.\n</think>\n\n${t}`],
  ["Thought: … Final answer: (removed)", (t) => `Thought: the user needs an answer.\nFinal answer: ${t}`],
  ["untagged, one sentence (not removed)", (t) => `Okay, let me think about what the user wants here. ${t}`],
  [
    "untagged, two sentences (not removed)",
    (t) => `Alright, the user is asking me something. I need to consider the details first.\n\n${t}`,
  ],
  ["a heading before every answer (not removed)", (t) => `## My considered response\n\n${t}`],
];
const STRANGERS: [string, string][] = [
  ["gemini-pro", "dbrx-instruct"],
  ["cohere", "baichuan-13b-chat"],
  ["chatglm2-6b", "gemma-7b-it"],
  ["deepseek-llm-67b-chat", "jina-chat"],
  ["mistral-medium", "falcon-40b-instruct"],
  ["Yi-34B-Chat", "minichat-3b"],
];
const wrapped = new Map<number, Change>();
FORMATS.forEach(([, wrap], i) => {
  for (const name of STRANGERS[i]!) wrapped.set(place(name), (text) => wrap(text));
});
const leaked = rowsFor(wrapped, "leaked");
lines.push("", "Unrelated models, both given one leaked-reasoning format (simulated):", "");
lines.push("| format | score before | score with it |", "|---|---|---|");
let most = -9;
FORMATS.forEach(([name], i) => {
  const [a, b] = STRANGERS[i]!.map(place) as [number, number];
  const { weights } = fitOf([labels.bases[a]!, labels.bases[b]!]);
  const [before, after] = [plain, leaked].map((rows) => score(rows[pairAt(a, b)]!, weights));
  most = Math.max(most, after!);
  lines.push(`| ${name} | ${before!.toFixed(2)} | ${after!.toFixed(2)} |`);
});
const shipped = fitOf([]).nullMax;
lines.push(
  "",
  `Largest score with a leaked format ${most.toFixed(2)}; the outcome rule asks for more than ${Math.max(...shipped).toFixed(2)} (largest null of the development set at ${PROMPTS} prompts).`,
  "",
);
writeFileSync(`${here}behaviour-adversaries.md`, lines.join("\n"));
