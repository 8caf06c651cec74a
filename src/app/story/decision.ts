/** The panel's decision in the told dispute, and the order that it carries. */
import type { FactsOf } from "../../office/docket/pack/facts.js";
import type { Rehearsal } from "../docket/rehearsal.js";

/**
 * What the findings carry, and no more: without one that supports the claim the case ends as not shown.
 * @param supporting findings about the suspect that support the claim
 */
export async function decide(
  court: Rehearsal,
  supporting: readonly FactsOf<"finding">[],
): Promise<{ says: string; ordered: boolean }> {
  const question = "Was the suspect made from the reference?";
  if (supporting.length === 0) {
    const issue = {
      question,
      standard: "clear and convincing",
      findings: [],
      conduct: [],
      answers: [],
      held: "not shown",
    };
    const reasons = "What was found does not carry the burden, which is the complainant's.";
    await court.act("panel", "decision", { outcome: "not-shown", issues: [{ ...issue, reasons }] });
    return { says: "The panel decides: not shown. No order follows.", ordered: false };
  }
  for (const [element, held] of [
    ["access", "yes"],
    ["authorisation", "no"],
  ])
    await court.act("panel", "conduct.found", { element, held, reasons: "as the parties' papers show" });
  await court.act(
    "panel",
    "decision",
    {
      outcome: "upheld",
      issues: [
        {
          question,
          standard: "clear and convincing",
          findings: supporting.map(({ finding }) => finding),
          conduct: ["access", "authorisation"],
          answers: supporting.flatMap(({ finding, alternatives }) =>
            Array.from({ length: alternatives }, (_, alternative) => ({
              finding,
              alternative,
              answer: "The seeds and the training code that the respondent handed over rule it out.",
            })),
          ),
          held: "yes",
          reasons: "One laboratory under a blind plan, the decoy clean, the control found, computed again by another.",
        },
      ],
    },
    {
      text: "The finding says how much more is to be expected if the models share ancestral weights. Whose act that was rests on the papers.",
    },
  );
  const models = supporting[0]!.subjects.slice(1);
  await court
    .later(10)
    .act("panel", "order", { rung: 5, effect: "label", models, reach: "self", reasons: "the decision" });
  return {
    says: "The panel decides for Aldgate Labs and orders a label. One laboratory opens that gate; a recall would need two.",
    ordered: true,
  };
}
