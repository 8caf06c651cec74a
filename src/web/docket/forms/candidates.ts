/** Where a fact names something of the case, what it may name: entries, exhibits, times, members, models. */
import type { FactsOf } from "../../../office/docket/pack/facts.js";
import type { EntryKind } from "../../../office/docket/pack/names.js";
import type { CaseView, EntryView } from "../../../office/docket/view/case-view.js";
import { KIND_WORDS } from "../../../office/docket/view/kind-words.js";
import type { Choice } from "./field.js";

const line = ({ seq, kind }: EntryView) => `Entry ${seq}, ${KIND_WORDS[kind]}`;
const once = (choices: Choice[]) => [...new Map(choices.map((each) => [each.value, each])).values()];
const named = (names: readonly string[]) => once(names.map((value) => ({ value, text: value })));

/** @param path of the fact, with numbers of members as `*` @returns empty where it is to be typed */
export function candidatesFor(kind: EntryKind, path: string, view: CaseView): Choice[] {
  const of = (...kinds: EntryKind[]) => view.entries.filter((entry) => kinds.includes(entry.kind));
  const statements = (...kinds: EntryKind[]) =>
    of(...kinds).map((entry) => ({ value: entry.statement, text: line(entry) }));
  switch (path.split(".").at(-1) === "*" ? path.split(".").at(-2) : path.split(".").at(-1)) {
    case "question":
      return kind === "answer" ? statements("question") : [];
    case "offer":
      return statements("settlement.offered", "undertaking.given");
    case "order":
      return statements(kind.startsWith("inspection.") ? "inspection.ordered" : "order");
    case "plan":
      return once(
        of(kind === "examination.void" ? "plan.adopted" : "plan.proposed").map((entry) => ({
          value: (entry.facts as FactsOf<"plan.proposed">).plan,
          text: line(entry),
        })),
      );
    case "finding":
    case "findings":
      return once(
        of("finding").map((entry) => {
          const { finding, proposition, outcome, slot } = entry.facts as FactsOf<"finding">;
          const at = slot === null ? "" : `, slot ${slot}`;
          return { value: finding, text: `${line(entry)}: ${proposition}${at}, ${outcome}` };
        }),
      );
    case "exhibit":
    case "from":
      return kind === "exhibit" ? [] : named(view.exhibits.map(({ exhibit }) => exhibit));
    case "timer":
      return named(view.deadlines.map(({ timer }) => timer));
    case "of":
      return named(view.stated.panel);
    case "who":
      if (kind === "panel.disclosed" || kind === "dissent") return named(view.stated.panel);
      return kind === "club.left"
        ? named(of("club.joined").map(({ facts }) => (facts as FactsOf<"club.left">).who))
        : [];
    case "model":
    case "models":
      return models(view);
    default:
      return [];
  }
}

/** Those in dispute and those that an order reaches. */
function models({ entries }: CaseView): Choice[] {
  const found: Choice[] = [];
  for (const { kind, facts } of entries) {
    if (kind === "complaint" || kind === "amendment") {
      const { reference, suspect } = facts as Partial<FactsOf<"complaint">>;
      if (suspect) found.push({ value: suspect, text: `The suspect: ${suspect}` });
      if (reference) found.push({ value: reference, text: `The reference: ${reference}` });
    }
    const { model, models: several = [] } = facts as { model?: string; models?: readonly string[] };
    for (const each of [model, ...several]) if (typeof each === "string") found.push({ value: each, text: each });
  }
  // What was said of a model first is kept.
  return once(found.reverse()).reverse();
}
