/**
 * The method: its version, every test with statistic, n, seed, share of α and assumption; the
 * laboratory adds what may carry its tests. A p-value without seed, n and assumption would not be a test.
 */
import type { Test } from "../../finding/finding.js";
import { combinedTest, isCombined } from "../combined-test.js";
import { decimal, log10Figure, whole } from "../figure-words.js";
import type { PageInput } from "../page-input.js";
import { Details } from "../parts/details.js";
import { Power } from "../parts/power.js";
import { Section, Subheading } from "../parts/section.js";
import { SummaryList } from "../parts/summary-list.js";
import { Table } from "../parts/table.js";
import { WithPowers } from "../parts/with-powers.js";
import { viewOf } from "../shown.js";

/** Tests that only describe are shown up to this number; the finding itself holds them all. */
const DESCRIPTIVE_MAX = 300;

/** Tests that carry a share of α are set apart from those that only describe. */
export function Method({ input }: { input: PageInput }) {
  const { finding } = input;
  const { method, software, tests } = finding;
  const View = viewOf(input)?.Method;
  const combined = finding.outcome === "refused" ? null : combinedTest(finding);
  const staked = tests.filter((test) => test.share > 0 || isCombined(test));
  const descriptive = tests.filter((test) => !staked.includes(test));
  const assumptions = [...new Set(tests.map((test) => test.assumption))];
  return (
    <Section id="method">
      <SummaryList
        rows={[
          ["Method", `${method.id}, version ${method.version}`],
          ["Computed by", `${software.name} ${software.version}, commit ${software.commit}`],
          ["Level set in advance", "α = one in a million, over all tests together"],
          ["Rule that gave the outcome", <WithPowers text={finding.reason} />],
        ]}
      />
      {tests.length === 0 ? <p class="govuk-body">No test was run.</p> : null}
      {staked.length > 0 ? <Tests caption="Tests" tests={staked} assumptions={assumptions} /> : null}
      {combined ? (
        <p class="govuk-body">
          All tests together, multiplicity paid: p is at most <Power log10={combined.log10P} />. That is how rarely the
          test would show this if the second proposition held and the assumption did. It is not the probability that the
          second proposition holds, and the first screen states no more than the study of the method can carry.
        </p>
      ) : null}
      {assumptions.length > 0 ? (
        <>
          <Subheading>Assumptions</Subheading>
          <ol class="govuk-list govuk-list--number">
            {assumptions.map((assumption) => (
              <li>{assumption}</li>
            ))}
          </ol>
        </>
      ) : null}
      {descriptive.length > 0 ? (
        <Details summary={`Tests that only describe, with no share of α (${whole(descriptive.length)})`}>
          <Tests
            caption="Tests with no share of α"
            tests={descriptive.slice(0, DESCRIPTIVE_MAX)}
            assumptions={assumptions}
          />
          {descriptive.length > DESCRIPTIVE_MAX ? <p>The others stand in the finding itself.</p> : null}
        </Details>
      ) : null}
      {View ? <View finding={finding} /> : null}
    </Section>
  );
}

function Tests({ caption, tests, assumptions }: { caption: string; tests: Test[]; assumptions: string[] }) {
  const columns = [
    { title: "Test" },
    { title: "Statistic" },
    { title: "Value", numeric: true },
    { title: "n", numeric: true },
    { title: "Log10 p", numeric: true },
    { title: "Share of α", numeric: true },
    { title: "Exact" },
    { title: "Assumption", numeric: true },
    { title: "Seed" },
  ];
  return (
    <Table
      caption={caption}
      columns={columns}
      rows={tests.map((test) => [
        [test.id, test.where].filter(Boolean).join(", "),
        test.statistic.name,
        Number.isInteger(test.statistic.value) ? whole(test.statistic.value) : decimal(test.statistic.value, 3),
        whole(test.n),
        log10Figure(test.log10P),
        decimal(test.share, 2),
        test.exact ? "yes" : "no",
        assumptions.indexOf(test.assumption) + 1,
        <code class="app-digest">{test.seed || "none"}</code>,
      ])}
      wide
      dense
    />
  );
}
