/** The membership laboratory's observations: ranks of what was drawn, or how likelihoods run along the order. */
import type { Finding } from "../../../finding/finding.js";
import { decimal, log10Figure, whole } from "../../../report/figure-words.js";
import { drawRows } from "../../../report/parts/draw-rows.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import type { View } from "../../../report/view.js";
import { type MembershipObservations, membershipObservationsSchema } from "../observations.js";

export const membershipView: View = {
  reads: (finding) => finding.proposition.id.startsWith("membership/") && seenIn(finding) !== null,
  figures: () => [],
  Observations: ({ finding }) => {
    const seen = seenIn(finding);
    return seen ? (
      <>
        <SummaryList rows={[...planRows(seen), ...lookRows(seen)]} />
        {seen.kind === "canary" || seen.kind === "exchange" ? (
          <Table
            caption={
              seen.kind === "canary"
                ? "The published text of each set, by rank"
                : "The published order of each shard, by rank"
            }
            columns={[
              { title: "Set", numeric: true },
              { title: "Rank", numeric: true },
              { title: "Among", numeric: true },
            ]}
            rows={seen.ranks.map(({ set, rank, of }) => [whole(set + 1), whole(rank), whole(of)])}
            dense
          />
        ) : null}
      </>
    ) : null;
  },
};

function seenIn({ observations }: Finding): MembershipObservations | null {
  const parsed = membershipObservationsSchema.safeParse(observations);
  return parsed.success ? parsed.data : null;
}

function planRows(seen: MembershipObservations): [string, string][] {
  const rows: [string, string][] = [
    ["Plan", `${seen.plan}; commitment ${seen.commitment}`],
    ...drawRows(seen),
    ["Texts without a score, counted against the claim", whole(seen.missing)],
  ];
  if (seen.kind === "order")
    rows.push(
      ["Texts", `${whole(seen.texts)}${seen.reference ? `, less the likelihoods of ${seen.reference}` : ""}`],
      [
        "Pairs of which the later text is likelier",
        `${whole(seen.concordant)} of ${whole(seen.pairs)}; Kendall's tau ${decimal(seen.tau, 4)}`,
      ],
    );
  if (seen.kind === "stamp")
    rows.push(["Documents", `${whole(seen.documents)}, ${whole(seen.gaining)} of them easier as published`]);
  if (seen.kind === "inference")
    rows.push(
      ["Texts", `${whole(seen.published)} published, ${whole(seen.heldOut)} held out`],
      ["Judged, after weights were learned on the others", seen.judged.map(whole).join(" and ")],
      ["Features", seen.features.join(", ")],
    );
  if (seen.kind === "stamp" || seen.kind === "inference")
    rows.push(
      ["Student's t", seen.t === null ? "none" : `${decimal(seen.t, 3)} at ${whole(seen.degrees)} degrees of freedom`],
      ["Conditional", `${seen.condition}.`],
    );
  for (const { name, drawn, others } of seen.exhibits)
    rows.push([
      `Exhibit without a p: ${name}`,
      `mean ${decimal(drawn, 4)} of what was drawn, ${decimal(others, 4)} of the rest`,
    ]);
  return rows;
}

function lookRows(seen: MembershipObservations): [string, string][] {
  if (!("looks" in seen)) return [];
  return seen.looks.map(({ of, log10P }) => [`Does the order follow ${of}?`, `log10 p ${log10Figure(log10P)}`]);
}
