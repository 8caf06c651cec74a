/** Orders, in force and over. */
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink, Tag } from "../layout.js";

/** The page's record: numbers of entries in force, then all orders. */
export function orders({ orders: list }: CaseView): { inForce: number[]; orders: CaseView["orders"] } {
  return { inForce: list.filter(({ inForce }) => inForce).map(({ entry: at }) => at), orders: list };
}

/** The page, from that record. */
export function Orders(record: ReturnType<typeof orders>, { case: id }: CaseView) {
  return (
    <>
      <h1 class="govuk-heading-l">Orders</h1>
      {record.orders.length === 0 ? (
        <p class="govuk-body">No order was made.</p>
      ) : (
        record.orders.map((order) => (
          <section aria-labelledby={`order-${order.entry}`}>
            <h2 class="govuk-heading-m" id={`order-${order.entry}`}>
              {visibleText(order.name)}
            </h2>
            <p class="app-status">
              <Tag
                text={
                  order.inForce
                    ? "in force"
                    : order.stayed && order.standing === "made"
                      ? "stayed until final"
                      : order.standing
                }
                colour={order.inForce ? "red" : "grey"}
              />
            </p>
            <SummaryList
              rows={[
                ["Made by", <EntryLink id={id} seq={order.entry} />],
                ["Rung", String(order.rung)],
                ["Effect", order.effect],
                ["Reach", order.reach],
                [
                  "Models",
                  order.models.length === 0 ? (
                    "none"
                  ) : (
                    <ul class="govuk-list">
                      {order.models.map((model) => (
                        <li>
                          <DigestText digest={model} />
                        </li>
                      ))}
                    </ul>
                  ),
                ],
                ["Reasons", visibleText(order.reasons)],
              ]}
            />
          </section>
        ))
      )}
    </>
  );
}
