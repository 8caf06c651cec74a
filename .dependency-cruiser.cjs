// Floors of ARCHITECTURE.md as rules. An arrow only points down; rooms on one floor are blind to each other,
// except that on floors 1 and 2 a room may use one named earlier on its line. test/floors.test.ts plants an upward import.
const line = (rooms) => rooms.map((r) => `^src/${r}/`);
const heart = ["base", "kernels", "stats", "evidence", "model", "transcript", "tlog"];
const below = {
  base: [],
  kernels: ["base"],
  stats: ["base", "kernels"],
  evidence: ["base", "kernels", "stats"],
  model: ["base", "kernels", "stats", "evidence"],
  transcript: ["base", "kernels", "stats", "evidence", "model"],
  tlog: ["base", "kernels", "stats", "evidence", "model", "transcript"],
  finding: [...heart],
  labs: [...heart, "finding"],
  office: [...heart, "finding"],
  report: [...heart, "finding", "labs", "office"],
  host: [...heart, "finding", "labs", "office"],
  app: [...heart, "finding", "labs", "office", "report", "host"],
  web: [...heart, "finding", "labs", "office", "report", "host", "app"],
  cli: [...heart, "finding", "labs", "office", "report", "host", "app", "web"],
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
const pure = "^src/(base|kernels|stats|evidence|model|transcript|tlog|finding|labs|office)/";
module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...Object.entries(below).map(([room, allowed]) => ({
      name: `floor-of-${room}`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: line([room, ...allowed]) },
    })),
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
      name: "verbs-of-laboratories-are-blind-to-each-other",
      severity: "error",
      from: { path: "^src/app/(weights|behaviour|marks|traffic)/" },
      to: { path: "^src/app/(weights|behaviour|marks|traffic|register|log)/", pathNot: "^src/app/$1/" },
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
      to: { path: "^src/labs/marks/", pathNot: "^src/labs/marks/(schemes|record|$1)/" },
    },
    {
      name: "schemes-and-record-know-no-question",
      severity: "error",
      from: { path: "^src/labs/marks/(schemes|record)/" },
      to: { path: "^src/labs/marks/", pathNot: "^src/labs/marks/$1/" },
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
    {
      name: "verify-stays-light",
      comment: "What the other party installs to check a bundle: @noble, zod for the schema, RFC 8785; nothing else.",
      severity: "error",
      from: { path: "^src/app/bundle/verify-bundle\\.ts$" },
      to: { path: "node_modules", pathNot: "node_modules/(@noble|zod|canonicalize|fflate)/", reachable: true },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default", "types"] },
    parser: "swc",
  },
};
