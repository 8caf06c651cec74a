/**
 * One made-up world: states and laboratories that are bound, what the honest enter, and how they come to look like those
 * who cheat (common bases, data and contractors, clocks ahead, logs that are down). Facts are those of the closed list, so
 * that the fold which judges them is the real one.
 */
import { type Prng, prng } from "../../../base/prng.js";
import { DAY_SECONDS } from "../../docket/time/day.js";
import { newPact, type PactState, type Party } from "../fold/parties.js";
import type { NamedLog } from "../schema/entry.js";
import type { Fact, LogKind, Source, Value } from "../schema/facts.js";
import { DAYS, HONEST, LABS, type SimPolicy, STATES } from "./policy.js";

export const START = 1_767_225_600;
const PACT_SOURCE = "pact";
/** Id of a party's only key. */
export const keyOf = (party: string) => `key of ${party}`;
/** Unix seconds of a day of the simulation. */
export const at = (day: number) => START + Math.round(day * DAY_SECONDS);

export interface Run {
  name: string;
  lab: string;
  closed: number;
  model: string;
  large: boolean;
  challenge: { id: string; day: number } | null;
}

export class World {
  readonly state: PactState = newPact();
  readonly facts: Fact[] = [];
  readonly sources: Source[] = [];
  readonly runs: Run[] = [];
  readonly labs: string[] = [];
  readonly states: string[] = [];
  readonly policy: SimPolicy;
  /** Acts that were truly late or truly done in time, by the entry that shows them. */
  readonly slips = new Set<string>();
  readonly #seed: string;
  #entry = 0;
  #case = 0;
  readonly #clockAhead: { from: number; seconds: number } | null;

  constructor(seed: string, policy: SimPolicy) {
    this.#seed = seed;
    this.policy = policy;
    const draw = this.stream("clock");
    this.#clockAhead = hits(draw, HONEST.clockAhead)
      ? { from: draw.below(DAYS - 10), seconds: 600 + draw.below(10_200) }
      : null;
    for (let i = 0; i < STATES; i++) this.#join(`state-${two(i)}`, "state", null);
    for (let i = 0; i < LABS; i++) this.#join(`lab-${two(i)}`, "lab", `state-${two(i % STATES)}`);
    this.sources.push(sourceOf("register", "register", undefined));
    this.state.logs.push({ log: named("register", "register"), by: "depositary", at: START });
  }

  /** Numbers of its own for each thing that is drawn, so that turning one knob moves nothing else. */
  stream(what: string): Prng {
    return prng("assay/pact-simulation/v1", `${this.#seed}/${what}`);
  }

