/**
 * Pairs of makers whose packages say, in their own words or by their public history, that one holds code of the other or
 * both hold code of a third: written down before the pairs were examined. They are no nulls.
 */
export const DOCUMENTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  python: [],
  go: [],
  typescript: [
    ["mishoo", "terser"],
    ["markdown-it", "jonschlinkert"],
    ["jdalton", "jashkenas"],
    ["nodeca", "eemeli"],
    ["moment", "date-fns"],
  ],
  rust: [
    ["geal", "epage"],
    ["fdehau", "ratatui"],
    ["dtolnay", "eyre-rs"],
    ["tczajka", "cmpute"],
    ["chronotope", "time-rs"],
    ["seanmonstar", "tokio-rs"],
    ["rust-lang", "indexmap-rs"],
    ["burntsushi", "fancy-regex"],
  ],
  cpp: [
    ["openssl", "aws-lc"],
    ["openssl", "ring"],
    ["aws-lc", "ring"],
    ["google-leveldb", "facebook-rocksdb"],
    ["lua", "luajit"],
    ["sdl", "signal11"],
    ["sdl", "libusb"],
    ["libgit2", "zlib"],
    ["libgit2", "pcre"],
    ["freetype", "zlib"],
    ["raysan", "glfw"],
    ["raysan", "imgui"],
    ["edenhill", "lz4"],
    ["edenhill", "facebook-zstd"],
    ["lz4", "facebook-zstd"],
    ["facebook-rocksdb", "facebook-zstd"],
    ["facebook-rocksdb", "lz4"],
    ["binomial", "facebook-zstd"],
    ["google-sentencepiece", "google-protobuf"],
    ["google-sentencepiece", "esaxx"],
    ["ergo", "zlib"],
    ["google-shaderc", "khronos-cross"],
  ],
};
