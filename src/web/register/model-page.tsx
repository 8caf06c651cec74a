/** A model's page: origin label, what it is made of and what derives from it, remarks, history. Shows the record of `app/register/register-record.ts`. */
import { raw } from "hono/html";
import type { ModelRecord } from "../../app/register/register-record.js";
import { evidenceText } from "../../office/register/declarations/origin.js";
import { STANDINGS } from "../../office/register/descent.js";
import type { FactLabel, OriginLabel } from "../../office/register/label/label.js";
import type { Lineage, LineageModel } from "../../office/register/lineage.js";
import { ORDER_STATES, type OrderOnModel } from "../../office/register/orders/order-states.js";
import type { Entry } from "../../office/register/register-index.js";
import { REMARKS, type Remark } from "../../office/register/remarks.js";
import { drawLineage } from "../../report/figures/lineage.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { Table } from "../../report/parts/table.js";
import { visibleText } from "../../report/visible-text.js";
import { Refusal } from "./foreign-page.js";
import { EntriesTable } from "./home-page.js";
import { ModelLink, modelPath, page } from "./layout.js";

interface ModelView {
  record: ModelRecord;
  madeOf: Lineage;
  derives: Lineage;
  entries: readonly Entry[];
}

/** All of it from the record that the twin in JSON prints. */
export function modelPage(
  { record, madeOf, derives, entries }: ModelView,
  log: { origin: string; size: number },
): string {
  const { name, model, label } = record;
  const here = modelPath(model);
  return page(
    { title: name, twin: `${here}.json`, feed: `${here}/feed.atom`, log },
    <>
      <h1 class="govuk-heading-l">{visibleText(name)}</h1>
      <Status record={record} />
      <SummaryList rows={identity(record)} />
      {record.refused === null ? null : <Refusal says={record.refused} entries={record.foreign.about} />}
      <OrdersSection orders={record.orders} />
      {label === null ? null : <OriginSection label={label} />}
      {label === null ? null : (
        <RemarksSection remarks={record.remarks} models={[...madeOf.models, ...derives.models]} />
      )}
      <LineageSection title="Made of" id="made-of" lineage={madeOf} here={here} none="No base model is declared." />
      <LineageSection
        title="Made from it"
        id="derives"
        lineage={derives}
        here={here}
        none="No model here is declared to derive from it."
      />
      <h2 class="govuk-heading-m" id="history">
        History
      </h2>
      <EntriesTable
        entries={entries}
        caption={
          record.statementsCut > 0
            ? `The latest ${entries.length} of ${entries.length + record.statementsCut} entries about this model`
            : "Every entry about this model, corrections and withdrawals included"
        }
      />
      <h2 class="govuk-heading-m" id="use">
        Take it along
      </h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href={`${here}/bom.json`}>
            CycloneDX 1.7 ML-BOM
          </a>
        </li>
        <li>
          <a class="govuk-link" href={`/label/${model}`}>
            Label to embed
          </a>
          , which shows nothing when it cannot check the log
        </li>
        <li>
          <a class="govuk-link" href={`${here}/feed.atom`}>
            Feed
          </a>{" "}
          of this model and of the models it was made from
        </li>
      </ul>
    </>,
  );
}

function OrdersSection({ orders }: { orders: readonly OrderOnModel[] }) {
  if (orders.length === 0) return null;
  return (
    <>
      <h2 class="govuk-heading-m" id="orders">
        Orders
      </h2>
      <Table
        caption="Orders of authorities that mean this model, or a model it was declared or found to stem from"
        columns={[
          { title: "Order" },
          { title: "By" },
          { title: "About" },
          { title: "How it stands" },
          { title: "Entries" },
        ]}
        rows={orders.map((order) => [
          <strong class={`govuk-tag ${order.state === "in force" ? "govuk-tag--red" : "govuk-tag--grey"}`}>
            {order.effect}
          </strong>,
          visibleText(order.authority),
          order.reach === "self" ? (
            "this model"
          ) : (
            <>
              <ModelLink id={order.on} name={order.onName} />
              <div class="app-quiet">{STANDINGS[order.standing!]}</div>
            </>
          ),
          <>
            {ORDER_STATES[order.state]}
            {order.state === "noticed" ? <div class="app-quiet">until {order.noticeEnds}</div> : null}
            {order.state === "stayed" ? <div class="app-quiet">until {order.stay}</div> : null}
          </>,
          <>
            {[order.entry, ...order.extendedBy, ...order.liftedBy].map((entry) => (
              <a class="govuk-link" href={`/entries/${entry}`}>
                {entry}{" "}
              </a>
            ))}
          </>,
        ])}
        captionHidden
        wide
      />
      <p class="govuk-body app-quiet">
        An order is its authority's word. Whom it binds, this register does not say. A model that an order means through
        descent has time to answer first.
      </p>
    </>
  );
}

