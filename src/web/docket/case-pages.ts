/**
 * The pages of one case. Each has a record, made from the reader's view, and a body drawn from that record alone: the page
 * and its twin cannot say different things.
 */
import { type CasePage, casePage } from "./case/case-page.js";
import { Deadlines, deadlines } from "./case/deadlines.js";
import { Decision, decision } from "./case/decision.js";
import { Entry, entry } from "./case/entry.js";
import { Exhibits, exhibits } from "./case/exhibits.js";
import { Findings, findings } from "./case/findings.js";
import { Orders, orders } from "./case/orders.js";
import { Overview, overview } from "./case/overview.js";
import { Timeline, timeline } from "./case/timeline.js";

export const CASE_PAGES: readonly CasePage[] = [
  casePage({ path: "", text: "Overview", record: overview, body: Overview }),
  casePage({ path: "timeline", text: "Timeline", record: timeline, body: Timeline }),
  casePage({ path: "deadlines", text: "Deadlines", record: deadlines, body: Deadlines }),
  casePage({ path: "exhibits", text: "Exhibits", record: exhibits, body: Exhibits }),
  casePage({ path: "findings", text: "Plan and findings", record: findings, body: Findings }),
  casePage({ path: "orders", text: "Orders", record: orders, body: Orders }),
  casePage({ path: "decision", text: "Decision", record: decision, body: Decision }),
];

export const ENTRY_PAGE: CasePage = casePage({ path: "entries", text: "Entry", record: entry, body: Entry });
