/**
 * What a reader found in the units of judging pairs that the rule accused: which source other than the two makers' own
 * work explains them. Everything said here can be looked up in the files named.
 *
 * The reader was the author of the rule and had seen the scores, so that this record is no blind one; each entry
 * leans on words in the files alone.
 */
interface Read {
  language: string;
  pair: readonly [string, string];
  verdict: "third-source" | "dictated" | "generated" | "copied" | "unexplained";
  words: string;
}

const READ: readonly Read[] = [
  {
    language: "python",
    pair: ["rigetti", "qutip"],
    verdict: "dictated",
    words:
      "pyquil/simulation/matrices.py: Standard gate set, as detailed in Quil whitepaper (arXiV:1608:03355v2), and each matrix in words; qutip/core/gates.py writes the same matrices of the same gates. What is in common is their entries.",
  },
  {
    language: "cpp",
    pair: ["tcltk", "mkj"],
    verdict: "third-source",
    words:
      "libtommath/bn_mp_prime_is_prime.c in both: LibTomMath, named by the folder and by the head of each of its files.",
  },
  {
    language: "cpp",
    pair: ["capstone", "libpcap"],
    verdict: "third-source",
    words:
      "suite/fuzz/onefile.c and testprogs/fuzz/onefile.c, the driver of a fuzz target, neither with a head: CREDITS.TXT of the one names Philippe Antoine for its integration with oss-fuzz, the Makefile beside the file is his, and CREDITS of the other names him too.",
  },
  {
    language: "python",
    pair: ["eventlet", "benoitc"],
    verdict: "copied",
    words:
      "gunicorn/debug.py and eventlet/debug.py begin with one docstring, the product's name apart; Gunicorn's NOTICE says of gunicorn.debug: based on eventlet.debug module under MIT license. The wheel holds no NOTICE, and the pair was not among the documented ones beforehand.",
  },
  {
    language: "go",
    pair: ["bodgit", "klauspost"],
    verdict: "third-source",
    words:
      "sevenzip/reader.go and compress/zip/reader.go: the fs.FS methods of Go's own archive/zip, whose authors hold the second file.",
  },
  {
    language: "cpp",
    pair: ["akheron", "json-c"],
    verdict: "third-source",
    words: "src/lookup3.h and linkhash.c both say: lookup3.c, by Bob Jenkins, May 2006, Public Domain.",
  },
  {
    language: "cpp",
    pair: ["akheron", "memcached"],
    verdict: "third-source",
    words: "src/lookup3.h and jenkins_hash.c: Bob Jenkins' hash, named in both.",
  },
  {
    language: "cpp",
    pair: ["memcached", "json-c"],
    verdict: "third-source",
    words: "jenkins_hash.c and linkhash.c: Bob Jenkins' hash, named in both.",
  },
  {
    language: "typescript",
    pair: ["primus", "socketio"],
    verdict: "copied",
    words: "primus/transformers/engine.io/library.js is the bundled client of engine.io, which is the other maker's.",
  },
  {
    language: "typescript",
    pair: ["karma-runner", "mqttjs"],
    verdict: "third-source",
    words:
      "karma/static/context.js and mqtt/dist/mqtt.js are bundles that both hold punycode: the one says https://mths.be/punycode v1.4.1 by @mathias, the other names node_modules/@jspm/core/nodelibs/browser/punycode.js.",
  },
  {
    language: "typescript",
    pair: ["zaach", "shepherdwind"],
    verdict: "generated",
    words: "velocityjs/dist/esm/parse/index.mjs is a parser that the other maker's generator wrote: its run-time part.",
  },
];

/** Whether a pair's shared units have a source that a reader named. */
export function isExplained(language: string, one: string, other: string): boolean {
  return READ.some(
    (read) =>
      read.language === language &&
      read.verdict !== "unexplained" &&
      read.pair.includes(one) &&
      read.pair.includes(other),
  );
}
