/**
 * What a path says of a file: that a program or a template wrote it, that it travels from project to project, or that it
 * holds tests. Such files are left out of both sides; a copyist who takes only those is not seen.
 */

const GENERATED =
  /(_pb2(_grpc)?\.pyi?|\.pb(\.\w+)?\.(go|cc|h)|\.min\.[cm]?js|_?generated[\w.]*\.\w+|\.gen\.\w+|\.bundle\.[cm]?js|(^|\/)(parser|lex)tab\.py|\.tab\.[ch]|_wrap\.(c|cpp|cxx)|bindata\.go|(^|\/)tree_sitter\/(alloc|array|parser)\.h)$/i;
/** Written by templates, or single files that many projects carry. */
const TEMPLATE =
  /(^|\/)(setup|conf|conftest|versioneer|_version|noxfile|ez_setup|distribute_setup|get-pip|six|ordereddict|fabfile)\.py$|(^|\/)(gulpfile|gruntfile|karma\.conf|[\w.-]+\.config|\.[\w-]+rc)\.[cm]?[jt]s$|(^|\/)build\.rs$|(^|\/)(config|catch|doctest|stb_\w+|uthash|utlist|getopt\w*|gtest[\w-]*|gmock[\w-]*)\.(h|hpp|c|cc)$/i;
/** Suites travel from project to project, and repeat themselves. */
const TEST =
  /(^|\/)(_?tests?|testing|testdata|testsuites?|testutils?|testify|__tests__|__mocks__|specs?|bench(mark)?s?)\/|(^|\/)test_[^/]*$|[._-](test|tests|spec|bench)\.\w+$|_test_[^/]*$/i;

/** Why a file is left out by its name alone, or null. */
export function whyByName(path: string): string | null {
  if (GENERATED.test(path)) return "says that it is generated";
  if (TEMPLATE.test(path)) return "of a kind that templates write or that travels alone";
  return TEST.test(path) ? "of tests" : null;
}
