/**
 * A dossier of own making as one self-contained page: what was checked, the path from the draw to the model, and how each
 * of it could be faked, at what price. It accuses nobody and, as an accusation's page does, says what it cannot see.
 */
import { ORIGIN_FAKES } from "../../office/audit/origin-fakes.js";
import type { OriginReport } from "../../office/audit/origin-report.js";
import { log10Figure, whole } from "../figure-words.js";
import { visibleText, visibleValue } from "../visible-text.js";
import { auditDocument, CardTable, Facts, grouped, Points } from "./frame.js";

const IN_WORDS: Record<OriginReport["status"], string> = {
  "grown here from this draw": "This model grew here, from this draw",
  "not shown": "That this model grew here is not shown",
};

/** HTML, one text for one dossier; names in it have their unseen characters made visible first. */
export function renderOriginPage(given: OriginReport): string {
  const report = visibleValue(given) as OriginReport;
  const { run, model, checkpoints, checked, observed, cannotSee, software } = report;
  const holding = checked.filter(({ status }) => status === "holds").length;
  return auditDocument({
    title: `${IN_WORDS[report.status]} – Assay own origin`,
    caption: `Own origin of a model, by the log of the run ${visibleText(run.name)}: an exhibit of its maker, no finding`,
    heading: IN_WORDS[report.status],
    children: (
      <>
        <p class="govuk-body">
          {whole(holding)} of {whole(checked.length)} checks hold. A check that does not hold says nothing against
          anybody: it shows less.
        </p>
        <CardTable
          caption="Checks"
          titles={["Check", "Outcome", "What was seen", "What it cannot see"]}
          rows={checked.map((c) => [c.id, c.status, grouped(c.detail), c.cannotSee])}
        />
        <CardTable
          caption="The path"
          titles={["Checkpoint", "Step", "Entry", "Not before", "Seen by a witness", "Length of the step", "Turn"]}
          rows={checkpoints.map((c, i) => [
            whole(i),
            c.step === null ? "not recorded" : whole(c.step),
            whole(c.entry),
            c.notBefore,
            c.seenBy ?? "no witness",
            i === 0 ? "" : String(observed.path[i - 1]?.length ?? ""),
            i === 0 ? "" : signed(observed.path[i - 1]?.turn ?? null),
          ])}
        />
        <CardTable
          caption="From the first weights to the released ones"
          titles={[
            "Matrix",
            "Largest singular value, of a draw's",
            "Rows most like their own number",
            "log10 p at most",
          ]}
          rows={observed.excess.map(({ name, first }, i) => {
            const anchor = observed.anchor[i];
            return [
              name,
              String(first),
              anchor ? `${whole(anchor.own)} of ${whole(anchor.rows)}` : "not compared",
              anchor ? log10Figure(anchor.log10P) : "",
            ];
          })}
        />
        <CardTable
          caption="How it could be faked"
          titles={["Way", "What comes of it", "What it would need"]}
          rows={ORIGIN_FAKES.map(({ way, comes, needs }) => [way, comes, needs])}
        />
        <h2 class="govuk-heading-m">What this cannot see</h2>
        <Points of={cannotSee} />
        <h2 class="govuk-heading-m">What it rests on</h2>
        <Facts
          rows={[
            ["Run", run.digest],
            ["Model", model],
            ...checkpoints.map((c, i) => [`Checkpoint ${whole(i)}`, c.root] as [string, string]),
            ["Software", `${software.name} ${software.version} (${software.commit})`],
          ]}
        />
      </>
    ),
  });
}

/** With a true minus sign. */
function signed(value: number | null): string {
  return value === null ? "" : String(value).replace("-", "−");
}