function OriginSection({ label }: { label: OriginLabel }) {
  return (
    <>
      <h2 class="govuk-heading-m" id="origin">
        Origin
      </h2>
      <Table
        caption={`Log checked ${new Date(label.log.checkedAt * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`}
        columns={[{ title: "Fact" }, { title: "What is declared" }, { title: "How far it was shown" }]}
        rows={label.facts.map((fact) => [fact.title, factText(fact), <Steps fact={fact} />])}
        wide
      />
    </>
  );
}

function RemarksSection({ remarks, models }: { remarks: readonly Remark[]; models: readonly LineageModel[] }) {
  return (
    <>
      <h2 class="govuk-heading-m" id="remarks">
        What does not fit, and what was found
      </h2>
      <Remarks remarks={remarks} names={new Map(models.map((m) => [m.id, m.name]))} />
    </>
  );
}

function Status({ record }: { record: ModelRecord }) {
  const { declarer, withdrawnBy, label } = record;
  return (
    <p class="app-status">
      {withdrawnBy === null ? null : <strong class="govuk-tag govuk-tag--red">Withdrawn, entry {withdrawnBy}</strong>}{" "}
      {record.orders
        .filter(({ state }) => state === "in force")
        .map(({ effect, entry }) => (
          <strong class="govuk-tag govuk-tag--red">
            Order: {effect}, entry {entry}
          </strong>
        ))}{" "}
      {label && label.openChallenges > 0 ? (
        <strong class="govuk-tag govuk-tag--orange">
          {label.openChallenges} open challenge{label.openChallenges > 1 ? "s" : ""}
        </strong>
      ) : null}{" "}
      {declarer?.compiled ? (
        <strong class="govuk-tag govuk-tag--yellow">Compiled from public facts, not declared by the publisher</strong>
      ) : null}
    </p>
  );
}

function identity({
  model,
  uri,
  declarer,
  sameAddress,
}: ModelRecord): [string, ReturnType<typeof DigestText> | string][] {
  const byName = model.startsWith("uri:");
  return [
    [
      byName ? "Known by" : "OMS root digest",
      <>
        <DigestText digest={model} />
        {byName ? <span class="app-quiet"> digest of its address: nobody here has read its weights</span> : null}
      </>,
    ],
    ...(uri
      ? ([
          [
            "Address",
            <a class="govuk-link" href={uri} rel="noreferrer nofollow ugc">
              {visibleText(uri)}
            </a>,
          ],
        ] as [string, ReturnType<typeof DigestText>][])
      : []),
    ...(sameAddress.length > 0
      ? ([
          [
            "Same address",
            <>
              {sameAddress.map((id) => (
                <ModelLink id={id} name={null} />
              ))}
            </>,
          ],
        ] as [string, ReturnType<typeof DigestText>][])
      : []),
    [
      declarer?.compiled ? "Compiled by" : "Declared by",
      declarer ? (
        <a class="govuk-link" href={`/publishers/${declarer.key}`}>
          {visibleText(declarer.name)}
        </a>
      ) : (
        "nobody"
      ),
    ],
  ];
}

function factText({ status, countries, items = [], note, evidence }: FactLabel) {
  const words = {
    declared: visibleText([...countries, ...items].join(", ")),
    unknown: "Stated as unknown",
    "not-applicable": "Does not apply",
    "not-declared": "Not declared",
  };
  return (
    <>
      {words[status]}
      {note ? <div class="app-quiet">{visibleText(note)}</div> : null}
      {evidence ? <div class="app-quiet">{visibleText(evidenceText(evidence))}</div> : null}
    </>
  );
}

