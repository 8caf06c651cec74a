/**
 * Innocents: makers who took nothing of each other and whom a rule for copies might accuse all the same, because a
 * generator, a framework's scaffold, a vendor's interface, a published standard, one table, a course's handout or one
 * public suite of tests stands behind both (materials/code/innocents.tsv; code/innocents.ts says how they are asked).
 *
 *   node materials/code/fetch-public.ts INNOCENTS "" innocents.tsv
 *   node materials/code/openapi-specs.ts SPECS && sh materials/code/openapi-clients.sh SPECS INNOCENTS/python
 *   npm run study -- code-innocents --innocents INNOCENTS --prints PRINTS --write
 */
import { innocentsStudy } from "./code/innocents.ts";
import { SHARED_SOURCES } from "./code/innocents-read.ts";

export default innocentsStudy({
  id: "code-innocents",
  table: "innocents.tsv",
  kinds: ["generator", "standard", "scaffold", "sdk", "table", "handout", "tests"],
  suites: {
    "scaffold-terraform": ["go"],
    "tests-dbt": ["python"],
    standard: ["go", "rust"],
    "handout-monkey": ["go"],
  },
  derived: [
    ["json", "jzon"],
    ["adler", "adler2"],
    ["osmosis-std", "neutron-std"],
  ],
  sources: SHARED_SOURCES,
  filesMax: 300,
  makersMax: () => 1000,
  pairsMax: () => 200,
  seed: "assay-code-innocents",
});
