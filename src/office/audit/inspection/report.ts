/**
 * What an inspection's log comes to: duties of the order, each kept, not kept or not checkable, with the words of both sides
 * beside each other. A mismatch of words is a question to both and accuses nobody; a duty is "not kept" only by the words of
 * whoever had it, or by a time that passed in the log.
 */
import type { InspectionState } from "./fold.js";

const DUTY_STATUS = ["kept", "not kept", "open", "not checkable"] as const;

interface Duty {
  id: string;
  status: (typeof DUTY_STATUS)[number];
  detail: string;
  cannotSee: string;
}

/** One thing that passed between two sides and that their words do not tell alike. */
interface Mismatch {
  what: string;
  entries: number[];
  says: string;
}

export interface InspectionReport {
  type: "assay/inspection-report/v1";
  inspection: string;
  order: string;
  authority: string | null;
  counts: { queries: number; delivered: number; received: number; withheld: number; left: number; leftBytes: number };
  leaves: { what: string; bytesMax: number; left: number; files: number }[];
  duties: Duty[];
  matched: number;
  mismatches: Mismatch[];
  says: string[];
  cannotSee: string[];
}

const HOUR = 3600;
const seconds = (moment: string) => Date.parse(moment) / 1000;

/**
 * @param witnessed Unix seconds at which a witness had seen the entry of that number; where none is known the signer's own
 * time counts @param asOf Unix seconds up to which times have passed
 */
export function inspectionReport(
  state: InspectionState,
  witnessed: ReadonlyMap<number, number>,
  asOf: number,
): InspectionReport {
  const order = state.order!;
  const timeOf = ({ seq, said }: { seq: number; said: { issued: string } }) =>
    witnessed.get(seq) ?? seconds(said.issued);
  const left = state.exports.filter((each) => each.left);
  const leaves = order.leaves.map(({ what, bytesMax }) => {
    const of = left.filter(({ asked }) => asked.said.what === what);
    return { what, bytesMax, files: of.length, left: of.reduce((sum, { left: each }) => sum + each!.said.bytes, 0) };
  });
  const { matched, mismatches } = wordsOf(state);
  const duties = [
    toolsOf(state),
    windowOf(state, timeOf),
    exportsOf(state, leaves),
    completenessOf(state, asOf),
    incidentsOf(state, timeOf),
    clawBackOf(state, timeOf, asOf),
    endOf(state, asOf),
  ];
  return {
    type: "assay/inspection-report/v1",
    inspection: state.opened!.said.inspection,
    order: state.orderDigest!,
    authority: state.opened!.said.authority,
    counts: {
      queries: state.queries.length,
      delivered: state.deliveries.length,
      received: state.deliveries.filter(({ received }) => received).length,
      withheld: state.withheld.length,
      left: left.length,
      leftBytes: leaves.reduce((sum, each) => sum + each.left, 0),
    },
    leaves,
    duties,
    matched,
    mismatches,
    says: [
      ...duties
        .filter(({ status }) => status !== "kept")
        .map(({ id, status, detail }) => `${id}: ${status}: ${detail}.`),
      ...mismatches.map(({ says }) => `${says}.`),
    ],
    cannotSee: [
      "what an inspector remembers or copies by hand",
      "queries and files that neither side has told of",
      "what a tool loads beside its own file, and whether it does what its name says: its digest is known",
      ...(witnessed.size === 0
        ? ["when the log was written: no witness is known, and times are the signers' own"]
        : []),
    ],
  };
}

function duty(id: string, status: Duty["status"], detail: string, cannotSee: string): Duty {
  return { id, status, detail, cannotSee };
}

function toolsOf({ order, queries }: InspectionState): Duty {
  const cannotSee = "a tool that was run and not told of; the host's own record of the room would show it";
  const allowed = new Set(order!.tools.map(({ digest }) => digest));
  const other = queries.filter(({ said }) => !allowed.has(said.said.tool));
  if (queries.length === 0) return duty("tools", "kept", "no query was made", cannotSee);
  return other.length === 0
    ? duty("tools", "kept", `${queries.length} queries by tools of the order`, cannotSee)
    : duty(
        "tools",
        "not kept",
        `${other.length} of ${queries.length} queries by tools that the order does not list, entry ${other[0]!.said.seq} the first`,
        cannotSee,
      );
}

