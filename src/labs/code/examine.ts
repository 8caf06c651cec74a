/**
 * The door of the code laboratory: does the suspect's code contain expression taken from the claimant's? Exclusive
 * containment of prints (prints/containment.ts), asked both ways and ranked among the makers of a public index both
 * ways, and what two files have in common and no maker has (prints/passages.ts). It sees no direction, no idea behind the
 * text, and nothing that was carried into another language.
 */
import type { Digest } from "../../base/digest.js";
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideScored, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { type NamedSide, namesOf, setAside, usualOf } from "./aside.js";
import { EXCLUSIVE_MIN, KIN_SHARE, LISTED_MAX, METHOD, PANEL_MAKERS_MIN, PRINT_TOKENS, STUDY_NULL } from "./method.js";
import type { CodeObservations, DirectionSeen, SideSeen } from "./observations.js";
import { type BothWays, bothWays } from "./prints/both-ways.js";
import type { Containment, Maker, Unit, UnitScore } from "./prints/containment.js";
import type { Passage, PassageSide } from "./prints/passages.js";
import { joinSets, type PrintSet } from "./prints/prints.js";
import { CODE_PROPOSITIONS } from "./propositions.js";
import type { Review } from "./review.js";
import { LANGUAGES, type Language } from "./tokens/languages.js";
import { ALTERNATIVES, ASSUMPTION, LIMITS } from "./words.js";

export interface CodeSide extends NamedSide {
  artefact: Artefact;
  seen: SideSeen;
}

interface CodeRequest {
  claimant: CodeSide;
  suspect: CodeSide;
  corpus: { root: Digest; dated: string; makers: readonly Maker[]; leftOut: readonly string[] };
  review: { digest: Digest; record: Review } | null;
  validations: readonly Validation[];
  software: Finding["software"];
}

const PROPOSITION = CODE_PROPOSITIONS.entries["code/shared-source"];

/**
 * Judged are the languages of both sides that have a panel of enough makers (PANEL_MAKERS_MIN); others are left out and
 * said.
 */
export function examineCode(request: CodeRequest): Finding {
  const { claimant, suspect, corpus, review } = request;
  const panels = panelsOf(corpus.makers);
  const both = LANGUAGES.filter((l) => l in claimant.seen.languages && l in suspect.seen.languages);
  const judged = both.filter((l) => panels[l] >= PANEL_MAKERS_MIN);
  const [ours, theirs] = [namesOf(claimant), namesOf(suspect)];
  const asideOurs = setAside(claimant, ours, usualOf(claimant));
  const asideTheirs = setAside(suspect, [...ours, ...theirs], usualOf(claimant, suspect));
  const of = (side: CodeSide, aside: ReadonlySet<string>) =>
    side.units.filter(({ path, language }) => !aside.has(path) && judged.includes(language));
  const [unitsA, unitsB] = [of(claimant, asideOurs), of(suspect, asideTheirs)];
  const before = bothWays(unitsA, unitsB, corpus.makers);
  const explained = explainedBy(review?.record ?? null, unitsA, before.passages);
  const after = explained.length === 0 ? before : bothWays(unitsA, unitsB, [...corpus.makers, heldOut(explained)]);
  const decision = decide(request, both, judged, panels, after);
  const ranked = corpus.makers.filter(({ languages }) => judged.some((l) => languages.has(l)));
  const list = (side: CodeSide, found: Containment) => seenOf(side, found, ranked);
  const forward = list(claimant, after.forward);
  const turned = list(suspect, after.turned);
  const observations: CodeObservations = {
    type: "assay/code-observations/v1",
    printTokens: [...PRINT_TOKENS],
    sides: {
      reference: sideSeen(claimant, asideOurs),
      suspect: sideSeen(suspect, asideTheirs),
    },
    corpus: {
      dated: corpus.dated,
      makers: corpus.makers.length,
      panels: LANGUAGES.filter((l) => panels[l] > 0).map((language) => ({ language, makers: panels[language] })),
      leftOut: [...corpus.leftOut],
    },
    forward,
    turned,
    passages: after.passages.map(passageSeen),
    licenceConflicts: conflicts(forward, turned),
    review: review
      ? {
          reader: review.record.reader,
          digest: review.digest,
          units: review.record.units.length,
          explained: explained.map(({ path, line, by }) => ({ path, line, by })),
          before: before.statistic,
          after: after.statistic,
        }
      : null,
  };
  return frameFinding({
    list: CODE_PROPOSITIONS,
    proposition: PROPOSITION,
    method: METHOD,
    validation: studyOfMethod(request.validations, METHOD),
    subject: { kind: "pair", reference: claimant.artefact, suspect: suspect.artefact },
    decision,
    tests: [
      testOf("claimant-in-suspect", after.forward, ranked),
      testOf("suspect-in-claimant", after.turned, ranked),
      passageTest(after.passages, ranked),
    ],
    observations,
    alternatives: ALTERNATIVES,
    limits: LIMITS,
    evidence: [claimant.artefact.root, suspect.artefact.root, corpus.root, ...(review ? [review.digest] : [])],
    software: request.software,
  });
}

