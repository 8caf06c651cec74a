/** The marks laboratory's observations: which passages carry the mark, the true key among others, whose copy it is. */
import type { Finding } from "../../../finding/finding.js";
import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import { drawRows } from "../../../report/parts/draw-rows.js";
import { FigureBlock } from "../../../report/parts/figure.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { NumberedFigure, View, ViewInput } from "../../../report/view.js";
import {
  type CanaryObservations,
  canaryObservationsSchema,
  type InheritedObservations,
  inheritedObservationsSchema,
  type KeyObservation,
  type LeakObservations,
  leakObservationsSchema,
  type MarkObservation,
  type PresentObservations,
  presentObservationsSchema,
  type TuplesObservation,
} from "../record/observations.js";
import { marksAbout } from "./about.js";
import { Canaries } from "./canaries.js";
import { markedPassages } from "./marked-passages.js";
import { otherKeys } from "./other-keys.js";
import { recipientScores } from "./recipient-scores.js";

/** Rows of one table; the finding holds the rest. */
const ROWS_MAX = 200;

type Seen =
  | { question: "present"; seen: PresentObservations }
  | { question: "inherited"; seen: InheritedObservations }
  | { question: "canary"; seen: CanaryObservations }
  | { question: "leak"; seen: LeakObservations };

export const marksView: View = {
  reads: (finding) => seenIn(finding) !== null,
  figures: (finding) => {
    const of = seenIn(finding);
    switch (of?.question) {
      case "present":
        return of.seen.passages.length > 0 ? [{ name: "marked-passages", figure: markedPassages(of.seen) }] : [];
      case "inherited":
        return of.seen.others.length > 0 ? [{ name: "other-keys", figure: otherKeys(of.seen) }] : [];
      case "leak":
        return of.seen.results.length > 1 ? [{ name: "recipient-scores", figure: recipientScores(of.seen) }] : [];
      default:
        return [];
    }
  },
  about: marksAbout,
  Observations,
};

function seenIn({ proposition, observations }: Finding): Seen | null {
  switch (proposition.id) {
    case "marks/present": {
      const parsed = presentObservationsSchema.safeParse(observations);
      return parsed.success ? { question: "present", seen: parsed.data } : null;
    }
    case "marks/inherited": {
      const parsed = inheritedObservationsSchema.safeParse(observations);
      return parsed.success ? { question: "inherited", seen: parsed.data } : null;
    }
    case "marks/canary": {
      const parsed = canaryObservationsSchema.safeParse(observations);
      return parsed.success ? { question: "canary", seen: parsed.data } : null;
    }
    case "marks/leak": {
      const parsed = leakObservationsSchema.safeParse(observations);
      return parsed.success ? { question: "leak", seen: parsed.data } : null;
    }
    default:
      return null;
  }
}

function Observations({ finding, figures }: ViewInput) {
  const of = seenIn(finding);
  switch (of?.question) {
    case "present":
      return <Present seen={of.seen} figures={figures} />;
    case "inherited":
      return <Inherited seen={of.seen} figures={figures} />;
    case "canary":
      return <Canaries seen={of.seen} />;
    case "leak":
      return <Leak seen={of.seen} figures={figures} />;
    default:
      return null;
  }
}

function Drawings({ figures }: { figures: readonly NumberedFigure[] }) {
  return (
    <>
      {figures.map(({ figure, name, number }) => (
        <FigureBlock figure={figure} name={name} number={number} />
      ))}
    </>
  );
}

function markRows(mark: MarkObservation): [string, string][] {
  return [
    ["Mark", `${mark.form}, vocabulary ${whole(mark.vocabulary)}`],
    ["Commitment to the key", mark.commitment ?? "none: a scheme of others"],
  ];
}

/** Who chose the key, and what was paid. */
function keyRows(key: KeyObservation | undefined): [string, string][] {
  if (!key) return [];
  if (key.round !== null && key.log10Choices === 0) return drawRows({ ...key, round: key.round });
  return [
    [
      "Choice of the key",
      `nothing shows that nobody chose it with the text at hand: 10^${decimal(key.log10Choices, 1)} marks that could have been written and tried are paid for, and ${whole(key.tries)} stated ${key.tries === 1 ? "try" : "tries"}. Log10 p ${log10Figure(key.log10P.alone)} before, ${log10Figure(key.log10P.paid)} after`,
    ],
  ];
}

