/**
 * What programs write without saying so, known by names they leave in it: parsers from tables, clients and messages from
 * descriptions of interfaces, glue between languages. Two makers who used one generator share its templates, and neither
 * wrote them. All words of a row must stand in the file, so that a mention is not enough. A generator's own source, which
 * holds the text it writes, may be left out with it, and a generator that is not listed is not seen.
 */
import type { Language } from "./languages.js";

const LEFT: Readonly<Record<Language, readonly (readonly string[])[]>> = {
  python: [
    ["_lr_action_items", "_lr_goto_items"], // PLY
    ["_descriptor_pool", "AddSerializedFile"], // protobuf
    ["_descriptor.FileDescriptor(", "serialized_pb"],
    ["method_handlers_generic_handler", "Servicer_to_server"], // gRPC
    ["_swig_repr", "_swig_setattr"], // SWIG
    ["def setupUi(self", "def retranslateUi(self"], // Qt Designer
    ["qt_resource_data", "qInitResources"],
    ["def _get_kwargs(", "def _build_response("], // openapi-python-client
    ["raise_on_unexpected_status", "_httpx_args"],
    ["_attrs_field(init=False, factory=dict)", "def additional_keys(self"],
    ["class Unset:", "RequestFiles = "],
    ["openapi_types", "attribute_map", "self.discriminator"], // OpenAPI Generator, Swagger Codegen
  ],
  typescript: [
    ["__wbindgen_", "wbindgen_throw"], // wasm-bindgen
    ["__wbg_", "getStringFromWasm0"],
    ["ENVIRONMENT_IS_WORKER", "wasmMemory"], // Emscripten
    ["nativeBinding = require(", "isMusl("], // napi-rs
    ["peg$result", "peg$currPos"], // Peggy
    ["symbols_:", "terminals_:", "productions_:"], // Jison
    ["$protobuf.Reader", "$root"], // protobuf.js
    ["jspb.BinaryReader", "goog.exportSymbol"],
  ],
  rust: [
    ["::prost::Message", "#[prost("], // prost
    ["tonic::client::Grpc<", "tonic::codec::ProstCodec"], // tonic
    ["struct GeneratedVisitor;"], // pbjson
    ["__lalrpop_util", "__Symbol"], // LALRPOP
    ["__BindgenBitfieldUnit"], // bindgen
    ["fn bindgen_test_layout_"],
    ["_rt::", "__link_custom_section"], // wit-bindgen
  ],
  go: [
    ["yyParserImpl", "yyToknames"], // goyacc
    ["XXX_unrecognized", "ProtoMessage()"], // protobuf
  ],
  cpp: [
    ["TSLanguage", "ts_symbol_names"], // tree-sitter
    ["yy_create_buffer", "YY_FATAL_ERROR"], // flex
    ["yyRuleInfo", "yy_shift_ofst"], // Lemon
    ["asso_values", "MAX_HASH_VALUE"], // gperf
    ["_trans_keys", "_eof_trans"], // Ragel
    ["SWIG_TypeQuery", "swig_type_info"], // SWIG
    ["__Pyx_", "__pyx_"], // Cython
    ["qt_meta_stringdata_", "qt_static_metacall"], // moc
    ["ENVIRONMENT_IS_WORKER", "wasmMemory"],
  ],
};

/** Whether a file holds the names that a generator leaves. */
export function isWritten(text: string, language: Language): boolean {
  return LEFT[language].some((words) => words.every((word) => text.includes(word)));
}
