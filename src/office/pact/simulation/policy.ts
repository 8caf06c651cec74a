/**
 * What a simulation of a pact assumes and what it lets one turn. Every probability is in ten-thousandths, drawn in whole
 * numbers. None was measured: they are set so that a reader can disagree with each, and stand in every result.
 */
export const INSPECTIONS = ["refused", "managed", "open"] as const;
export type InspectionMode = (typeof INSPECTIONS)[number];

export interface SimPolicy {
  inspections: InspectionMode;
  /** Routine inspections a laboratory a year, in hundredths. */
  routinePerYear: number;
  /** Challenges to a run's committed rows, in ten-thousandths of runs. */
  challenged: number;
  /** Rows that a challenge draws. */
  drawn: number;
  /** Heads of others' logs that some party enters as seen, in ten-thousandths. */
  watched: number;
  /** Days that "unable to conclude" may stand before an inspection is asked for. */
  patienceDays: number;
  /** By which a deadline may be missed and count as kept. */
  graceSeconds: number;
}

export const DEFAULT_POLICY: SimPolicy = {
  inspections: "managed",
  routinePerYear: 50,
  challenged: 5000,
  drawn: 60,
  watched: 6000,
  patienceDays: 60,
  graceSeconds: 600,
};
export const KNOBS = Object.keys(DEFAULT_POLICY).filter((key) => key !== "inspections") as Exclude<
  keyof SimPolicy,
  "inspections"
>[];

export const STATES = 12;
export const LABS = 60;
export const DAYS = 730;

/** The honest: what they do that looks like something else. */
export const HONEST = {
  /** An act is late by its own fault: a true breach without intent. */
  slip: 30,
  /** An act is entered by a contractor with the contractor's key, which the party never named. */
  contractor: 40,
  /** An act is left to the last two hours. */
  lastMinute: 300,
  /** The register's clock runs up to three hours ahead for ten days of the two years. */
  clockAhead: 3000,
  /** A run's log is not handed over when it is asked for. */
  outage: 40,
  /** Laboratories that share a public base with others; a data set. */
  sharedBase: 4000,
  sharedData: 3000,
  /** A finding that says so of two that share a base or a data set, entered in the register. */
  coincidence: 2000,
  /** Of those, brought to a case although the common base is declared. */
  broughtAnyway: 300,
} as const;

/** Of an inspection: twenty systems, some looked into. */
export const INSPECTED = {
  systems: 20,
  looked: 8,
  shielded: 6,
  /** A guilty system that was shielded is found by other means. */
  otherMeans: 2000,
  /** Inspectors misread an honest system. */
  misread: 50,
  /** Each state that may vote votes to refuse. */
  voteRefuse: 300,
} as const;

/** Of a case after a finding, a receipt or an inspection. */
export const CASE = {
  /** A panel holds against one who cheated; against one who did not. */
  right: 9500,
  wrong: 200,
  orderDays: 60,
  holdsDays: 120,
} as const;

/** Of those who cheat. */
export const CHEATS = [
  "never declares a model",
  "declares late",
  "trains outside any log",
  "trains on uncommitted data",
  "commits to rows it may not use",
  "hands over a log cut short",
  "hides whose model it took",
  "gives access it does not enter",
  "refuses every inspection",
] as const;
export type Cheat = (typeof CHEATS)[number];
export const CHEATING = {
  /** Systems out of twenty that would give it away. */
  guilty: {
    "never declares a model": 4,
    "declares late": 1,
    "trains outside any log": 1,
    "trains on uncommitted data": 2,
    "commits to rows it may not use": 2,
    "hands over a log cut short": 1,
    "hides whose model it took": 1,
    "gives access it does not enter": 1,
    "refuses every inspection": 4,
  } as Readonly<Record<Cheat, number>>,
  /** Of its committed rows. */
  badRows: 200,
  /** It refuses to open outright, rather than withhold what is bad. */
  refusesToOpen: 5000,
  /** Somebody enters an incident about a model that nobody declared. */
  incident: 4000,
  /** An examiner finds the ancestry that it hides. */
  power: 6000,
  /** Whoever received says so. */
  receiverHonest: 7000,
} as const;

/** Person-days. */
export const COSTS = { routine: 6, managed: 20, open: 12, refused: 1, challenge: 2, case: 40 } as const;

export const SAYS = [
  `${STATES} states, ${LABS} laboratories, ${DAYS} days; each seed is one world with one laboratory of each kind of cheat, the others honest`,
  "every probability is assumed, none measured; they stand beside the figures",
  "standings are folded by the same functions as a real pact's; the world around them is made up",
  "rates are of seeds; each bound is Clopper-Pearson at 95 % one-sided",
];