function windowOf(
  { order, queries }: InspectionState,
  timeOf: (noted: { seq: number; said: { issued: string } }) => number,
): Duty {
  const [from, until] = order!.window.map(seconds) as [number, number];
  const cannotSee = "a clock of the signer's that is wrong, where no witness had seen the entry";
  const out = queries.filter(({ said }) => seconds(said.said.issued) < from || timeOf(said) > until);
  return out.length === 0
    ? duty("window", "kept", `${queries.length} queries inside the order's window`, cannotSee)
    : duty("window", "not kept", `${out.length} queries outside it, entry ${out[0]!.said.seq} the first`, cannotSee);
}

/** The gate refuses what goes beyond; what stands in a log is therefore within. */
function exportsOf({ exports }: InspectionState, leaves: InspectionReport["leaves"]): Duty {
  const waits = exports.filter(({ cleared, stopped }) => !cleared && !stopped).length;
  const parts = leaves.map(({ what, left, bytesMax }) => `${what} ${left} of ${bytesMax} bytes`).join("; ");
  return duty(
    "exports",
    waits > 0 ? "open" : "kept",
    `${parts || "nothing may leave"}${waits > 0 ? `; ${waits} wait to be cleared` : ""}`,
    "what left by another way than the gate, and what a file of few bytes says",
  );
}

/** Each item of the order: delivered whole, and received as the same bytes. */
function completenessOf({ order, deliveries, withheld }: InspectionState, asOf: number): Duty {
  const cannotSee = "whether what was delivered under an item's name is all of it; inspectors say whether it is usable";
  const asked = order!.completeness;
  if (asked.length === 0) return duty("completeness", "not checkable", "the order lists nothing to deliver", cannotSee);
  const held = asked.filter((item) => withheld.some(({ said }) => said.item === item));
  const whole = asked.filter((item) =>
    deliveries.some(
      ({ said, received }) =>
        said.said.item === item &&
        said.said.whole &&
        received?.said.usable &&
        received.said.digest === said.said.digest,
    ),
  );
  const missing = asked.filter((item) => !whole.includes(item));
  if (missing.length === 0)
    return duty(
      "completeness",
      "kept",
      `${whole.length} of ${asked.length} items delivered whole and usable by both words`,
      cannotSee,
    );
  const over = asOf > seconds(order!.window[1]);
  return duty(
    "completeness",
    held.length > 0 || over ? "not kept" : "open",
    `${whole.length} of ${asked.length} items; ${held.length} withheld by the host's word; not there: ${missing.slice(0, 5).join(", ")}`,
    cannotSee,
  );
}

function incidentsOf(
  { order, incidents }: InspectionState,
  timeOf: (noted: { seq: number; said: { issued: string } }) => number,
): Duty {
  const cannotSee = "incidents that nobody told of, and when one was really noticed";
  if (incidents.length === 0) return duty("incidents", "kept", "none was told of", cannotSee);
  const hours = (noted: (typeof incidents)[number]) => (timeOf(noted) - seconds(noted.said.noticed)) / HOUR;
  const late = incidents.filter((noted) => hours(noted) > order!.incidentHours);
  return late.length === 0
    ? duty(
        "incidents",
        "kept",
        `${incidents.length} told within ${order!.incidentHours} hours of being noticed`,
        cannotSee,
      )
    : duty(
        "incidents",
        "not kept",
        `${late.length} of ${incidents.length} told later than ${order!.incidentHours} hours, entry ${late[0]!.seq} after ${Math.floor(hours(late[0]!))}`,
        cannotSee,
      );
}

function clawBackOf(
  { order, exports }: InspectionState,
  timeOf: (noted: { seq: number; said: { issued: string } }) => number,
  asOf: number,
): Duty {
  const cannotSee = "copies that were made before it was returned";
  const within = order!.clawBackDays * 24 * HOUR;
  const back = exports.filter(({ clawedBack, left }) => clawedBack && timeOf(clawedBack) - timeOf(left!) <= within);
  if (back.length === 0) return duty("claw-back", "kept", "nothing was clawed back in time", cannotSee);
  const waiting = back.filter(({ returned }) => !returned);
  const over = waiting.filter(({ clawedBack }) => asOf - timeOf(clawedBack!) > order!.incidentHours * HOUR);
  return duty(
    "claw-back",
    waiting.length === 0 ? "kept" : over.length > 0 ? "not kept" : "open",
    `${back.length - waiting.length} of ${back.length} returned by the inspectors' word`,
    cannotSee,
  );
}

function endOf({ order, ended }: InspectionState, asOf: number): Duty {
  const cannotSee = "what was kept all the same";
  const said = ended.filter((noted) => noted.said.end === order!.end);
  if (said.length === order!.inspectors.length)
    return duty("end", "kept", `all ${said.length} inspectors say: ${order!.end}`, cannotSee);
  const over = asOf > seconds(order!.window[1]);
  const other = ended.length - said.length;
  return duty(
    "end",
    over || other > 0 ? "not kept" : "open",
    `${said.length} of ${order!.inspectors.length} inspectors say "${order!.end}"${other > 0 ? `, ${other} another end` : ""}`,
    cannotSee,
  );
}