function tupleRow(tuples: TuplesObservation): [string, string] {
  const { positions, repeated, excluded, scored } = tuples;
  return [
    "Positions read",
    `${whole(positions)}; ${whole(repeated)} repeats, ${whole(excluded)} left out, ${whole(scored)} scored`,
  ];
}

function Present({ seen, figures }: { seen: PresentObservations; figures: readonly NumberedFigure[] }) {
  const { corpus, passages, texts, textsInAll, windows } = seen;
  return (
    <>
      <SummaryList
        rows={[
          ...ringRows(seen.ring),
          ...markRows(seen.mark),
          ...keyRows(seen.key),
          tupleRow(seen.tuples),
          ...credentialRows(seen.credentials),
          [
            "All texts together",
            `${whole(corpus.tuples)} distinct tuples; score ${decimal(corpus.score, 1)}, chance gives ${decimal(corpus.expected, 1)}: ${decimal(corpus.deviations, 2)} standard deviations`,
          ],
          ["Passages looked at", `${whole(windows)} windows of 32 tuples and more, every one of them paid for`],
        ]}
      />
      <Drawings figures={figures} />
      {passages.length > 0 ? (
        <Table
          caption="Passages that carry the mark, p after paying for all windows"
          columns={[
            { title: "Text" },
            { title: "First token", numeric: true },
            { title: "Last token", numeric: true },
            { title: "Tuples", numeric: true },
            { title: "Log10 p", numeric: true },
          ]}
          rows={passages
            .slice(0, ROWS_MAX)
            .map((p) => [p.id, whole(p.from), whole(p.to), whole(p.tuples), log10Figure(p.log10P)])}
          wide
        />
      ) : (
        <p class="govuk-body">No passage stands out after paying for all windows.</p>
      )}
      <Table
        caption={`Texts by themselves, strongest first${textsInAll > ROWS_MAX ? `, ${ROWS_MAX} of ${textsInAll}` : ""}; nothing paid`}
        columns={[
          { title: "Text" },
          { title: "Tokens", numeric: true },
          { title: "Tuples", numeric: true },
          { title: "Deviations", numeric: true },
          { title: "Log10 p", numeric: true },
        ]}
        rows={texts
          .slice(0, ROWS_MAX)
          .map((t) => [t.id, whole(t.tokens), whole(t.tuples), decimal(t.deviations, 2), log10Figure(t.log10P)])}
        wide
        dense
      />
      {seen.ring && <Ring ring={seen.ring} />}
      {seen.credentials && seen.credentials.listed.length > 0 && <Manifests listed={seen.credentials.listed} />}
    </>
  );
}

type CredentialsSeen = NonNullable<PresentObservations["credentials"]>;

function credentialRows(seen: CredentialsSeen | undefined): [string, string][] {
  if (!seen) return [];
  const { texts, holding, broken } = seen;
  const rest = texts - holding - broken;
  return [
    [
      "C2PA manifests, no part of the test",
      `of ${whole(texts)} texts in words ${whole(holding)} carry one that holds, ${whole(broken)} one that does not, ${whole(rest)} none; a text without one may have lost it`,
    ],
  ];
}

function Manifests({ listed }: Pick<CredentialsSeen, "listed">) {
  return (
    <Table
      caption="C2PA manifests in the texts: signed by the certificate they carry, which nobody here has vouched for"
      columns={[{ title: "Text" }, { title: "Signed by" }, { title: "What it says" }]}
      rows={listed.map(({ text, signer, sourceType, why }) => [
        text,
        signer ?? "nobody: it does not hold",
        why ?? sourceType ?? "nothing of how the text was made",
      ])}
      wide
    />
  );
}

type RingSeen = NonNullable<PresentObservations["ring"]>;

function ringRows(ring: RingSeen | undefined): [string, string][] {
  if (!ring) return [];
  const { best, marks, asked } = ring;
  return [
    ["Marks asked for", `${whole(asked)} of the ring's ${whole(marks)}; all ${whole(marks)} are paid for`],
    ["Strongest of them", `${best}: what follows speaks of this mark`],
  ];
}