  fact(
    log: LogKind,
    source: string,
    kind: string,
    by: string,
    seconds: number,
    attributes: Record<string, Value>,
  ): Fact {
    const made: Fact = { log, source, entry: this.#entry++, kind, at: seconds, clock: "operator", by, attributes };
    this.facts.push(made);
    return made;
  }

  /** An entry of the register, on its operator's clock. */
  register(kind: string, by: string, day: number, attributes: Record<string, Value>): Fact {
    const ahead = this.#clockAhead;
    const wrong = ahead && day >= ahead.from && day < ahead.from + 10 ? ahead.seconds : 0;
    return this.fact("register", "register", kind, by, at(day) + wrong, attributes);
  }

  pact(kind: string, by: string, day: number, attributes: Record<string, Value>): Fact {
    return this.fact("pact", PACT_SOURCE, kind, keyOf(by), at(day), attributes);
  }

  /** A run's log, named by its laboratory. @param held whether it is handed over */
  runLog(lab: string, name: string, held: boolean): void {
    this.state.parties.get(lab)!.logs.push({ log: named("audit", name), at: START });
    if (held) this.sources.push(sourceOf(name, "audit", name));
  }

  audit(run: string, kind: string, by: string, day: number, attributes: Record<string, Value>): Fact {
    return this.fact("audit", run, kind, by, at(day), { run, ...attributes });
  }

  /** A case against a laboratory: an order, and later what the panel held of its compliance. */
  case(lab: string, day: number, held: "complied" | "not complied"): string {
    const id = `case-${this.#case++}`;
    this.state.logs.push({ log: named("docket", id), by: "depositary", at: START });
    this.sources.push(sourceOf(id, "docket", undefined));
    const about = { case: id, respondent: keyOf(lab), role: "panel" };
    this.fact("docket", id, "order", "key of the panel", at(day + 60), {
      ...about,
      statement: `order of ${id}`,
      rung: 3,
      effect: "disclose",
    });
    if (held === "complied")
      this.fact("docket", id, "compliance.report", keyOf(lab), at(day + 80), { case: id, role: "respondent" });
    this.fact("docket", id, "compliance.found", "key of the panel", at(day + 120), {
      ...about,
      order: `order of ${id}`,
      held,
    });
    return id;
  }

  #join(id: string, as: Party["as"], of: string | null): void {
    (as === "lab" ? this.labs : this.states).push(id);
    this.state.parties.set(id, {
      id,
      name: id,
      as,
      of,
      statement: `signing of ${id}`,
      signedAt: START - DAY_SECONDS,
      boundAt: START - DAY_SECONDS,
      leftAt: null,
      leftSaid: null,
      keys: new Map([[keyOf(id), START]]),
      logs: [],
      reservations: new Map(),
      succeeds: [],
      succeededBy: null,
    });
    this.state.holders.set(keyOf(id), [{ party: id, since: START }]);
  }
}

/** One draw that comes true so often. */
export function hits(draw: Prng, tenThousandths: number): boolean {
  return draw.below(10_000) < tenThousandths;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}

function named(kind: NamedLog["kind"], origin: string): NamedLog {
  return { kind, origin, key: "none", ...(kind === "audit" ? { run: origin } : {}) };
}

function sourceOf(id: string, log: LogKind, run: string | undefined): Source {
  return {
    id,
    log,
    origin: id,
    ...(run === undefined ? {} : { run }),
    size: 1_000_000,
    root: "",
    holds: true,
    says: "made up",
    until: at(DAYS + 200),
  };
}

/** When an honest laboratory acts, and by which key: mostly well in time. @param due days after what calls for it */
function honestly(draw: Prng, lab: string, from: number, due: number): { day: number; by: string; slipped: boolean } {
  const by = hits(draw, HONEST.contractor) ? "key of a contractor" : keyOf(lab);
  // A day's deadline ends at 24:00 in UTC-12: half a day after the day is over in UTC.
  const end = Math.floor(from) + due + 1.5;
  if (hits(draw, HONEST.slip)) return { day: end + 1 + draw.below(20), by, slipped: true };
  if (hits(draw, HONEST.lastMinute)) return { day: end - draw.below(7200) / DAY_SECONDS, by, slipped: false };
  return { day: from + (1 + draw.below(Math.max(1, due * 70))) / 100, by, slipped: false };
}

/** Every run of an honest laboratory's two years, and what it enters about each. */
export function honestLife(world: World, lab: string): void {
  const draw = world.stream(`life of ${lab}`);
  let number = 0;
  for (let day = 5 + draw.below(60); day < DAYS - 80; day += 70 + draw.below(120)) {
    const run: Run = {
      name: `${lab}-run-${number++}`,
      lab,
      closed: day,
      model: `model of ${lab}-${number}`,
      large: hits(draw, 3000),
      challenge: hits(draw, world.policy.challenged)
        ? { id: `challenge of ${lab}-${number}`, day: day + 3 + draw.below(20) }
        : null,
    };
    world.runs.push(run);
    enterRun(world, draw, run, {});
  }
  grantsOf(world, draw, lab);
  // An incident that is answered.
  if (hits(draw, 2000)) {
    const day = 50 + draw.below(DAYS - 150);
    const incident = `incident of ${lab}`;
    world.pact("incident", world.states[draw.below(world.states.length)]!, day, { incident, of: lab });
    entered(world, honestly(draw, lab, day, 15), (when, by) =>
      world.fact("pact", "pact", "notified", by, at(when), { incident }),
    );
  }
}

