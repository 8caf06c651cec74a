/**
 * What the opened rows are held against: the declaration, each other, and the clocks outside the run. Each says what it
 * cannot see. What is not recorded is "not checkable", never a fault: tools leave fields out. Contradicted is what no honest
 * run can show, whatever was drawn: positions that do not join, a witness before the round that a commitment names. A
 * declaration in round numbers (batch, steps, stride, rates, hardware) is met loosely by honest runs that accumulate
 * gradients, pack or pad rows, drop a last batch, are resumed or restart their rates; and dates are by the maker's own
 * clock, which may be wrong. What disagrees with these stands out, is bounded where it was declared, and contradicts nothing.
 */

import { offDeclared, type StepRule } from "./declared-steps.js";
import type { Declared } from "./entry.js";
import type { Shown } from "./opening.js";
import type { CheckpointRow, DataRow, RowClass, StepRow } from "./rows.js";
import type { Challenged, RunState } from "./run-state.js";

export const CHECK_STATUS = ["holds", "contradicted", "not checkable", "stands out"] as const;
export interface AuditCheck {
  id: string;
  status: (typeof CHECK_STATUS)[number];
  detail: string;
  cannotSee: string;
}

/** What the report knows beside rows. */
export interface Around {
  state: RunState;
  challenge: Challenged;
  /** Unix seconds at which a witness had seen the entry of that number; none where no witness cosigned. */
  witnessed: ReadonlyMap<number, number>;
  /** OMS root of the released model, when it was at hand. */
  model: string | null;
}

/**
 * Loggers write local times without a zone: the Earth has zones from −12 to +14 hours. A clock that is off by less
 * contradicts nothing.
 */
const CLOCK_SECONDS = 14 * 3600;
/** A beacon's round and a witness's clock; both keep true time to seconds. */
const WITNESS_SECONDS = 600;

/**
 * @param shown rows whose proofs hold, by number @returns the checks that every class has, then those of this class, in
 * a fixed order
 */
export function checkRows(shown: Shown, around: Around): AuditCheck[] {
  const rows = [...shown.rows].sort(([a], [b]) => a - b);
  const { declared } = around.state.opened!;
  const common = [clocks(around)];
  if (shown.strays.length > 0)
    common.push({
      id: "proofs",
      status: "stands out",
      detail: `${shown.strays.length} rows were given that are not in the committed tree, number ${shown.strays[0]} the first`,
      cannotSee: "why: a fault of storage looks the same; they count as not opened",
    });
  return [...common, ...OF_CLASS[around.challenge.said.class](rows as never, declared, around)];
}

type Numbered<R> = [number, R][];
const OF_CLASS: { [C in RowClass]: (rows: Numbered<never>, declared: Declared, around: Around) => AuditCheck[] } = {
  steps: (rows: Numbered<StepRow>, declared, around) => [
    monotone(rows),
    stride(rows, declared),
    schedule(rows, declared),
    tokensOfSteps(rows, declared),
    window(rows, around),
    pace(rows, declared, around),
    jumps(rows),
  ],
  data: (rows: Numbered<DataRow>, declared, around) => [positions(rows, around), tokensOfData(declared, around)],
  checkpoints: (rows: Numbered<CheckpointRow>, _, around) => [order(rows), released(rows, around)],
  config: () => [],
  environment: () => [],
};

function check(
  id: string,
  cannotSee: string,
  judged: { checked: number; fault: string | null; of: string; not: string },
): AuditCheck {
  const { checked, fault, of, not } = judged;
  if (fault !== null) return { id, status: "contradicted", detail: fault, cannotSee };
  if (checked === 0) return { id, status: "not checkable", detail: not, cannotSee };
  return { id, status: "holds", detail: `${checked} ${of}`, cannotSee };
}

/** Evaluation rows repeat steps; a row of training has a loss or a rate. */
function training([, row]: [number, StepRow]): boolean {
  return row.step !== null && (row.loss !== null || row.lr !== null);
}

