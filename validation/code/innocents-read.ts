/**
 * What stands behind both sides of pairs of innocents that the rule puts above its bound, by kind and language, as read in
 * the units of the largest. The reader was the author of the rule and had seen the scores.
 */
export const SHARED_SOURCES: Readonly<Record<string, string>> = {
  "generator-openapi python": "the generator's client, the same in all",
  "generator-tonic-prost rust":
    "messages generated from third makers' descriptions; in one pair a helper of one that the other took without a word",
  "generator-tree-sitter cpp": "tables and headers that the generator writes into each parser",
  "generator-wasm-bindgen typescript": "glue that the generator writes around each module",
  "handout-lox cpp": "the textbook's own listings",
  "handout-monkey go": "the textbook's own listings",
  "tests of handout-monkey go": "the textbook's own tests",
  "scaffold-dbt python": "methods of the framework's own adapters, which each adapter begins from",
  "scaffold-homebridge typescript": "video streaming of one plug-in, which the two others took: copies, no innocents",
  "scaffold-terraform go": "schemas as the vendor's kit asks for them: literals of few words in any order",
  "tests of scaffold-terraform go": "the steps and checks that the vendor's kit asks of a test",
  "tests of tests-dbt python": "the framework's suite for adapters, handed to every maker",
};

/** Of the second study of innocents; read in the same way, so that this was not blind either. */
export const SHARED_SOURCES_2: Readonly<Record<string, string>> = {
  "generator-stainless go": "what the generator lays into every client: encoders, decoders, queries",
  "generator-stainless python": "what the generator lays into every client: responses, paths, transforms, typing",
  "generator-stainless typescript": "what the generator lays into every client: queries, uploads, streams, shims",
  "api-telegram python": "one framework's models of the service under two names: no innocents",
  "course-distributions python": "the course's own listing",
  "course-micrograd python":
    "in one pair the steps of the paper on Adam, in one the arithmetic of a scalar as the course has it",
  "course-raytracer rust": "the camera as the textbook has it",
  "fork python": "the project that both forked, or that one says it took in: no innocents",
  "plugin-mkdocs python": "one plug-in under two names: no innocents",
  "port-lunar python": "the sun's longitude as one astronomer's text has it, which both carried over",
  "port-stem rust": "what the stemmers' own compiler ships beside what it writes",
  "port-qr rust": "a library that the other's README says it forked, or is based on: no innocents",
};
