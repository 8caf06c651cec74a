/**
 * Whether a change of the code of marks changed a result: the same questions asked of two builds, results compared as
 * text. Where none differs, figures that were measured by the earlier build stand for the later one.
 *   git worktree add THEN COMMIT && (cd THEN && npm ci && npm run build); npm run build
 *   node validation/marks-unchanged.study.ts --earlier THEN --zoo ../shared/zoo --ask present,leak,inherited,scores [--engines]
 * It prints one JSON line a question. Presence: forms of marks that the study of presence drew, fresh keys, on unmarked text
 * of the zoo, on text of their own (each next id the best of four), and on text of somebody else's key through one table.
 * Scores: those of each text alone, by the law of independent draws, which the study of false alarms counts. With --engines
 * forms of serving engines besides. Leaks: sums along recipients' signs, of innocents and of one who took part. Inheritance: transcripts of the zoo, 40
 * other keys. It cannot see a change that no such question brings out.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Prng, prng } from "../dist/base/prng.js";
import type { IdText } from "../dist/labs/marks/text/texts.js";
import { strangersText } from "../materials/texts/table-stranger.ts";

const { values } = parseArgs({
  options: {
    earlier: { type: "string" },
    now: { type: "string", default: join(import.meta.dirname, "..") },
    zoo: { type: "string" },
    ask: { type: "string", default: "present" },
    /** Of each form. */
    keys: { type: "string", default: "12" },
    engines: { type: "boolean", default: false },
  },
});
const V = 1024;
const BODIES = ["base-training-text-plain", "base", "distilled", "independent-other-shape"];
const none = new Uint32Array(0);

/** What is asked of a build, whose files lay in one folder once. */
async function buildAt(root: string) {
  const dist = join(resolve(root), "dist");
  const load = (...paths: string[]) => {
    const at = paths.map((path) => join(dist, path)).find((path) => existsSync(path));
    if (!at) throw new Error(`expected one of ${paths.join(", ")} under ${dist}`);
    return import(at);
  };
  const mark = (name: string, room: string) => load(`labs/marks/${room}/${name}.js`, `labs/marks/${name}.js`);
  const { TokenDraws } = await load("kernels/token-draws.js");
  return {
    draws: new TokenDraws(),
    ...(await mark("mark-file", "schemes")),
    ...(await mark("make-scheme", "schemes")),
    ...(await mark("synthid-scheme", "schemes")),
    ...(await mark("present", "text")),
    ...(await mark("score-texts", "text")),
    ...(await mark("law", "schemes")),
    ...(await mark("inheritance", "text")),
    ...(await mark("texts", "text")),
    ...(await mark("leak", "leak")),
    ...(await mark("leak-code", "leak")),
    ...(await mark("weight-mark", "leak")),
  };
}
type Build = Awaited<ReturnType<typeof buildAt>>;

const [then, now] = await Promise.all([buildAt(values.earlier!), buildAt(values.now)]);

/** What both must say alike; words of a test may have been put anew. */
const told = (value: unknown) =>
  JSON.stringify(value, (key, each) =>
    key === "assumption" || key === "seed" || key === "scored"
      ? undefined
      : each instanceof Float64Array
        ? Array.from(each)
        : each,
  );
const sorted = (text: string): string => {
  const order = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(order)
      : value && typeof value === "object"
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, each]) => [key, order(each)]),
          )
        : value;
  return JSON.stringify(order(JSON.parse(text)));
};

class Compared {
  asked = 0;
  differing = 0;
  first: unknown = null;
  of(name: unknown, ask: (build: Build) => unknown): void {
    const [a, b] = [then, now].map((build) => sorted(told(ask(build))));
    this.asked++;
    if (a === b) return;
    this.differing++;
    this.first ??= { name, results: [a!.slice(0, 2000), b!.slice(0, 2000)] };
  }
  say(what: string): void {
    const { asked, differing, first } = this;
    process.stdout.write(`${JSON.stringify({ what, asked, differing, ...(first ? { first } : {}) })}\n`);
  }
}

const source = prng("assay/study/marks-unchanged", "keys");
const int = () => String((source.uint32() >>> 1) | 1);
const secret = () => Array.from({ length: 64 }, () => source.below(16).toString(16)).join("");
const FORMS: (() => object)[] = [
  () => ({ scheme: "kgw", variant: "transformers", key: int() }),
  () => ({ scheme: "kgw", variant: "original", key: int(), parameters: { seeding_scheme: "selfhash" } }),
  () => ({ scheme: "synthid", variant: "transformers", key: Array.from({ length: 30 }, int) }),
  () => ({ scheme: "synthid", variant: "reference", key: Array.from({ length: 30 }, int) }),
  () => ({ scheme: "unigram", variant: "original", key: int() }),
  () => ({ scheme: "gumbel", variant: "markllm", key: int(), parameters: { prefix_length: 1 } }),
  () => ({ scheme: "assay", variant: "tournament", key: secret() }),
  () => ({ scheme: "assay", variant: "biased", key: secret() }),
];
if (values.engines)
  FORMS.push(
    () => ({ scheme: "gumbel", variant: "vllm", key: int() }),
    () => ({ scheme: "dual-gumbel", variant: "vllm", key: int() }),
    () => ({ scheme: "sbw", variant: "vllm", key: int() }),
    () => ({ scheme: "sbw", variant: "vllm", key: int(), parameters: { scheme: "lefthash" } }),
    () => ({ scheme: "gumbel", variant: "textseal", key: int() }),
    () => ({ scheme: "kgw", variant: "textseal", key: int() }),
  );