/** A run that starts again from a checkpoint logs steps a second time: steps that fall are shown and contradict nothing. */
function monotone(rows: Numbered<StepRow>): AuditCheck {
  const cannotSee =
    "steps between the opened rows; a restart from an earlier checkpoint and a second run under one log look alike";
  const stepped = rows.filter(([, { step }]) => step !== null);
  if (stepped.length === 0)
    return { id: "steps-rise", status: "not checkable", detail: "no step is recorded", cannotSee };
  for (let i = 1; i < stepped.length; i++) {
    const [[before, a], [behind, b]] = [stepped[i - 1]!, stepped[i]!];
    if (b.step! < a.step!)
      return {
        id: "steps-rise",
        status: "stands out",
        detail: `row ${behind} is of step ${b.step}, row ${before} before it of step ${a.step}`,
        cannotSee,
      };
  }
  return { id: "steps-rise", status: "holds", detail: `${stepped.length} opened rows, steps never fall`, cannotSee };
}

/** @returns what of the opened rows is not as declared; it stands out and is bounded as a rule of its own */
function asDeclared(rule: StepRule, of: string, cannotSee: string) {
  return (rows: Numbered<StepRow>, declared: Declared): AuditCheck => {
    const judged = rows.flatMap(([at, row]) => {
      const off = offDeclared(rule, declared, row);
      return off === undefined ? [] : [{ at, off }];
    });
    const faults = judged.filter(({ off }) => off !== null);
    if (judged.length === 0)
      return { id: rule, status: "not checkable", detail: "it was not declared, or no row records it", cannotSee };
    if (faults.length === 0) return { id: rule, status: "holds", detail: `${judged.length} ${of}`, cannotSee };
    const [{ at, off }] = faults as [{ at: number; off: string }];
    return {
      id: rule,
      status: "stands out",
      detail: `${faults.length} of ${judged.length} rows: row ${at}: ${off}`,
      cannotSee,
    };
  };
}

const stride = asDeclared(
  "stride",
  "opened rows of training stand at the declared stride",
  "rows that were never logged; loggers that write the end of an epoch, a restart or every micro-batch look like another stride",
);
const schedule = asDeclared(
  "schedule",
  "opened rates are as declared",
  "whether the rate written down is the one that was used; steps counted by micro-batch, a warm restart, a resumed schedule and another total of steps look like another schedule",
);
const tokensOfSteps = asDeclared(
  "tokens-of-steps",
  "opened counts of tokens are batch times step, to one batch",
  "whether a batch was declared for a device, a micro-batch or a step of the optimiser, and how many of the counted tokens were padding",
);

/** 2000-01-01: what is less is a time since the start of something, as some loggers write it. */
const CLOCK_LEAST = 946_684_800;

/**
 * Rows outside stand out, be they all: a resumed run brings rows from before its opening, and may commit to them alone; a
 * machine's clock may be wrong from beginning to end. A log of another time looks the same.
 */
function window(rows: Numbered<StepRow>, { state, challenge, witnessed }: Around): AuditCheck {
  const cannotSee =
    "a clock that is off by less than 14 hours, and a log that was invented inside its interval; a resumed run's earlier rows, a clock that is wrong throughout and the log of another run look alike";
  const opened = roundTime(state, state.opened!.first.round);
  const commitments = state.committed.get(challenge.said.class) ?? [];
  const timed = rows.filter(([, { time }]) => time !== null && time >= CLOCK_LEAST);
  if (timed.length === 0) return { id: "time", status: "not checkable", detail: "no date is recorded", cannotSee };
  const early = timed.filter(([, { time }]) => time! < opened - CLOCK_SECONDS);
  const late = timed.flatMap(([at, { time }]) => {
    const first = commitments.find(({ said }) => said.size > at);
    const seen = first ? witnessed.get(first.seq) : undefined;
    return seen !== undefined && time! > seen + CLOCK_SECONDS ? [{ at, by: time! - seen }] : [];
  });
  const hours = (seconds: number) => Math.round(seconds / 3600);
  const words = [
    early.length > 0
      ? `${early.length} of ${timed.length} dated rows were logged before the run was opened, row ${early[0]![0]} by ${hours(opened - early[0]![1].time!)} hours`
      : null,
    late.length > 0
      ? `${late.length} of ${timed.length} dated rows bear a date after a witness had seen their commitment, row ${late[0]!.at} by ${hours(late[0]!.by)} hours`
      : null,
  ].filter((each) => each !== null);
  if (words.length === 0)
    return {
      id: "time",
      status: "holds",
      detail: `${timed.length} opened times lie inside the beacon and the witness`,
      cannotSee,
    };
  return { id: "time", status: "stands out", detail: words.join("; "), cannotSee };
}

