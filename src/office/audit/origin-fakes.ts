/**
 * Ways to fake a dossier of own making, what comes of each, and what one that passes would need. The table stands in
 * docs/audit.md and on every dossier's page; each way is a test (test/app/audit-origin.test.ts).
 */
interface Fake {
  way: string;
  comes: string;
  needs: string;
}

export const ORIGIN_FAKES: readonly Fake[] = [
  {
    way: "a stolen model as the draw",
    comes: "its singular values are not those of a draw",
    needs: "a draw from which that model can be reached: its maker's own",
  },
  {
    way: "a path drawn backwards between a draw and the stolen model",
    comes: "it is a straight line",
    needs: "noise of the size of training on every checkpoint, and the model's own draw for the anchor",
  },
  {
    way: "a path with noise of the size of training",
    comes: "passes the check of the path; the anchor refutes it where the draw is not the stolen model's own",
    needs: "the stolen model's own draw; then segments run again refute it, unless each was computed to run again",
  },
  {
    way: "a run done later, committed in one go, or steps before the draw",
    comes: "the order in the log",
    needs:
      "the run trained anew and committed in order, under old rounds: it passes where no witness is known, and bears its late date where one is",
  },
  {
    way: "a draw of another run; the stolen model as the last checkpoint",
    comes: "the anchor: rows are not most like the rows of their number",
    needs: "training that keeps the rows of the false draw: as much computing as making the model",
  },
  {
    way: "another model released",
    comes: "its root",
    needs: "two models of one SHA-256 root",
  },
  {
    way: "the stolen model under noise as the draw, and a line from there",
    comes: "the path",
    needs: "steps that turn as training's do, each of which runs again by the logged command",
  },
];