const marks = FORMS.flatMap((make) =>
  Array.from({ length: Number(values.keys) }, () => ({ type: "assay/mark/v1", vocabulary: V, ...make() })),
);
const bodies: IdText[][] = BODIES.map((name) =>
  now.readTexts(readFileSync(join(values.zoo!, "samples", `${name}.jsonl.gz`)), name, null),
);

/** Ids of which each is the best of four under the mark, by the build at hand. */
function ownText(mark: object, tokens: number, from: Prng): IdText {
  const scheme = now.schemeOf(now.parseMark(mark, "study"), now.draws);
  const ids = Array.from({ length: 16 }, () => from.below(V));
  while (ids.length < tokens) {
    const tried = Array.from({ length: 4 }, () => from.below(V));
    const before = ids.slice(-16);
    const at = Int32Array.of(16);
    const scores = tried.map((token) => {
      const all = Uint32Array.from([...before, token]);
      return scheme.scores(all, at, scheme.names(all, at))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  return { id: "own", ids: Uint32Array.from(ids), promptIds: none };
}

const presence = (mark: object, texts: readonly IdText[]) => (build: Build) =>
  build.testPresence(build.schemeOf(build.parseMark(mark, "study"), build.draws), texts, V);

function present(): void {
  const unmarked = new Compared();
  const own = new Compared();
  for (const mark of marks) {
    for (const texts of bodies) unmarked.of(mark, presence(mark, texts.slice(0, 60)));
    own.of(mark, presence(mark, [ownText(mark, 300, source)]));
  }
  unmarked.say("present: unmarked texts of the zoo");
  own.say("present: text of the mark's own key");
  const table = new Compared();
  for (const size of [4096, 65_536]) {
    const make = () => {
      const key = Array.from({ length: 12 }, int);
      const parameters = { sampling_table_size: size };
      return { type: "assay/mark/v1", scheme: "synthid", variant: "transformers", vocabulary: V, key, parameters };
    };
    const drawn = now.samplingTable(now.parseMark(make(), "study"), now.draws)!;
    for (let n = 0; n < Number(values.keys); n++) {
      const stranger = make();
      const ids = strangersText(now.parseMark(stranger, "study"), drawn, now.draws, 2000, source);
      for (const mark of [stranger, make(), make()])
        table.of(mark, presence(mark, [{ id: "1", ids, promptIds: none }]));
    }
  }
  table.say("present: text of a stranger's key through one table");
}

function scores(): void {
  const compared = new Compared();
  for (const mark of marks)
    for (const texts of bodies)
      compared.of(mark, (build) => {
        const scheme = build.schemeOf(build.parseMark(mark, "study"), build.draws);
        const scored = build.scoreTexts(scheme, texts.slice(0, 60), { vocabulary: V });
        const sums = texts.slice(0, 60).map(() => ({ tuples: 0, score: 0 }));
        for (let i = 0; i < scored.value.length; i++) {
          const sum = sums[scored.text[i]]!;
          sum.tuples++;
          sum.score += scored.value[i];
        }
        return sums.map(({ tuples, score }) => [tuples, score, build.log10Tail(scheme.law, score, tuples)]);
      });
  compared.say("scores: unmarked texts of the zoo, one by one");
}

function leak(): void {
  const compared = new Compared();
  for (let n = 0; n < Number(values.keys); n++) {
    const recipients = Array.from({ length: 50 }, (_, i) => `recipient ${i}`);
    const code = { type: "assay/recipients/v1", key: secret(), bits: 512, strength: 0.01, recipients };
    const word = now.codeWord(code, "recipient 7", now.bitRates(code));
    const noise = () => (source.uint32() / 2 ** 32 - 0.5) * 3;
    for (const part of [0, 0.3, 1]) {
      const sum = Float64Array.from(word, (bit: number) => part * (bit ? 1 : -1) + noise());
      const traces = { sum, weights: new Float64Array(512).fill(1), tensors: 3 };
      compared.of({ n, part }, (build) => [
        build.traceLeak(code, traces, build.draws, { words: 20_000, seed: "1" }),
        build.runsOf(code.key, "a.weight", 8192, 512, build.draws),
      ]);
    }
  }
  compared.say("leak: recipients' scores, fresh words, places of bits");
}

function inherited(): void {
  const compared = new Compared();
  for (const mark of marks)
    for (const texts of bodies.slice(1, 3))
      compared.of(mark, (build) =>
        build.testInheritance(build.parseMark(mark, "study"), texts.slice(0, 150), build.draws, {
          ...{ keys: 40, seed: "unchanged" },
          onProgress: () => {},
        }),
      );
  compared.say("inherited: transcripts of the zoo");
}

const asks: Record<string, () => void> = { present, leak, inherited, scores };
for (const ask of values.ask.split(",")) asks[ask]!();
