/**
 * Words of one's own: how many the recorded models have, and what becomes of two strangers behind one tool that changes how
 * each says what it says: one language, one persona's spelling, a translator, a speller (materials/answers/one-tool.ts). Each
 * pair has a tool of its own, and a panel of at least 15 families that stands before none.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { boilerplateOf } from "../../dist/labs/behaviour/common-origin/boilerplate.js";
import { outsideOriginClass } from "../../dist/labs/behaviour/common-origin/method.js";
import { ownWordsShare, WordCount } from "../../dist/labs/behaviour/common-origin/own-words.js";
import { readAnswers } from "../../dist/labs/behaviour/common-origin/read-answers.js";
import { ONE_TOOL } from "../../materials/answers/one-tool.ts";
import { originScores } from "../../materials/answers/origin-scores.ts";
import type { OriginSet } from "../../materials/answers/origin-sets.ts";
import type { Wrapper } from "../../materials/answers/wrappers.ts";

const PROMPTS = 100;
const DRAWS = [805, 400, 200, 100, 50];
const PAIRS = 35;
const ROUNDS = 6;

/** @param add called with each line of the table as it is known */
export function ownWordsTable(set: OriginSet, add: (line: string) => void): void {
  const bases = [...new Set(set.bases)];
  const groups = set.bases.map((base) => bases.indexOf(base));
  const places = [...set.names.keys()];
  const hd = (a: number, b: number) => a !== b && set.kind(Math.max(a, b), Math.min(a, b)).side === "hd";
  const ids = [...sample(set.promptIds.length, PROMPTS, prng("common-origin/wrapped", "prompts"))].map(
    (i) => set.promptIds[i]!,
  );
  const own = set.texts.map((of) => new Map(ids.flatMap((id) => (of.has(id) ? [[id, of.get(id)!] as const] : []))));
  add("# Words of one's own, by `behaviour/common-origin` version 5");
  add("");
  add(
    "| prompts | models | largest share of own words | median | more than 2 % | beside 15 models of 15 other families: largest | more than 2 % |",
  );
  add("|---|---|---|---|---|---|---|");
  for (const prompts of DRAWS) {
    const drawn = [...sample(set.promptIds.length, prompts, prng("common-origin/draw", `${prompts}/0`))].map(
      (i) => set.promptIds[i]!,
    );
    const count = new WordCount();
    const vocabularies = set.texts.map((of) => {
      boilerplateOf(readAnswers(drawn.map((id) => of.get(id) ?? null)), (words) => count.add(words));
      return count.take();
    });
    const few = (m: number) => {
      const order = [...sample(places.length, places.length, prng("common-origin/own-words", `${prompts}/${m}`))];
      const families = new Set([groups[m]]);
      const panel = order.filter((k) => !families.has(groups[k]) && families.size < 16 && families.add(groups[k]));
      const all = [m, ...panel];
      return ownWordsShare(
        all.map((k) => vocabularies[k]!),
        all.map((k) => groups[k]!),
        0,
      );
    };
    const shares = places.map((m) => ownWordsShare(vocabularies, groups, m)).sort((x, y) => y - x);
    const fewer = places.map(few).sort((x, y) => y - x);
    const over = (of: readonly number[]) => of.filter((share) => share > 0.02).length;
    add(
      `| ${prompts} | ${places.length} | ${shares[0]!.toFixed(4)} | ${shares[places.length >> 1]!.toFixed(4)} | ${over(shares)} | ${fewer[0]!.toFixed(4)} | ${over(fewer)} |`,
    );
  }
  add("");
  add(
    "| service | strength | pairs | above the rule of version 4 | of these outside the class by own words | accused |",
  );
  add("|---|---|---|---|---|---|");
  // Those that give both words of their own first.
  const manner = ({ name }: Wrapper) => Number(!/language|persona/.test(name));
  const tools = ONE_TOOL.filter(({ quotes }) => !quotes).sort((x, y) => manner(x) - manner(y));
  for (const wrapper of tools)
    for (const strength of [...wrapper.strengths].reverse()) {
      const row = { pairs: 0, above: 0, outside: 0, accused: 0 };
      for (let round = 0; round < ROUNDS; round++) {
        const pairs = disjoint(`${wrapper.name}/${strength}/${round}`);
        const used = new Set(pairs.flat());
        const texts: ReadonlyMap<string, string>[] = [...own];
        for (const [a, b] of pairs) {
          const seed = `${round}/${a}/${b}`;
          const both = wrapper.wrap({ a: own[a]!, b: own[b]! }, set.prompts, strength, seed);
          [texts[a], texts[b]] = [both.a, both.b];
        }
        const { ruled, ownWords, counted } = originScores(
          set,
          ids,
          texts.map((of) => new Map(of)),
        );
        for (const [a, b] of pairs) {
          const panel = places.filter((k) => !used.has(k) && hd(a, k) && hd(b, k));
          const { above, prompts } = ruled([a, b], panel);
          row.pairs++;
          if (!above) continue;
          row.above++;
          const side = (m: number) => ({ ...NOTHING_LEFT_OUT, answers: counted.sums.prompts, ownWords: ownWords(m) });
          const outside = outsideOriginClass({
            sides: [a, b].map((m) => ({ role: "side", side: side(m) })),
            prompts: ids.length,
            compared: prompts,
            same: 0,
            families: new Set(panel.map((k) => groups[k])).size,
          });
          if (outside?.includes("uses again and again")) row.outside++;
          if (outside === null) row.accused++;
        }
      }
      add(`| ${wrapper.name} | ${strength} | ${row.pairs} | ${row.above} | ${row.outside} | ${row.accused} |`);
    }
  function disjoint(seed: string): [number, number][] {
    const order = [...sample(places.length, places.length, prng("common-origin/wrapped-pairs", seed))];
    const used = new Set<number>();
    const pairs: [number, number][] = [];
    for (const a of order) {
      if (used.has(a) || pairs.length === PAIRS) continue;
      const b = order.find(
        (other) => !used.has(other) && hd(a, other) && leaves([...used, a, other], [...pairs, [a, other]]),
      );
      if (b === undefined) continue;
      used.add(a).add(b);
      pairs.push([a, b]);
    }
    return pairs;
  }

  /** Whether each pair's panel keeps the families that the class asks for. */
  function leaves(used: readonly number[], pairs: readonly (readonly [number, number])[]): boolean {
    const out = new Set(used);
    return pairs.every(
      ([a, b]) => new Set(places.filter((k) => !out.has(k) && hd(a, k) && hd(b, k)).map((k) => groups[k])).size >= 15,
    );
  }
}

/** Other reasons of the class are not looked at here. */
const NOTHING_LEFT_OUT = { compared: 1e9, empty: 0, cutByReasoning: 0, otherScript: 0, boilerplate: 0 };