function decide(
  { corpus, claimant, suspect, validations, review }: CodeRequest,
  both: readonly Language[],
  judged: readonly Language[],
  panels: Readonly<Record<Language, number>>,
  found: BothWays,
): Decision {
  const { forward, turned, statistic, byPassage } = found;
  const validation = studyOfMethod(validations, METHOD)?.summary ?? null;
  const make = (outside: string | null): Decision => {
    const families = judged.length > 0 ? Math.min(...judged.map((l) => panels[l])) : 0;
    return decideScored({
      proposition: PROPOSITION,
      statistic,
      nullKinds: [
        ...(byPassage
          ? [{ kind: "the index's makers on the passage", families, statisticMax: 0 }]
          : [
              { kind: "the index's makers on the claimant's unit", families, statisticMax: forward.top?.panelMax ?? 0 },
              { kind: "the index's makers on the suspect's unit", families, statisticMax: turned.top?.panelMax ?? 0 },
            ]),
        { kind: "unrelated makers of the study", families: STUDY_NULL.makers, statisticMax: STUDY_NULL.bound },
      ],
      // A rank above m makers is no stronger than m + 1 to one, whatever the score; the cap is stricter.
      log10LR: { low: Math.log10(families + 1), high: Math.log10(families + 1) },
      outside,
      validation,
    });
  };
  if (both.length === 0) {
    const of = (side: CodeSide) => Object.keys(side.seen.languages).join(", ") || "none";
    return refuse(`The two sides share no language that is read: ${of(claimant)} and ${of(suspect)}.`);
  }
  if (judged.length === 0) {
    const held = both.map((l) => `${panels[l]} makers of ${l}`).join(", ");
    return make(`the index holds ${held}; at least ${PANEL_MAKERS_MIN} are needed, dated ${corpus.dated}`);
  }
  if (forward.scored === 0)
    return refuse(
      `No unit of the claimant's has ${EXCLUSIVE_MIN} prints that no maker of the index has: nothing of its own can be looked for.`,
    );
  // At or below the bound nobody is accused, read or not: that is inconclusive, and no reader is waited for.
  return make(statistic > STUDY_NULL.bound ? unspoken(found, review?.record ?? null) : null);
}

/**
 * Why what reached the statistic does not speak yet; null where it does, or nothing reached any. Nothing speaks unread: in
 * every language unrelated makers stood above the bound until a reader named what both had it from.
 */
function unspoken({ forward, turned, passages, byPassage }: BothWays, review: Review | null): string | null {
  const [passage] = passages;
  const top = byPassage ? passage!.ours : (forward.top ?? turned.top);
  if (!top) return null;
  // A record that has no word on what speaks now is no reading of it.
  const left = byPassage ? { path: passage!.ours.unit.path, line: passage!.ours.line } : forward.top?.unit;
  if (review && left && review.units.some(({ path, line }) => path === left.path && line === left.line)) return null;
  const what = byPassage ? "passages" : "units";
  if (review && left)
    return `only ${what} that were read may speak, and the reader's record has none for ${left.path}:${left.line}, which is left`;
  return `${what} of unrelated makers stood above the bound until a reader named the third source of what they share, and no one has read the units of these two trees (--review)`;
}

function panelsOf(makers: readonly Maker[]): Record<Language, number> {
  const count = (language: Language) => makers.filter(({ languages }) => languages.has(language)).length;
  return Object.fromEntries(LANGUAGES.map((language) => [language, count(language)])) as Record<Language, number>;
}

interface Explained {
  path: string;
  line: number;
  by: string;
  prints: readonly PrintSet[];
}

/** Units and passages that a reader explained. A passage is named by its first line in the claimant's file. */
function explainedBy(review: Review | null, units: readonly Unit[], passages: readonly Passage[]): Explained[] {
  // A unit and a passage may begin on one line: a word that explains either takes away both.
  const said = (review?.units ?? []).filter(({ verdict }) => verdict !== "unexplained");
  const verdicts = new Map(said.map(({ path, line, verdict }) => [`${path}:${line}`, verdict]));
  const read = [
    ...units.map(({ path, line, prints }) => ({ path, line, prints })),
    ...passages.map(({ ours, common }) => ({ path: ours.unit.path, line: ours.line, prints: common })),
  ];
  return read.flatMap((one) => {
    const by = verdicts.get(`${one.path}:${one.line}`);
    return by !== undefined ? [{ ...one, by }] : [];
  });
}