/** Both sides' words on each thing that passed between them. */
function wordsOf({ queries, missed, deliveries, exports }: InspectionState): {
  matched: number;
  mismatches: Mismatch[];
} {
  const mismatches: Mismatch[] = [];
  let matched = 0;
  const off = (what: string, entries: number[], says: string) => mismatches.push({ what, entries, says });
  for (const { said, observed } of queries) {
    if (!observed)
      off(
        "a query, and no word of the host",
        [said.seq],
        `the host has not said whether query ${said.seq} is in its record`,
      );
    else if (!observed.said.agrees)
      off(
        "a query told differently",
        [said.seq, observed.seq],
        `the host's record shows query ${said.seq} otherwise: ${observed.said.says}`,
      );
    else matched++;
  }
  for (const noted of missed)
    off(
      "a query that no inspector told",
      [noted.seq],
      `the host's record shows a query that no inspector told: ${noted.said.says}`,
    );
  for (const { said, received } of deliveries) {
    if (!received)
      off(
        "delivered, and no receipt",
        [said.seq],
        `the host delivered "${said.said.item}"; no inspector has said that it was received`,
      );
    else if (received.said.digest !== said.said.digest || received.said.bytes !== said.said.bytes)
      off(
        "delivered and received, different bytes",
        [said.seq, received.seq],
        `"${said.said.item}" was delivered as one thing and received as another`,
      );
    else if (!received.said.usable)
      off(
        "delivered, and not usable",
        [said.seq, received.seq],
        `"${said.said.item}" was received and is not usable by the inspector's word`,
      );
    else matched++;
  }
  for (const { asked, cleared, left } of exports) {
    if (cleared && !left)
      off(
        "cleared, and not out",
        [asked.seq, cleared.seq],
        `"${asked.said.what}" was cleared and the host has not let it out`,
      );
    else if (left) matched++;
  }
  return { matched, mismatches };
}

export interface Mutual {
  type: "assay/mutual-inspection/v1";
  /** Of each of the two inspections, the words that match and those that do not. */
  inspections: { inspection: string; of: string; matched: number; mismatches: Mismatch[]; notKept: string[] }[];
  /** Where the terms of the two differ: neither is at fault for it. */
  unequal: string[];
  status: "both words agree" | "words differ";
  says: string[];
  cannotSee: string[];
}

/**
 * Two parties that inspect each other: the host of one is an inspector of the other. Each inspection's two words are
 * reconciled, and the terms held side by side.
 * @returns null where the two are no mutual inspection
 */
export function reconcileMutual(
  first: { state: InspectionState; report: InspectionReport },
  second: { state: InspectionState; report: InspectionReport },
): Mutual | null {
  const [a, b] = [first.state.order!, second.state.order!];
  const sees = (order: typeof a, host: string) => order.inspectors.some(({ key }) => key === host);
  if (!sees(a, b.host) || !sees(b, a.host)) return null;
  const unequal: string[] = [];
  const differ = (what: string, one: unknown, other: unknown) => {
    const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
    if (left !== right) unequal.push(`${what}: ${left} and ${right}`);
  };
  const tools = (order: typeof a) => order.tools.map(({ digest }) => digest).sort();
  differ("systems", a.systems.length, b.systems.length);
  differ("tools", tools(a), tools(b));
  differ("sample", a.sample, b.sample);
  differ("what may leave", a.leaves, b.leaves);
  differ("items to deliver", a.completeness.length, b.completeness.length);
  differ("hours to tell of an incident", a.incidentHours, b.incidentHours);
  differ("place", a.place, b.place);
  const inspections = [first, second].map(({ state, report }) => ({
    inspection: report.inspection,
    of: state.order!.host,
    matched: report.matched,
    mismatches: report.mismatches,
    notKept: report.duties.filter(({ status }) => status === "not kept").map(({ id }) => id),
  }));
  const words = inspections.every(({ mismatches }) => mismatches.length === 0);
  return {
    type: "assay/mutual-inspection/v1",
    inspections,
    unequal,
    status: words ? "both words agree" : "words differ",
    says: [
      ...inspections.flatMap(({ inspection, mismatches }) => mismatches.map(({ says }) => `${inspection}: ${says}.`)),
      ...unequal.map((each) => `The terms differ in ${each}.`),
    ],
    cannotSee: ["what both sides agreed not to tell", "whether equal terms weigh the same on both"],
  };
}
