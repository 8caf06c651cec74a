/**
 * The report as one self-contained page, in the order of ISO 21043-5, PD 35 and the ENFSI guideline: conclusion first, then
 * what a reader needs to test it. What follows from the case is drawn from entries and findings; what is opinion is a
 * person's and says so. HTML is the record; a PDF is a print of it.
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { SCALE } from "../../finding/scale.js";
import { ratio, whole } from "../figure-words.js";
import { PAGE_CSS } from "../generated/page-css.js";
import { DigestText } from "../parts/digest-text.js";
import { FigureBlock } from "../parts/figure.js";
import { QrCode } from "../parts/qr.js";
import { SummaryList } from "../parts/summary-list.js";
import { Table } from "../parts/table.js";
import { rateBound } from "../rate-bound.js";
import { strengthWords } from "../strength-words.js";
import { visibleText } from "../visible-text.js";
import { ITEMS, type OpinionItem } from "./opinion.js";
import type { Verdict, VerdictFinding } from "./verdict.js";
import { type VerdictFigure, verdictFigures } from "./verdict-figures.js";

const STYLES = PAGE_CSS.replace(/^\ufeff/, "");

export const SECTIONS = [
  ["conclusions", "Summary of conclusions"],
  ["examiner", "Examiner, qualifications, conflicts, duty"],
  ["instructions", "Instructions received"],
  ["propositions", "Propositions and what was assumed"],
  ["exhibits", "Exhibits and chain of custody"],
  ["methods", "Methods"],
  ["observations", "Observations, without opinion"],
  ["validation", "Validation for this condition"],
  ["evaluation", "Evaluation: strength, cap, planned against run"],
  ["scale", "Verbal conclusion and the whole scale"],
  ["alternatives", "Range of opinion and other explanations"],
  ["limits", "Limitations, and what was not tested"],
  ["not-said", "What this report does not say"],
  ["reproduce", "How to reproduce"],
  ["declarations", "Declarations"],
  ["admissibility", "Pointers for admissibility"],
  ["custody", "Annex: custody log"],
  ["log", "Annex: proofs that the entries are in the log"],
] as const;

/** Beside the styles of all pages: lists in tables at the table's size, and no head of a table alone at a page's end. */
const OWN_STYLES =
  ".app-qr{margin:0 0 30px}.govuk-table .govuk-list{font-size:inherit;margin-bottom:0}@media print{.app-page .govuk-table .govuk-list{font-size:inherit}thead{break-after:avoid}tbody>tr:first-child{break-before:avoid}}";