function pace(
  rows: Numbered<StepRow>,
  { flopsPeak, parameters, batchTokens }: Declared,
  { state, challenge, witnessed }: Around,
): AuditCheck {
  const last = rows.filter(training).at(-1);
  const seen = witnessed.get(challenge.target.seq);
  const cannotSee =
    "hardware that was not declared; parameters that a mixture of experts or a partial fine-tuning does not compute with, and steps before a resumption";
  if (!flopsPeak || !parameters || !batchTokens || !last || seen === undefined)
    return { id: "pace", status: "not checkable", detail: "hardware, size, batch or a witness is missing", cannotSee };
  const seconds = Math.max(0, seen - roundTime(state, state.opened!.first.round));
  const needed = Math.ceil((6 * parameters * batchTokens * last[1].step!) / flopsPeak);
  return {
    id: "pace",
    status: needed > seconds ? "stands out" : "holds",
    detail:
      needed > seconds
        ? `step ${last[1].step} takes ${needed} s on the declared hardware if all parameters are computed with; ${seconds} s passed between opening and witness`
        : `1 row: ${needed} s of computing at the least, ${seconds} s passed`,
    cannotSee,
  };
}

/** How many times the median absolute deviation of neighbouring losses a jump must be to be shown. */
const JUMP_MADS = 20;

function jumps(rows: Numbered<StepRow>): AuditCheck {
  const cannotSee = "what was between rows; a spike of an honest run and a seam between two runs look alike";
  const byIndex = new Map(rows);
  const leaps = rows.flatMap(([at, { loss }]) => {
    const before = byIndex.get(at - 1)?.loss;
    return loss === null || before === null || before === undefined ? [] : [{ at, by: Math.abs(loss - before) }];
  });
  if (leaps.length < 8)
    return { id: "jumps", status: "not checkable", detail: "fewer than 8 neighbouring losses were opened", cannotSee };
  const sizes = leaps.map(({ by }) => by).sort((a, b) => a - b);
  const median = sizes[sizes.length >> 1]!;
  const large = leaps.filter(({ by }) => by > JUMP_MADS * median && median > 0);
  return large.length === 0
    ? {
        id: "jumps",
        status: "holds",
        detail: `${leaps.length} neighbouring losses, none leaps more than ${JUMP_MADS} times the median`,
        cannotSee,
      }
    : {
        id: "jumps",
        status: "stands out",
        detail: `the loss leaps at row ${large[0]!.at} by ${large[0]!.by.toPrecision(3)}, the median is ${median.toPrecision(3)}`,
        cannotSee,
      };
}

function positions(rows: Numbered<DataRow>, { challenge }: Around): AuditCheck {
  const { size, tokens } = challenge.target.said;
  const placed = rows.filter(([, { start, tokens: of }]) => start !== null && of !== null);
  let fault: string | null = null;
  for (const [at, { start, tokens: of }] of placed) {
    if (at === 0 && start !== 0) fault ??= `the first row begins at token ${start}`;
    if (at === size - 1 && tokens !== null && start! + of! !== tokens)
      fault ??= `the last row ends at token ${start! + of!} of ${tokens}`;
  }
  for (let i = 1; i < placed.length; i++) {
    const [[a, before], [b, behind]] = [placed[i - 1]!, placed[i]!];
    const end = before.start! + before.tokens!;
    if (b === a + 1 ? behind.start !== end : behind.start! < end)
      fault ??= `row ${b} begins at token ${behind.start}, row ${a} before it ends at ${end}`;
  }
  return check("positions", "rows between the opened ones", {
    checked: placed.length,
    fault,
    of: "opened rows lie one behind another",
    not: "no token positions are recorded",
  });
}