function Steps({ fact }: { fact: FactLabel }) {
  if (fact.declared === null) return <span>Not declared</span>;
  const { by, declared, signed, logged, witnessed, audited, reproduced, notConfirmed, entry } = fact;
  return (
    <ul class="app-steps">
      <li>
        {by === "compiled" ? "Compiled" : "Declared"} {declared} (
        <a class="govuk-link" href={`/entries/${entry}`}>
          entry {entry}
        </a>
        )
      </li>
      {signed ? <li>Signed by a registered key</li> : null}
      {logged ? <li>Logged {logged}</li> : null}
      <li>{witnessed.length > 0 ? `Witnessed by ${witnessed.map(visibleText).join(", ")}` : "Not witnessed"}</li>
      {audited ? (
        <li>
          Audited {audited.day} by {visibleText(audited.by)}
        </li>
      ) : null}
      {reproduced ? (
        <li>
          Reproduced {reproduced.day} by {visibleText(reproduced.by)}
        </li>
      ) : null}
      {notConfirmed ? (
        <li>
          Not confirmed {notConfirmed.day} by {visibleText(notConfirmed.by)}
        </li>
      ) : null}
      {!audited && !reproduced ? <li>Not audited, not reproduced</li> : null}
    </ul>
  );
}

const WEIGHTS: Record<Remark["weight"], { text: string; tag: string }> = {
  fault: { text: "Does not fit", tag: "govuk-tag--orange" },
  note: { text: "Note", tag: "govuk-tag--grey" },
  finding: { text: "Finding", tag: "govuk-tag--blue" },
};

function Remarks({ remarks, names }: { remarks: readonly Remark[]; names: Map<string, string | null> }) {
  if (remarks.length === 0)
    return (
      <p class="govuk-body">Nothing: the declarations here fit each other. That does not show that they are true.</p>
    );
  return (
    <Table
      caption="Declarations held against each other, and findings of laboratories beside them"
      columns={[{ title: "Kind" }, { title: "What" }, { title: "Models" }, { title: "Entries" }]}
      rows={remarks.map(({ code, weight, says, models, entries }) => [
        <strong class={`govuk-tag ${WEIGHTS[weight].tag}`}>{WEIGHTS[weight].text}</strong>,
        <>
          {REMARKS[code]}
          <div class="app-quiet">{visibleText(says)}</div>
        </>,
        <>
          {[...new Set(models)].map((id) => (
            <div>
              <ModelLink id={id} name={names.get(id) ?? `${id.slice(0, 20)}…`} />
            </div>
          ))}
        </>,
        <>
          {[...new Set(entries)].map((entry) => (
            <a class="govuk-link" href={`/entries/${entry}`}>
              {entry}{" "}
            </a>
          ))}
        </>,
      ])}
      captionHidden
      wide
    />
  );
}

function LineageSection(props: {
  title: string;
  id: "made-of" | "derives";
  lineage: Lineage;
  here: string;
  none: string;
}) {
  const { title, id, lineage, here, none } = props;
  const heading = (
    <h2 class="govuk-heading-m" id={id}>
      {title}
    </h2>
  );
  if (lineage.links.length === 0)
    return (
      <>
        {heading}
        <p class="govuk-body">{none}</p>
      </>
    );
  const { svg, left } = drawLineage(lineage, (model) => (model.name === null ? null : modelPath(model.id)));
  const names = new Map(lineage.models.map((model) => [model.id, model.name]));
  return (
    <>
      {heading}
      <section class="app-drawing" aria-label={`${title}: drawing (scrolls)`} tabindex={0}>
        {raw(svg.replaceAll("lineage-title", `lineage-title-${id}`))}
      </section>
      <p class="govuk-body app-quiet">
        A dashed line is text taught (distilled): no weights pass.{" "}
        {left > 0 ? `${left} more models are in the table. ` : ""}
        {lineage.cut ? "There are more than are listed. " : ""}
        {lineage.foreign.length > 0
          ? `Entries of unknown kinds speak of models here (${lineage.foreign.map(({ index }) => index).join(", ")}): the picture may be another. `
          : ""}
        <a class="govuk-link" href={`${here}/${id}.svg`}>
          Picture
        </a>
        ,{" "}
        <a class="govuk-link" href={`${here}/${id}.json`}>
          JSON
        </a>
        .
      </p>
      <details class="govuk-details">
        <summary class="govuk-details__summary">
          <span class="govuk-details__summary-text">The same as a table</span>
        </summary>
        <div class="govuk-details__text">
          <Table
            caption={`${title}: declared links`}
            columns={[{ title: "Model" }, { title: "Made from" }, { title: "How" }, { title: "Entry" }]}
            rows={lineage.links.map(({ child, parent, relation, entry, compiled }) => [
              <ModelLink id={child} name={names.get(child) ?? null} />,
              names.get(parent) ? <ModelLink id={parent} name={names.get(parent)!} /> : <DigestText digest={parent} />,
              compiled ? `${relation} (compiled)` : relation,
              <a class="govuk-link" href={`/entries/${entry}`}>
                {entry}
              </a>,
            ])}
            wide
          />
        </div>
      </details>
    </>
  );
}
