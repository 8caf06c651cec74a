/** Other explanations, limits, and what the report does not say. */
import { Each, List, type Of, Said } from "./parts.js";

/** Other explanations, the expert's and each finding's. */
export function Alternatives({ verdict }: Of) {
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

/** What each finding says of its limits. */
export function Limits({ verdict }: Of) {
  return <Each verdict={verdict} body={({ limits }) => <List items={limits} none="None stated." />} />;
}

/** What no report says. */
export function NotSaid() {
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
