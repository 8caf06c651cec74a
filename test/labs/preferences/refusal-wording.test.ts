/** Wording of refusals: what is shared counts under different questions and where nobody else says it, and decides nothing. */
import { expect, test } from "vitest";
import { castOf } from "../../../src/labs/preferences/residual/cast.js";
import { refusalWording } from "../../../src/labs/preferences/residual/refusal-wording.js";
import { UNDOCUMENTED } from "../../../src/labs/preferences/scores/lineage.js";
import { readScores } from "../../../src/labs/preferences/scores/read-scores.js";

const QUESTIONS = 14;
/** Everybody's own words around what a maker says in each refusal. */
const says = (who: string, phrase: (question: number) => string, label = "DENIAL") =>
  readScores(
    Array.from({ length: QUESTIONS }, (_, q) =>
      JSON.stringify({
        prompt_id: `q${q}`,
        label,
        text: `${["no", who, q, "thing", "that", who].join(" ")} ${phrase(q)} ${who} ends ${q}`,
      }),
    ).join("\n"),
    who,
  );
const strangers = ["ann", "bob", "cyd", "dan", "eve", "fay"].map(
  (who) => [who, says(who, () => `as ${who} says`)] as const,
);
const seen = (reference: ReturnType<typeof says>, suspect: ReturnType<typeof says>, more: typeof strangers = []) => {
  const seats = [["ours", reference] as const, ["theirs", suspect] as const, ...strangers, ...more];
  const names = seats.map(([name]) => name);
  return refusalWording({ tables: seats.map(([, table]) => table) }, castOf(names, UNDOCUMENTED));
};
const OWN = () => "my charter keeps me from lending a hand here";

test("a maker's own phrase in both and in nobody else's stands out", () => {
  const found = seen(says("ours", OWN), says("theirs", OWN))!;
  expect(found).toMatchObject({ reference: QUESTIONS, suspect: QUESTIONS, shared: 5, panelMax: 0, reached: 0 });
  expect(found.phrases).toContain("charter keeps me from lending");
  expect(found.share).toBeGreaterThan(0);
});

test("what a third lineage says too is nobody's own", () => {
  const found = seen(says("ours", OWN), says("theirs", OWN), [["gus", says("gus", OWN)]])!;
  expect(found.shared).toBe(0);
});

test("a question that both repeat counts for nothing", () => {
  const echo = (q: number) => `about painting doors of colour number ${["one", "two", "three"][q] ?? `n${q}`}`;
  const found = seen(
    says("ours", (q) => (q < 3 ? echo(q).replace("painting doors of", `painting ${q} doors in`) : `mine is ours ${q}`)),
    says("theirs", (q) =>
      q < 3 ? echo(q).replace("painting doors of", `painting ${q} doors in`) : `mine is theirs ${q}`,
    ),
  )!;
  expect(found.shared).toBe(0);
});

test("no exhibit without texts, of answers that complete, or among too few", () => {
  const bare = readScores('{"prompt_id":"q","label":"DENIAL"}', "bare");
  expect(seen(says("ours", OWN), bare)).toBeNull();
  expect(seen(says("ours", OWN), says("theirs", OWN, "COMPLETE"))).toBeNull();
  const two = [says("ours", OWN), says("theirs", OWN)];
  expect(refusalWording({ tables: two }, castOf(["ours", "theirs"], UNDOCUMENTED))).toBeNull();
});