function tokensOfData({ batchTokens, steps, epochs }: Declared, { challenge }: Around): AuditCheck {
  const { tokens } = challenge.target.said;
  const cannotSee =
    "data that was used and never committed, where the declared steps leave room for it; padding, packing, rows cut short and a batch declared by device look alike";
  if (!batchTokens || !steps || !epochs || tokens === null)
    return {
      id: "tokens-of-data",
      status: "not checkable",
      detail: "batch, steps, epochs or tokens of the data are not declared",
      cannotSee,
    };
  const [used, held] = [batchTokens * steps, tokens * epochs];
  // The last batch of each epoch may be dropped or filled up.
  const slack = batchTokens * (Math.ceil(epochs) + 1);
  // Padding and packing make the declared tokens more than the data's, cut or filtered rows make them fewer.
  const off = Math.abs(used - held) > slack;
  return {
    id: "tokens-of-data",
    status: off ? "stands out" : "holds",
    detail: off
      ? `${steps} steps of ${batchTokens} tokens are ${used}; the committed data gives ${held}: ${used > held ? `${used - held} more were used, if no batch was padded or counted by device` : `${held - used} were not used`}`
      : `1 sum: ${used} tokens used, ${held} committed, to ${slack}`,
    cannotSee,
  };
}

/** A run that goes back to an earlier checkpoint saves its steps a second time. */
function order(rows: Numbered<CheckpointRow>): AuditCheck {
  const cannotSee = "checkpoints that were not kept; a run that went back and a second run under one log look alike";
  const known = rows.filter(([, { step }]) => step !== null);
  if (known.length === 0)
    return { id: "checkpoints-rise", status: "not checkable", detail: "no step is recorded", cannotSee };
  const off = known.find(([, { step }], i) => i > 0 && step! < known[i - 1]![1].step!);
  return {
    id: "checkpoints-rise",
    status: off ? "stands out" : "holds",
    detail: off
      ? `checkpoint ${off[0]} is of an earlier step than the one before`
      : `${known.length} opened checkpoints, steps never fall`,
    cannotSee,
  };
}

function released(rows: Numbered<CheckpointRow>, { state, challenge, model }: Around): AuditCheck {
  const named = model ?? state.closed?.model ?? null;
  const last = rows.find(([at]) => at === challenge.target.said.size - 1);
  const cannotSee = "what was done to the model after the last checkpoint, unless its export is a checkpoint too";
  if (named === null || !last)
    return {
      id: "released",
      status: "not checkable",
      detail: "no released model is named, or the last checkpoint is not opened",
      cannotSee,
    };
  if (last[1].root !== named)
    return {
      id: "released",
      status: "stands out",
      detail: `the last checkpoint is ${last[1].root}, the model ${named}: an export that was not committed (rounded, merged, stored anew) looks the same as another model`,
      cannotSee,
    };
  return {
    id: "released",
    status: "holds",
    detail: "1 model: the last committed checkpoint, byte for byte",
    cannotSee,
  };
}

/** A round in a commitment was out before it; a witness saw it after. */
function clocks({ state, challenge, witnessed }: Around): AuditCheck {
  const commitments = (state.committed.get(challenge.said.class) ?? []).filter(
    ({ seq }) => seq <= challenge.target.seq,
  );
  const off = commitments.find(
    ({ said, seq }) =>
      (witnessed.get(seq) ?? Number.POSITIVE_INFINITY) + WITNESS_SECONDS < roundTime(state, said.beacon.round),
  );
  const bound = commitments.filter(({ seq }) => witnessed.has(seq)).length;
  return check("clocks", "when inside its interval a row was written", {
    checked: bound,
    fault: off ? `entry ${off.seq} was witnessed before its round of the beacon was out` : null,
    of: `of ${commitments.length} commitments lie between a round of the beacon and a witness`,
    not: `no witness is known; the beacon alone says that ${commitments.length} commitments were not made earlier`,
  });
}

/** Unix seconds at which a round is out. */
export function roundTime({ opened }: RunState, round: number): number {
  return opened!.beacon.genesis + opened!.beacon.period * (round - 1);
}
