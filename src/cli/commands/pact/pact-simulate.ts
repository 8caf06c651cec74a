/** `assay pact simulate`: a pact played through made-up worlds with cheats and with honest people who look like them. */
import { Command, InvalidArgumentError, Option } from "commander";
import { pactOf } from "../../../app/pact/pact-folder.js";
import { readWhole } from "../../../host/whole-file.js";
import { MODEL_PACT } from "../../../office/pact/model/shipped.js";
import {
  DEFAULT_POLICY,
  INSPECTIONS,
  type InspectionMode,
  KNOBS,
  type SimPolicy,
} from "../../../office/pact/simulation/policy.js";
import { type ModeResult, simulate } from "../../../office/pact/simulation/simulate.js";
import { progressLine } from "../../progress.js";

interface Options {
  seed: string;
  seeds: number;
  inspections?: InspectionMode[];
  knob: Partial<SimPolicy>;
  json?: boolean;
}

const SEEDS_MAX = 10_000;

/** A pact played through made-up worlds. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .argument("[draft]", "the pact, a file; default: the model pact that ships")
    .description(
      "Play a pact through seeded worlds: what is seen of each cheat, when, at what cost, and who is wronged.",
    )
    .option("--seed <text>", "seed of every random draw", "1")
    .option("--seeds <n>", "how many worlds", seedsOf, 100)
    .addOption(
      new Option("--inspections <mode>", "one mode alone; by default all three, in the same worlds; may be repeated")
        .choices([...INSPECTIONS])
        .argParser((mode: string, before: InspectionMode[] | undefined) => [...(before ?? []), oneOf(mode)]),
    )
    .option("--knob <name=value>", `a number of the policy; may be repeated: ${KNOBS.join(", ")}`, knob, {})
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay pact simulate --seeds 20 --seed may --inspections open --knob routinePerYear=100 --json\n\nThe same seed gives the same bytes. Every probability is an assumption and is printed with the figures.",
    )
    .action(async (draft: string | undefined, { seed, seeds, inspections, knob: turned, json }: Options) => {
      const pact = draft === undefined ? MODEL_PACT : pactOf(await readWhole(draft), draft);
      const progress = progressLine();
      const made = simulate(
        {
          seed,
          seeds,
          policy: { ...DEFAULT_POLICY, ...turned },
          ...(inspections ? { modes: inspections } : {}),
          onProgress: (done, total) => progress.report({ stage: "worlds", done, total }),
        },
        pact,
      );
      progress.done();
      if (json) process.stdout.write(`${JSON.stringify(made)}\n`);
      else process.stdout.write(`${[...made.says, ...made.modes.flatMap(linesOf)].join("\n")}\n`);
    });
}

function linesOf({ inspections, cheats, honest, costs }: ModeResult): string[] {
  return [
    `inspections ${inspections}:`,
    ...cheats.map(
      ({ cheat, seen, seeds, low, high, medianDays, noticed }) =>
        `  ${cheat}: not met in ${seen} of ${seeds} worlds (${low} to ${high})${medianDays === null ? "" : `, after ${medianDays} days at the median`}; noticed in ${noticed}`,
    ),
    `  honest laboratories wronged: ${honest.wronged} of ${honest.labs} (at most ${honest.upper}); in ${honest.seedsWithAny} worlds; true slips ${honest.slipped}; unable to conclude ${honest.unable}`,
    `  ${costs.routine} routine and ${costs.challenge} challenge inspections, ${costs.ofHonest} of them of the honest; ${costs.cases} cases, ${costs.casesOfHonest} against the honest; ${costs.personDays} person-days`,
  ];
}

function seedsOf(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > SEEDS_MAX) throw new InvalidArgumentError(`expected 1 to ${SEEDS_MAX}`);
  return n;
}

function oneOf(mode: string): InspectionMode {
  if (!(INSPECTIONS as readonly string[]).includes(mode))
    throw new InvalidArgumentError(`expected one of ${INSPECTIONS.join(", ")}`);
  return mode as InspectionMode;
}

function knob(text: string, before: Partial<SimPolicy>): Partial<SimPolicy> {
  const [, name, value] = /^([A-Za-z]+)=([0-9]{1,6})$/.exec(text) ?? [];
  if (!name || !(KNOBS as readonly string[]).includes(name))
    throw new InvalidArgumentError(`expected such as patienceDays=30, of ${KNOBS.join(", ")}`);
  const most =
    name === "drawn"
      ? 4603
      : name === "routinePerYear"
        ? 100
        : name === "challenged" || name === "watched"
          ? 10_000
          : 100_000;
  if (Number(value) > most) throw new InvalidArgumentError(`expected ${name} of at most ${most}`);
  return { ...before, [name]: Number(value) };
}
