/**
 * Innocents whom version 7 had not met: makers drawn by digest from the package indexes, and kinds of honest look-alikes
 * thought of after the first seven. Assistants' boilerplate, tasks of courses, plug-ins of one interface, scaffolds,
 * generators that the method does not list, clients of one service, drivers of one wire protocol, ports of one work,
 * structures out of one paper, forks of what is gone (materials/code/innocents-2.tsv; code/innocents.ts says how they are
 * asked).
 *
 *   node materials/code/fetch-public.ts INNOCENTS "" innocents-2.tsv
 *   npm run study -- code-innocents-2 --innocents INNOCENTS --prints PRINTS --write
 */
import { innocentsStudy } from "./code/innocents.ts";
import { SHARED_SOURCES_2 } from "./code/innocents-read.ts";

export default innocentsStudy({
  id: "code-innocents-2",
  table: "innocents-2.tsv",
  kinds: ["drawn", "assistant", "course", "plugin", "scaffold", "generator", "api", "wire", "port", "paper", "fork"],
  suites: {},
  derived: [],
  sources: SHARED_SOURCES_2,
  filesMax: 80,
  makersMax: (kind) => (kind === "drawn" ? 40 : 14),
  pairsMax: (kind) => (kind === "drawn" ? 60 : 20),
  seed: "assay-code-innocents-2",
});
