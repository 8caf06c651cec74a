/** How to get the same again, what is declared, and which rules it speaks to. */
import { DigestText } from "../../parts/digest-text.js";
import { Table } from "../../parts/table.js";
import { visibleText } from "../../visible-text.js";
import { name, type Of, Said } from "./parts.js";

/** The commands that give the same again. */
export function Reproduce({ verdict }: Of) {
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

/** The statement of truth, and what is accredited. */
export function Declarations({ verdict }: Of) {
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

/** Where the report speaks to a rule of evidence. */
export function Admissibility() {
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