function Ring({ ring: { tested, asked, notAsked } }: { ring: RingSeen }) {
  return (
    <>
      <Table
        caption={`Marks of the ring, strongest first${asked > tested.length ? `, ${tested.length} of ${asked}` : ""}; nothing paid for the ring`}
        columns={[{ title: "Mark" }, { title: "Form" }, { title: "Log10 p", numeric: true }]}
        rows={tested.map((t) => [t.name, t.form, log10Figure(t.log10P)])}
        wide
        dense
      />
      {notAsked.length > 0 && (
        <Table
          caption="Marks that could not be asked of this text"
          columns={[{ title: "Mark" }, { title: "Why" }]}
          rows={notAsked.map((n) => [n.name, n.why])}
          wide
        />
      )}
    </>
  );
}

function Inherited({ seen, figures }: { seen: InheritedObservations; figures: readonly NumberedFigure[] }) {
  const { statistic, reaching, others } = seen;
  return (
    <>
      <SummaryList
        rows={[
          ...markRows(seen.mark),
          ...keyRows(seen.key),
          tupleRow(seen.tuples),
          ["Texts", `${whole(seen.texts)}, of which ${whole(seen.promptsKnown)} came with their prompt`],
          ["Contexts that left no choice", `${whole(seen.choiceless)}, left out by ids alone`],
          [
            "How it was read",
            seen.reading ? "the suspect read marked text (weights or log-probabilities)" : "its answers",
          ],
          [
            "Score",
            `${decimal(statistic.score, 1)} over ${whole(statistic.tuples)} tuples${heldOften(seen)}, chance gives ${decimal(statistic.expected, 1)}: ${decimal(statistic.deviations, 2)} standard deviations, ${decimal(statistic.calibrated, 2)} after calibration`,
          ],
          ...(seen.sets ? [setsRow(seen.sets)] : []),
          ["Rank of the true key", `${whole(reaching + 1)} of ${whole(others.length + 1)}`],
        ]}
      />
      <Drawings figures={figures} />
    </>
  );
}

/** Which tuples the score is over, where they are not all. */
function heldOften({ sets, statistic }: InheritedObservations): string {
  const least = sets?.find(({ tuples }) => tuples === statistic.tuples)?.least ?? 1;
  return least === 1 ? "" : ` that stand in at least ${whole(least)} texts`;
}

function setsRow(sets: NonNullable<InheritedObservations["sets"]>): [string, string] {
  const each = sets.map(
    ({ least, tuples, calibrated }) =>
      `${least === 1 ? "in any text" : `in at least ${whole(least)} texts`} ${whole(tuples)} tuples, ${decimal(calibrated, 2)}`,
  );
  return [
    "Sets of tuples",
    `by how many texts a tuple stands in, with standard deviations after calibration: ${each.join("; ")}. The best is taken, and the choice paid for`,
  ];
}

function Leak({ seen, figures }: { seen: LeakObservations; figures: readonly NumberedFigure[] }) {
  const { fresh, named, results } = seen;
  return (
    <>
      <SummaryList
        rows={[
          ["Recipients named", named.length === 0 ? "none" : whole(named.length)],
          [
            "Code",
            `${whole(seen.bits)} bits, ${whole(seen.bitsRead)} read, in ${whole(seen.tensors)} tensors that differ`,
          ],
          [
            "Where values lay",
            seen.aligned ? "elsewhere: brought back to the original's places" : "in the original's places",
          ],
          ["Size of the mark", `${decimal(100 * seen.strength, 2)} % of a tensor's root mean square`],
          [
            "Freshly drawn code words",
            `${whole(fresh.reaching)} of ${whole(fresh.drawn)} reach the strongest recipient, ${whole(fresh.reachingWeakest)} the weakest named`,
          ],
        ]}
      />
      <Drawings figures={figures} />
      <Table
        caption="Recipients, strongest first; nothing paid"
        columns={[
          { title: "Recipient" },
          { title: "Deviations", numeric: true },
          { title: "Log10 p, bound", numeric: true },
          { title: "Named" },
        ]}
        rows={results
          .slice(0, ROWS_MAX)
          .map((r) => [r.name, decimal(r.deviations, 2), log10Figure(r.log10P), named.includes(r.name) ? "yes" : "no"])}
        wide
        dense
      />
    </>
  );
}
