/** The prompts that weigh most, with both sides' answers beside one another. */
import { decimal } from "../../../report/figure-words.js";
import { Table } from "../../../report/parts/table.js";
import type { BehaviourObservations } from "../observations.js";

/** Answers are cut to a line and their unseen characters made visible. */
export function Exhibits({ exhibits }: { exhibits: BehaviourObservations["exhibits"] }) {
  if (exhibits.length === 0) return null;
  return (
    <Table
      caption={`The ${exhibits.length} prompts that weigh most, side by side`}
      columns={[{ title: "Prompt" }, { title: "Weight", numeric: true }, { title: "Reference" }, { title: "Suspect" }]}
      rows={exhibits.map(({ promptId, prompt, weight, reference, suspect }) => [
        oneLine(prompt ?? promptId),
        decimal(weight, 2),
        oneLine(reference),
        oneLine(suspect),
      ])}
      wide
      dense
    />
  );
}

/**
 * Line ends as a pilcrow: a cell is one paragraph, and a reader still sees where lines ended. They arrive in the form
 * that visible-text.ts gives to whatever cannot be seen.
 */
function oneLine(text: string): string {
  return text.replace(/\s*(?:\\u000a\s*)+/g, " ¶ ");
}
