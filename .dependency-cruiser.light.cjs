// What the other party installs to check a bundle, at run time: @noble, zod for the schema, RFC 8785, zip; nothing else.
// Types are gone by then, and what a laboratory's record loads when it is asked is not asked by a verifier.
const { options } = require("./.dependency-cruiser.cjs");

module.exports = {
  forbidden: [
    {
      name: "verify-stays-light",
      severity: "error",
      from: { path: "^dist/app/bundle/verify-bundle\\.js$" },
      to: { path: "node_modules", pathNot: "node_modules/(@noble|zod|canonicalize|fflate)/", reachable: true },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false, exclude: { dynamic: true } },
};
