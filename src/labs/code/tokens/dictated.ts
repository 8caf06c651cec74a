/**
 * Text that no maker chose: what compilers write into what they emit, loading of other modules by a call, and tables of
 * command-line arguments. Such text is skipped like comments. The names of emitted helpers are those of TypeScript's
 * tslib, Babel's and SWC's helpers and esbuild's runtime, as these tools write them; a helper under another name is not
 * seen, nor is what a compiler made of the statements themselves.
 */
import type { Language } from "./languages.js";

/** tslib and esbuild: two underscores and a word. An author's own name of that form is skipped with them. */
const RUNTIME = /^__[A-Za-z]\w*$/;
const BABEL = new RegExp(
  `^(?:_(?:${[
    "typeof|defineProperty|defineProperties|defineEnumerableProperties|defineAccessor|defaults|toPropertyKey|toPrimitive",
    "classCallCheck|createClass|inherits(?:Loose)?|setPrototypeOf|getPrototypeOf|possibleConstructorReturn",
    "assertThisInitialized|isNativeReflectConstruct|isNativeFunction|wrapNativeSuper|construct|createSuper|callSuper",
    "superProp\\w*|get|set|slicedToArray|toArray|toConsumableArray|array(?:WithHoles|WithoutHoles|LikeToArray)",
    "iterableToArray\\w*|unsupportedIterableToArray|nonIterable\\w+|maybeArrayLike|createForOfIteratorHelper(?:Loose)?",
    "objectSpread\\w*|objectWithoutProperties(?:Loose)?|objectDestructuringEmpty|extends|async\\w+|wrapAsyncGenerator",
    "awaitAsyncGenerator|AsyncGenerator|AwaitValue|OverloadYield|regenerator\\w*|interop\\w+|getRequireWildcardCache",
    "class(?:Private|Static|Apply|Extract|Check)\\w+|checkPrivateRedeclaration|checkInRHS|decorate|apply(?:Decorat|ed)\\w+",
    "initializer\\w+|taggedTemplateLiteral(?:Loose)?|instanceof|newArrowCheck|\\w+Error|temporal\\w+|tdz|toSetter|identity",
    "skipFirstGeneratorNext|dispose|using\\w*|wrapRegExp|jsx|setFunctionName|export|export_star|ts_\\w+|class_\\w+",
    "(?:array|async|call|check|create|define|get|is|iterable|non|object|possible|set|sliced|tagged|to|type|unsupported|wrap)(?:_[a-z]+)+",
  ].join("|")})\\d*|ownKeys\\d*|asyncGeneratorStep\\d*)$`,
);
/** The head of a declaration: its name. */
const DECLARED = /^(?:(?:const|let|var)\s+)?([\w$]+)\s*=/;
const REQUIRED = /^(?:(?:const|let|var)\s+)?(?:[\w$]+|\{[^}]*\})\s*=\s*(?:[\w$.]+\()?require\(/;
const STATED =
  /^(?:Object\.defineProperty\(exports,|exports\.[\w$]+\s*=\s*(?:exports\.|void 0)|_?_export\w*\(|0 && |module\.exports\s*=\s*__toCommonJS|(?:[\w$.]+\()?require\()/;
const ARGUMENT =
  /^(?:[\w.]+\.(?:add_argument|add_option)|@(?:[\w.]+\.)?(?:option|argument|command|group|parametrize))\(/;
/** Characters of a statement that say what it is. */
const HEAD_CHARS = 200;

/** @param name of a function, or "" @param text the whole source @returns whether it is to be skipped */
export function isDictated(language: Language, name: string, text: string, start: number): boolean {
  if (language === "python") return name === "" && ARGUMENT.test(text.slice(start, start + HEAD_CHARS));
  if (language !== "typescript") return false;
  if (name !== "") return isEmitted(name);
  const head = text.slice(start, start + HEAD_CHARS);
  const declared = DECLARED.exec(head)?.[1];
  return (declared !== undefined && isEmitted(declared)) || REQUIRED.test(head) || STATED.test(head);
}

const isEmitted = (name: string): boolean => RUNTIME.test(name) || BABEL.test(name);
