// Floors of ARCHITECTURE.md as rules. An arrow only points down; rooms on one floor are blind to each other,
// except that on floors 1 and 2 a room may use one named earlier on its line. test/floors.test.ts plants an upward import.
const line = (rooms) => rooms.map((r) => `^src/${r}/`);
const heart = ["base", "kernels", "stats", "evidence", "model", "alignment", "transcript", "tlog"];
const below = {
  base: [],
  kernels: ["base"],
  stats: ["base", "kernels"],
  evidence: ["base", "kernels", "stats"],
  model: ["base", "kernels", "stats", "evidence"],
  alignment: ["base", "kernels", "stats", "evidence", "model"],
  transcript: ["base", "kernels", "stats", "evidence", "model", "alignment"],
  tlog: ["base", "kernels", "stats", "evidence", "model", "alignment", "transcript"],
  finding: [...heart],
  labs: [...heart, "finding"],
  office: [...heart, "finding"],
  report: [...heart, "finding", "office"],
  host: [...heart, "finding", "office"],
  app: [...heart, "finding", "labs", "office", "report", "host"],
  web: [...heart, "finding", "office", "report", "host", "app"],
  cli: [...heart, "finding", "office", "report", "host", "app", "web"],
};
/** Rooms of the office: `entries` is what all that keep a log share; else each sees only what is listed. */
const office = {
  entries: [],
  register: ["entries"],
  docket: ["entries", "register"],
  audit: ["entries", "register"],
  gate: ["entries", "register", "docket", "audit"],
  pact: ["entries", "register", "docket", "audit"],
};
// A laboratory is one folder with floors of its own: its core is pure; host/ touches the machine for it (its own files,
// engine and threads); page/ writes on the report's floor; desk/ opens evidence on the floor of verbs, where its record
// stands too; tools/ are commands beside its questions.
const notCore = "host/|page/|desk/|tools/|laboratory\\.ts$";
const core = `^src/labs/[^/]+/(?!${notCore})`;
const storeys = {
  core: { from: core, to: [...heart, "finding"], own: `(?!${notCore})` },
  host: {
    from: "^src/labs/[^/]+/host/",
    to: [...heart, "finding", "host"],
    own: "(?!page/|desk/|tools/|laboratory\\.ts$)",
  },
  page: {
    from: "^src/labs/[^/]+/page/",
    to: [...heart, "finding", "report"],
    own: "(?!host/|desk/|tools/|laboratory\\.ts$)",
  },
  desk: {
    from: "^src/labs/[^/]+/(desk/|laboratory\\.ts$)",
    to: [...heart, "finding", "office", "report", "host", "app"],
    own: "",
  },
  tools: {
    from: "^src/labs/[^/]+/tools/",
    to: [...heart, "finding", "office", "report", "host", "app", "cli"],
    own: "",
  },
};
const pure = `^src/(${[...heart, "finding", "office"].join("|")})/|${core}`;
module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...Object.entries(below).map(([room, allowed]) => ({
      name: `floor-of-${room}`,
      severity: "error",
      from: room === "labs" ? { path: core } : { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: line([room, ...allowed]) },
    })),
    ...Object.entries(storeys).map(([storey, { from, to, own }]) => ({
      name: `storey-of-a-laboratory-${storey}`,
      severity: "error",
      from: { path: from },
      to: { path: "^src/", pathNot: [...line(to), `^src/labs/[^/]+/${own}`] },
    })),
    {
      // Pages and the verifier load it: no file is opened and no native code reached by typing a request again.
      name: "typing-stays-light",
      severity: "error",
      from: { path: "^src/labs/[^/]+/desk/[^/]*typed\\.ts$" },
      to: { path: ["^src/host/", "^src/labs/[^/]+/host/"], reachable: true },
    },
    {
      name: "laboratories-are-blind-to-each-other",
      severity: "error",
      from: { path: "^src/labs/([^/]+)/" },
      to: { path: "^src/labs/", pathNot: "^src/labs/$1/" },
    },
    ...Object.entries(office).map(([room, seen]) => ({
      name: `office-${room}-sees-only-what-is-listed`,
      severity: "error",
      from: { path: `^src/office/${room}/` },
      to: { path: "^src/office/", pathNot: [room, ...seen].map((each) => `^src/office/${each}/`) },
    })),
    {
      name: "rooms-of-office-are-listed",
      severity: "error",
      from: { path: "^src/office/", pathNot: Object.keys(office).map((room) => `^src/office/${room}/`) },
      to: { path: "^src/" },
    },
    {
      name: "doors-of-laboratories",
      comment: "The list alone knows laboratories, and of each its record.",
      severity: "error",
      from: { path: "^src/(?!labs/)" },
      to: { path: "^src/labs/", pathNot: "^src/labs/[^/]+/laboratory\\.ts$" },
    },
    {
      name: "one-list-of-laboratories",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/app/laboratories\\.ts$" },
      to: { path: "^src/labs/[^/]+/laboratory\\.ts$" },
    },
    {
      name: "rooms-of-host",
      comment:
        "Each room of host knows the files beside it; model reads through http, answers through the folders of model.",
      severity: "error",
      from: { path: "^src/host/(?!(?:model|answers)/)([^/]+)/" },
      to: { path: "^src/host/[^/]+/", pathNot: "^src/host/$1/" },
    },
    {
      name: "questions-about-marks-are-blind-to-each-other",
      severity: "error",
      from: { path: "^src/labs/marks/(text|canaries|leak)/" },
      to: {
        path: "^src/labs/marks/",
        pathNot: ["^src/labs/marks/(schemes|record|$1)/", "^src/labs/marks/propositions\\.ts$"],
      },
    },
    {
      name: "schemes-and-record-know-no-question",
      severity: "error",
      from: { path: "^src/labs/marks/(schemes|record)/" },
      to: { path: "^src/labs/marks/", pathNot: ["^src/labs/marks/$1/", "^src/labs/marks/propositions\\.ts$"] },
    },
    // Beside the house: makers of material know the house alone; benches, studies and tests take material from them and
    // leave each other alone (a test may try a study's own parts).
    ...Object.entries({
      src: [],
      fixtures: ["src"],
      materials: ["src"],
      bench: ["src", "materials"],
      validation: ["src", "materials", "tools"],
      test: ["src", "materials", "validation", "fixtures", "tools"],
      tools: ["src"],
    }).map(([room, allowed]) => ({
      name: `beside-the-house-${room}`,
      severity: "error",
      from: { path: `^${room}/` },
      to: {
        path: "^(src|dist|fixtures|materials|bench|validation|test|tools)/",
        pathNot: [room, ...allowed, ...(room === "src" ? [] : ["dist"])].map((r) => `^${r}/`),
      },
    })),
    {
      name: "no-machine-below-host",
      comment: "Below host/ nothing reads a clock, a file, the network or a random source.",
      severity: "error",
      from: { path: pure },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "report-touches-no-machine",
      severity: "error",
      from: { path: "^src/report/" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    // Judged where it is put: test/app/toy-laboratory.test.ts.
    exclude: { path: "^test/toy-laboratory/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default", "types"] },
    parser: "swc",
  },
};