/** What a reader explained stands as one more third party that is ranked nowhere. */
function heldOut(explained: readonly Explained[]): Maker {
  const sets = PRINT_TOKENS.map((_, k) => joinSets(explained.map(({ prints }) => prints[k]!)));
  return { maker: "explained by the reader", languages: new Set(), prints: (k) => sets[k]! };
}

function sideSeen({ seen, provenance }: CodeSide, aside: ReadonlySet<string>): SideSeen {
  const heads = new Map<string, number>();
  for (const said of provenance.values()) for (const head of said.heads) heads.set(head, (heads.get(head) ?? 0) + 1);
  return {
    ...seen,
    leftOut:
      aside.size === 0
        ? seen.leftOut
        : [...seen.leftOut, { why: "says that it comes from a third source", files: aside.size }],
    licenceHeads: [...heads]
      .map(([licence, files]) => ({ licence, files }))
      .sort((a, b) => (a.licence < b.licence ? -1 : 1)),
  };
}

function seenOf(side: CodeSide, found: Containment, ranked: readonly Maker[]): DirectionSeen {
  const names = new Set(ranked.map(({ maker }) => maker));
  const panel = found.panel.filter(({ maker }) => names.has(maker)).map(({ max }) => max);
  const shown = found.units.filter(({ score }) => score > 0).slice(0, LISTED_MAX);
  return {
    scored: found.scored,
    max: found.max,
    panelMax: found.top?.panelMax ?? 0,
    panelAtOrAbove: panel.filter((max) => max >= found.max).length,
    public: found.public,
    units: shown.map((one) => unitSeen(side, one)),
    kin: found.kin.filter(({ share }) => share >= KIN_SHARE),
  };
}

function unitSeen(
  side: CodeSide,
  { unit, exclusive, shared, score, panelMax }: UnitScore,
): DirectionSeen["units"][number] {
  const said = side.provenance.get(unit.path);
  const { path, name, line, language } = unit;
  return {
    path,
    name,
    line,
    language,
    exclusive: [...exclusive],
    shared: [...shared],
    score,
    panelMax,
    attribution: said?.attribution.slice(0, 5) ?? [],
    licences: said?.licences ?? [],
  };
}

function passageSeen({ ours, theirs, common, score }: Passage): NonNullable<CodeObservations["passages"]>[number] {
  const side = ({ unit, line, last }: PassageSide) => ({ path: unit.path, line, last });
  return {
    language: ours.unit.language,
    claimant: side(ours),
    suspect: side(theirs),
    prints: common.map((set) => set.length >> 1),
    score,
  };
}

/** Licences that the shared files of one side name and those of the other do not. */
function conflicts(forward: DirectionSeen, turned: DirectionSeen): string[] {
  const of = (seen: DirectionSeen) => [...new Set(seen.units.flatMap(({ licences }) => licences))].sort();
  const [a, b] = [of(forward), of(turned)];
  if (a.length === 0 || b.length === 0 || a.join() === b.join()) return [];
  return [`the claimant's shared files name ${a.join(", ")}; the suspect's ${b.join(", ")}`];
}

function testOf(id: string, { max, top, scored }: Containment, ranked: readonly Maker[]): Test {
  // By construction none of them has as much of the unit; where there is no such unit, all count as reaching it.
  const reach = top === null ? ranked.length : 0;
  const of = ranked;
  return {
    id,
    statistic: {
      name: "largest lower share of exclusive prints over the units of which no maker of the index has as much",
      value: max,
    },
    log10P: Math.round(1e6 * Math.log10((reach + 1) / (of.length + 1))) / 1e6,
    exact: false,
    assumption: ASSUMPTION,
    n: scored,
    seed: "none",
    share: 0.5,
    where: `${reach} of ${of.length} makers of the index reach it on the same unit`,
  };
}

/** No maker of the index has anything of a passage; where there is none, all count as reaching it. */
function passageTest(passages: readonly Passage[], ranked: readonly Maker[]): Test {
  const reach = passages.length === 0 ? ranked.length : 0;
  return {
    id: "passage",
    statistic: {
      name: "largest number of prints that one file of each side has in common and no maker of the index has, as a share of 1,000",
      value: passages[0]?.score ?? 0,
    },
    log10P: Math.round(1e6 * Math.log10((reach + 1) / (ranked.length + 1))) / 1e6,
    exact: false,
    assumption: ASSUMPTION,
    n: passages.length,
    seed: "none",
    share: 0.5,
    where: `${reach} of ${ranked.length} makers of the index have anything of it, by what is counted`,
  };
}