interface Acts {
  declares?: boolean;
  /** Days after the run's end; by default an honest delay. */
  declaredAt?: number;
  answers?: "whole" | "withholds" | "refuses";
  derivation?: string;
}

/** A run's log and what is entered of its model, as far as the laboratory does so. */
export function enterRun(
  world: World,
  draw: Prng,
  run: Run,
  { declares = true, declaredAt, answers = "whole", derivation = "pretrained" }: Acts,
): void {
  const { name, lab, closed, model, large, challenge } = run;
  world.runLog(lab, name, !hits(draw, HONEST.outage));
  const rows = { opened: at(closed - 30), dataRows: 100_000, stepRows: 5000 };
  world.audit(name, "run-closed", keyOf(lab), closed, { name, model, abandoned: false, ...rows });
  if (challenge) {
    const who = world.states[draw.below(world.states.length)]!;
    const due = at(challenge.day + 14);
    world.audit(name, "challenged", keyOf(who), challenge.day, {
      challenge: challenge.id,
      owner: keyOf(lab),
      drawn: world.policy.drawn,
      due,
    });
    if (answers === "refuses") world.audit(name, "refused", keyOf(lab), challenge.day + 5, { challenge: challenge.id });
    else
      world.audit(name, "answered", keyOf(lab), challenge.day + 1 + draw.below(10), {
        challenge: challenge.id,
        opened: world.policy.drawn,
        withheld: answers === "withholds" ? 1 : 0,
      });
  }
  if (!declares) return;
  const declared =
    declaredAt === undefined ? honestly(draw, lab, closed, 30) : { day: declaredAt, by: keyOf(lab), slipped: false };
  entered(world, declared, (day, by) =>
    world.register("training-run", by, day, {
      model,
      statement: `declaration of ${model}`,
      finished: at(closed),
      flop: large ? 2e25 : 1e23,
    }),
  );
  const from = declared.day;
  for (const kind of ["training-content", "derivation"])
    entered(world, honestly(draw, lab, from, 30), (day, by) =>
      world.register(kind, by, day, {
        model,
        statement: `${kind} of ${model}`,
        ...(kind === "derivation" ? { relation: derivation } : {}),
      }),
    );
  if (large)
    entered(world, honestly(draw, lab, from, 60), (day, by) =>
      world.register("evaluation", by, day, { model, statement: `evaluation of ${model}` }),
    );
}

function entered(
  world: World,
  act: { day: number; by: string; slipped: boolean },
  enter: (day: number, by: string) => Fact,
): void {
  const fact = enter(act.day, act.by);
  if (act.slipped) world.slips.add(`${fact.source} ${fact.entry}`);
}

function grantsOf(world: World, draw: Prng, lab: string): void {
  const grants = draw.below(3);
  for (let i = 0; i < grants; i++) {
    const to = world.labs[draw.below(world.labs.length)]!;
    if (to === lab) continue;
    const day = 20 + draw.below(DAYS - 120);
    const statement = `grant ${i} of ${lab}`;
    world.pact("granted", lab, day, { statement, to, what: `thing ${i} of ${lab}`, grant: `ledger ${statement}` });
    entered(world, honestly(draw, lab, day, 7), (when, by) =>
      world.register("grant", by, when, { statement: `ledger ${statement}`, until: at(DAYS) }),
    );
    entered(world, honestly(draw, to, day, 14), (when, by) =>
      world.fact("pact", "pact", "received", by, at(when), {
        granted: statement,
        from: lab,
        what: `thing ${i} of ${lab}`,
      }),
    );
  }
}
