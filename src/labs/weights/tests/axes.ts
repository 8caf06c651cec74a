/**
 * Which axes of a transformer may carry an exact test, and why the others may not. An axis is free when relabelling
 * its units leaves the model's function unchanged, and exchangeable when the law of the initialisation and the
 * training algorithm treat its units alike (Zhu et al., ICML 2025, Theorem 1: only one of the two models need satisfy it).
 * The weights are stakes: value and residual dimensions share 0.3, which pays only what the smaller of the two e-values
 * is worth. Alone, either could be fooled by an initialisation that is structured alike in unrelated models (v_proj
 * near the identity, one-hot embeddings).
 */
export const AXES = {
  "mlp-hidden": {
    weight: 0.7,
    title: "hidden units of each MLP",
    unit: "one row of gate_proj beside the same row of up_proj; of up_proj alone where an MLP is not gated",
    why: "The hidden units of an MLP can be put in any order without changing the model, and an independent draw gives no order preference.",
  },
  "value-dim": {
    weight: 0.15,
    title: "value dimensions of each key-value head",
    unit: "one row of v_proj within its head",
    why: "No position encoding acts on values, so the dimensions of a value head can be put in any order together with the columns of o_proj that read them.",
  },
  // Learned position embeddings are added to the residual stream and drawn as independently as the rest; models with
  // fixed sinusoidal ones, which give each dimension a frequency, are not read.
  residual: {
    weight: 0.15,
    title: "residual dimensions",
    unit: "one column of the token embedding (and of the output embedding where untied), over shared token strings",
    why: "The coordinates of the residual stream can be put in any order throughout the model. One permutation is shared by all layers, so this is one block.",
  },
} as const;
export type Axis = keyof typeof AXES;

/** Printed on the page: axes on which equal labels mean nothing. */
export const FORBIDDEN_AXES: readonly { axis: string; why: string }[] = [
  { axis: "vocabulary rows", why: "Token ids have meanings; two models that read the same language agree on them." },
  {
    axis: "dimensions inside query and key heads",
    why: "Rotary position encoding gives each pair of dimensions its own frequency.",
  },
  {
    axis: "square matrices whose rows and columns are the same axis",
    why: "The diagonal is special in every model; independent models agree on it.",
  },
  {
    axis: "norm gains and biases",
    why: "They start as constants and keep a common mean: independent models correlate at 0.9 and more.",
  },
  { axis: "position, time or class axes", why: "Their labels have meanings." },
  { axis: "routers and other matrices with few rows", why: "Too few labels to carry a test." },
];