/** @param signed whether it is signed: a draft says so on its first line */
export function verdictPage(verdict: Verdict, signed: boolean): string {
  const figures = verdictFigures(verdict).map((drawn, n) => ({ ...drawn, number: n + 1 }));
  const bodies: Record<(typeof SECTIONS)[number][0], Child> = {
    conclusions: <Conclusions verdict={verdict} />,
    examiner: <Said verdict={verdict} items={["qualifications", "duty"]} />,
    instructions: <Instructions verdict={verdict} />,
    propositions: <Propositions verdict={verdict} />,
    exhibits: <Exhibits verdict={verdict} />,
    methods: <Methods verdict={verdict} />,
    observations: <Observations verdict={verdict} />,
    validation: <Validation verdict={verdict} figures={figures} />,
    evaluation: <Evaluation verdict={verdict} figures={figures} />,
    scale: <ScaleTable verdict={verdict} />,
    alternatives: <Alternatives verdict={verdict} />,
    limits: <Limits verdict={verdict} />,
    "not-said": <NotSaid />,
    reproduce: <Reproduce verdict={verdict} />,
    declarations: <Declarations verdict={verdict} />,
    admissibility: <Admissibility />,
    custody: <CustodyLog verdict={verdict} figures={figures} />,
    log: <LogProofs verdict={verdict} figures={figures} />,
  };
  const html = (
    <html lang="en" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{visibleText(`Report in ${verdict.case}: ${verdict.title}`)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <style>{raw(`${STYLES}${OWN_STYLES}`)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">
              <span class="govuk-caption-l">Expert report, {visibleText(verdict.case)}</span>
              {visibleText(verdict.title)}
            </h1>
            <p class="govuk-inset-text">
              {signed
                ? "Signed: the signature beside this file names its signer's key. "
                : "Draft, not signed: it states no opinion of anybody. "}
              {verdict.rehearsal ? "The case is a rehearsal: its times are given by hand. " : ""}
              {verdict.opinion.accreditation.trim() === ""
                ? "The work reported here was not done under accreditation."
                : visibleText(verdict.opinion.accreditation)}
            </p>
            <SummaryList
              rows={[
                ["Case", visibleText(`${verdict.case} of ${verdict.origin}`)],
                ["As of", verdict.asOf],
                [
                  "Rests on",
                  verdict.head ? (
                    <>
                      entries 0 to {verdict.head.entry}; the last record is <DigestText digest={verdict.head.record} />
                    </>
                  ) : (
                    "no entry"
                  ),
                ],
                ["Exhibits", <ExhibitDigests verdict={verdict} />],
                ["Plan", verdict.plan ? <DigestText digest={verdict.plan.plan} /> : "none adopted"],
                ["Scale", SCALE.id],
                [
                  "Written by",
                  visibleText(`${verdict.software.name} ${verdict.software.version}, ${verdict.software.commit}`),
                ],
              ]}
            />
            {verdict.head ? (
              <QrCode
                text={placeOf(verdict, verdict.head)}
                says="Code with the case, its last entry and that entry's digest"
              />
            ) : null}
            <nav aria-labelledby="contents">
              <h2 class="govuk-heading-s" id="contents">
                Contents
              </h2>
              <ol class="govuk-list govuk-list--number" start={1}>
                {SECTIONS.map(([id, title]) => (
                  <li>
                    <a class="govuk-link" href={`#${id}`}>
                      {title}
                    </a>
                  </li>
                ))}
              </ol>
            </nav>
            {SECTIONS.map(([id, title], n) => (
              <section class="app-section" aria-labelledby={id}>
                <h2 class="govuk-heading-m" id={id}>
                  <span class="app-section__number">{n + 1}</span> {title}
                </h2>
                {bodies[id]}
              </section>
            ))}
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

interface Of {
  verdict: Verdict;
}

interface WithFigures extends Of {
  figures: readonly (VerdictFigure & { number: number })[];
}

/** @param props `finding` null: those that are of no single one */
function Figures({
  figures,
  section,
  finding = null,
}: Pick<WithFigures, "figures"> & { section: VerdictFigure["section"]; finding?: number | null }) {
  return (
    <>
      {figures
        .filter((each) => each.section === section && each.finding === finding)
        .map(({ figure, name: id, number }) => (
          <FigureBlock figure={figure} name={id} number={number} />
        ))}
    </>
  );
}

function Said({ verdict, items }: Of & { items: readonly OpinionItem[] }) {
  return (
    <>
      {items.map((item) => {
        const { title, asks, source } = ITEMS[item];
        const said = verdict.opinion[item].trim();
        return (
          <>
            <h3 class="govuk-heading-s">
              {title} <span class="app-quiet">({source})</span>
            </h3>
            {said === "" ? (
              <p class="govuk-body">
                <strong class="govuk-tag govuk-tag--red">to be written</strong> {asks}
              </p>
            ) : (
              said.split(/\n{2,}/).map((part) => <p class="govuk-body">{visibleText(part)}</p>)
            )}
          </>
        );
      })}
    </>
  );
}

const name = ({ entry, run, slot }: VerdictFinding) =>
  `entry ${entry}${run === null ? ", outside the plan" : `, run ${run}, slot ${slot}`}`;

function Each({
  verdict,
  body,
}: Of & { body: (says: NonNullable<VerdictFinding["says"]>, found: VerdictFinding) => Child }) {
  if (verdict.findings.length === 0) return <p class="govuk-body">No finding is entered.</p>;
  return (
    <>
      {verdict.findings.map((found) => (
        <>
          <h3 class="govuk-heading-s">
            {visibleText(found.says?.proposition.id ?? "finding")}, {visibleText(name(found))}
          </h3>
          {found.says ? (
            body(found.says, found)
          ) : (
            <p class="govuk-body">
              Its bundle is not carried with the case: <DigestText digest={found.bundle} />.
            </p>
          )}
        </>
      ))}
    </>
  );
}

function List({ items, none }: { items: readonly string[]; none: string }) {
  if (items.length === 0) return <p class="govuk-body">{none}</p>;
  return (
    <ul class="govuk-list govuk-list--bullet">
      {items.map((each) => (
        <li>{visibleText(each)}</li>
      ))}
    </ul>
  );
}

function Conclusions({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["conclusions", "reservations"]} />
      <h3 class="govuk-heading-s">What the findings say</h3>
      {verdict.findings.length === 0 ? (
        <p class="govuk-body">No finding is entered.</p>
      ) : (
        <Table
          caption="Outcome of every finding, planned or not"
          columns={[
            { title: "Finding" },
            { title: "Question" },
            { title: "About" },
            { title: "Outcome" },
            { title: "Strength" },
          ]}
          rows={verdict.findings.map((found) => [
            visibleText(name(found)),
            visibleText(found.says?.proposition.id ?? "not carried"),
            found.about,
            found.says?.outcome ?? "not carried",
            found.says?.strength?.term ?? "none stated",
          ])}
          wide
        />
      )}
    </>
  );
}

function Instructions({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["instructions", "ownKnowledge"]} />
      <h3 class="govuk-heading-s">From the docket</h3>
      <List
        items={verdict.instructions.map(
          ({ entry, received, what, text }) =>
            `Entry ${entry}, ${received}: ${what}${text === null ? "" : `: ${text}`}`,
        )}
        none="The docket holds no complaint, plan or question."
      />
    </>
  );
}

function Propositions({ verdict }: Of) {
  return (
    <Each
      verdict={verdict}
      body={({ proposition, tests }) => (
        <>
          <SummaryList
            rows={[
              ["First proposition", visibleText(proposition.hp)],
              ["Second proposition", visibleText(proposition.hd)],
            ]}
          />
          <List
            items={[...new Set(tests.map(({ assumption }) => `Assumed: ${assumption}`))]}
            none="No assumption is stated."
          />
        </>
      )}
    />
  );
}

/** What a reader needs to find the case and to see that it is this one. */
function placeOf({ origin, case: id, log }: Verdict, { entry, record }: NonNullable<Verdict["head"]>): string {
  return `case ${id} of ${origin}, entry ${entry}, ${record}${log ? `, log of ${log.size} entries` : ""}`;
}

function ExhibitDigests({ verdict: { exhibits } }: Of) {
  if (exhibits.length === 0) return <>none</>;
  return (
    <ol class="govuk-list govuk-list--number">
      {exhibits.map(({ root }) => (
        <li>
          <DigestText digest={root} />
        </li>
      ))}
    </ol>
  );
}

function Exhibits({ verdict }: Of) {
  if (verdict.exhibits.length === 0) return <p class="govuk-body">No exhibit is entered.</p>;
  return (
    <Table
      caption="Exhibits, who entered them, and each time they were hashed again"
      columns={[{ title: "Exhibit" }, { title: "Digest" }, { title: "Custody" }]}
      rows={verdict.exhibits.map((held, n) => [
        visibleText(
          `${n + 1}. ${held.exhibit}, ${held.title ?? "sealed"}, from the ${held.source}, entry ${held.entry}`,
        ),
        <DigestText digest={held.root} />,
        <List
          items={[
            ...held.custody.map(
              ({ event, entry, purpose, rehash }) =>
                `${event}, entry ${entry}: ${purpose}; hashed again: ${rehash === held.root ? "the same" : rehash}`,
            ),
            ...held.gaps.map((gap) => `Gap: ${gap}`),
          ]}
          none="no event"
        />,
      ])}
      wide
    />
  );
}

function Methods({ verdict }: Of) {
  return (
    <>
      <Each
        verdict={verdict}
        body={({ method, software, tests }) => (
          <SummaryList
            rows={[
              ["Method", visibleText(`${method.id}, version ${method.version}`)],
              [
                "Validation",
                method.validation ? (
                  <>
                    {visibleText(method.validation.page)} <DigestText digest={method.validation.digest} />
                  </>
                ) : (
                  "no study stands behind it"
                ),
              ],
              ["Software", visibleText(`${software.name} ${software.version}, ${software.commit}`)],
              [
                "Tests",
                visibleText(
                  tests
                    .map(({ id, exact }) => `${id} (${exact ? "exact under its assumption" : "scored"})`)
                    .slice(0, 12)
                    .join("; ") || "none",
                ),
              ],
            ]}
          />
        )}
      />
      <Said verdict={verdict} items={["literature", "performedBy"]} />
    </>
  );
}

function Observations({ verdict }: Of) {
  return (
    <Each
      verdict={verdict}
      body={({ tests, reason }) => {
        const last = tests.at(-1);
        return (
          <>
            <p class="govuk-body">{visibleText(reason)}</p>
            {last ? (
              <p class="govuk-body">
                {visibleText(
                  `${last.statistic.name}: ${last.statistic.value}, of n = ${last.n}; log10 p ${last.log10P} under its assumption.`,
                )}
              </p>
            ) : null}
          </>
        );
      }}
    />
  );
}

function Validation({ verdict, figures }: WithFigures) {
  return (
    <Each
      verdict={verdict}
      body={({ errorRate }, found) => (
        <>
          <p class="govuk-body">
            {errorRate === null
              ? "No error rate stands behind this outcome."
              : `${whole(errorRate.falsePositives)} of ${whole(errorRate.nulls)} unrelated cases of ${whole(errorRate.families)} families were accused; ${rateBound(errorRate)}.`}
          </p>
          <Figures figures={figures} section="validation" finding={verdict.findings.indexOf(found)} />
        </>
      )}
    />
  );
}

function Evaluation({ verdict, figures }: WithFigures) {
  return (
    <>
      <Each
        verdict={verdict}
        body={(finding, found) => (
          <>
            <p class="govuk-body">
              {visibleText(strengthWords(finding)?.join(" ") ?? `No strength is stated: ${finding.reason}`)}
            </p>
            <SummaryList
              rows={[
                ["About", found.about],
                ["Standing", found.standing],
                ["Computed again by another", whole(found.recomputed)],
                [
                  "Largest ratio that the study permits",
                  finding.strength ? ratio(Math.abs(finding.strength.cap.log10LR)) : "none stated",
                ],
              ]}
            />
            <Figures figures={figures} section="evaluation" finding={verdict.findings.indexOf(found)} />
          </>
        )}
      />
      <p class="govuk-body">
        Ratios of different laboratories are not multiplied: nobody has shown that their errors are independent.
      </p>
      {verdict.runs.length === 0 ? (
        <p class="govuk-body">No plan was adopted.</p>
      ) : (
        <Table
          caption="The plan against what was run"
          columns={[{ title: "Run" }, { title: "Question" }, { title: "Slot", numeric: true }, { title: "Result" }]}
          rows={verdict.runs.map(({ id, proposition, slot, done }) => [
            visibleText(id),
            visibleText(proposition),
            String(slot),
            done ? "entered" : "missing",
          ])}
          wide
        />
      )}
      <p class="govuk-body">
        Findings outside the plan: {verdict.unplanned}. Claims tested and dropped before filing, as the complainant
        states: {verdict.triedBefore ?? "not stated"}.
      </p>
    </>
  );
}

function ScaleTable({ verdict }: Of) {
  const terms = new Set(verdict.findings.flatMap(({ says }) => says?.strength?.term ?? []));
  return (
    <Table
      caption={`Scale ${SCALE.id}, whole; terms used here are marked`}
      columns={[{ title: "Likelihood ratio above" }, { title: "Term" }]}
      rows={SCALE.bands.map(({ above, term }) => [
        above === null ? "1 or less" : ratio(above),
        terms.has(term) ? <strong>{term} (used here)</strong> : term,
      ])}
      wide
    />
  );
}

function Alternatives({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["rangeOfOpinion"]} />
      <Each
        verdict={verdict}
        body={({ alternatives }) => <List items={alternatives} none="The outcome calls for no other explanation." />}
      />
    </>
  );
}

function Limits({ verdict }: Of) {
  return <Each verdict={verdict} body={({ limits }) => <List items={limits} none="None stated." />} />;
}

function NotSaid() {
  return (
    <List
      items={[
        "Who copied whom, or whether anybody meant to.",
        "That two models are independent: an inconclusive finding is no evidence of independence.",
        "Who owns what, what a licence allows, what is lawful, what order should follow.",
        "How probable a proposition is: a ratio speaks of the observations under each proposition.",
      ]}
      none=""
    />
  );
}

function Reproduce({ verdict }: Of) {
  return (
    <>
      <p class="govuk-body">
        The case, offline: every entry admitted anew, labels drawn again, findings' bundles checked.
      </p>
      <pre class="app-command">{`assay verify ${verdict.case}.zip`}</pre>
      <p class="govuk-body">Each finding from the models themselves, to the last bit:</p>
      <pre class="app-command">{"assay verify BUNDLE.zip --recompute --inputs FOLDER"}</pre>
      <ul class="govuk-list">
        {verdict.findings.map((found) => (
          <li>
            {visibleText(name(found))}: bundle <DigestText digest={found.bundle} />, finding{" "}
            <DigestText digest={found.finding} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Declarations({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["statementOfTruth"]} />
      <p class="govuk-body">
        {verdict.opinion.accreditation.trim() === ""
          ? "Not accredited: the work was not done under ISO/IEC 17025, nor under the code of practice of a forensic regulator."
          : visibleText(verdict.opinion.accreditation)}
      </p>
    </>
  );
}

function Admissibility() {
  return (
    <Table
      caption="Where this report speaks to a rule; whether it meets it is the court's to say"
      columns={[{ title: "Rule" }, { title: "Asks" }, { title: "Section" }]}
      rows={[
        ["FRE 702(a)", "knowledge that helps the trier of fact", "2, 4, 9"],
        ["FRE 702(b)", "sufficient facts or data", "5, 7"],
        ["FRE 702(c)", "reliable principles and methods", "6, 8"],
        ["FRE 702(d)", "an opinion that reflects a reliable application", "9, 14"],
        [
          "FRE 902(13)",
          "a record made by a process, certified by a qualified person; this report is no such certificate",
          "6, 14",
        ],
        ["FRE 902(14)", "data copied and identified by its digest, certified likewise", "5"],
        ["ENFSI 2015", "both propositions stated; the observations given each, on a stated scale", "4, 9, 10"],
        ["PD 35, 3.2(1)–(9)", "the expert's own items", "1, 2, 3, 6, 11"],
      ]}
      wide
    />
  );
}

function CustodyLog({ verdict, figures }: WithFigures) {
  const { custody, exhibits } = verdict;
  const gaps = exhibits.flatMap(({ exhibit, gaps: each }) => each.map((gap) => `${exhibit}: ${gap}`));
  return (
    <>
      <Figures figures={figures} section="custody" />
      {custody.length === 0 ? (
        <p class="govuk-body">No event of custody is entered.</p>
      ) : (
        <Table
          caption="Every event of custody in the order of its entry; exhibits are numbered as in the section on exhibits"
          columns={[
            { title: "Entry", numeric: true },
            { title: "Received" },
            { title: "Exhibit" },
            { title: "Event and purpose" },
            { title: "Hashed again" },
          ]}
          rows={custody.map(({ entry, received, row, exhibit, event, purpose, rehash, same }) => [
            String(entry),
            received,
            visibleText(`${row}, ${exhibit}`),
            visibleText(`${event}: ${purpose}`),
            same ? "the same" : <DigestText digest={rehash} />,
          ])}
          wide
        />
      )}
      <List items={gaps.map((gap) => `Gap: ${gap}`)} none="No gap is stated." />
    </>
  );
}

function LogProofs({ verdict, figures }: WithFigures) {
  const { log } = verdict;
  if (log === null) return <p class="govuk-body">The case was not read from its log.</p>;
  return (
    <>
      <p class="govuk-body">
        A proof shows that an entry was in the log when the checkpoint was signed, not that what it says is true. Whose
        checkpoint it is, its signature's key says.
      </p>
      <pre class="app-command">{log.checkpoint.split("\n").map(visibleText).join("\n")}</pre>
      <Figures figures={figures} section="log" />
      <Table
        caption={`Entries that this report leans on, in a log of ${log.size}: hashes from the entry to the root, in base64`}
        columns={[{ title: "Entry", numeric: true }, { title: "Hashes" }]}
        rows={log.proofs.map(({ entry, hashes }) => [
          String(entry),
          hashes.length === 0 ? "the entry is the root" : <code class="app-digest">{hashes.join(" ")}</code>,
        ])}
        dense
        wide
      />
    </>
  );
}
