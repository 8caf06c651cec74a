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

/** Of the second study of innocents, whose reader saw the pairs among copies and pairs below the bound, and no score. */
export const SHARED_SOURCES_2: Readonly<Record<string, string>> = {};
