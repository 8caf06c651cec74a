/**
 * Pairs of makers whose packages say, in their own words or by their public history, that one holds code of the other,
 * that both hold code of a third, or that the same people wrote both: written down before the pairs were examined (those
 * of development makers after). They are no nulls.
 */
const pairs = (text: string): (readonly [string, string])[] =>
  text
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split("+") as [string, string]);

/** Development makers. */
const KNOWN: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // A fork of lib2to3 in each; the same contributors' two libraries.
  python: pairs("psf+google-yapf numpyro+pyro"),
  // path.go, under its first author's copyright.
  go: pairs("gin-gonic+julienschmidt"),
  typescript: pairs(
    "mishoo+terser markdown-it+jonschlinkert jdalton+jashkenas nodeca+eemeli moment+date-fns markdown-it+nodeca",
  ),
  rust: pairs(`geal+epage fdehau+ratatui dtolnay+eyre-rs tczajka+cmpute chronotope+time-rs seanmonstar+tokio-rs
    rust-lang+indexmap-rs burntsushi+fancy-regex`),
  cpp: pairs(`openssl+aws-lc openssl+ring aws-lc+ring google-leveldb+facebook-rocksdb lua+luajit sdl+signal11 sdl+libusb
    libgit2+zlib libgit2+pcre freetype+zlib raysan+glfw raysan+imgui edenhill+lz4 edenhill+facebook-zstd
    lz4+facebook-zstd facebook-rocksdb+facebook-zstd facebook-rocksdb+lz4 binomial+facebook-zstd
    google-sentencepiece+google-protobuf google-sentencepiece+esaxx ergo+zlib google-shaderc+khronos-cross`),
};

/** Makers who judged version 3. */
const JUDGED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // Parsers after commonmark.py and mistletoe; rply after PLY; one author's attrs, cattrs and structlog; python-jose after
  // PyJWT; HanLP with parts of AllenNLP; ruamel.yaml taken in by strictyaml and dynaconf (its maker stood here under
  // another name until the pairs had been examined).
  python: pairs(`miyuki+frostming readthedocs+frostming dabeaz+alex-gaynor tinche+python-attrs python-attrs+hynek
    jpadilla+mpdavis allenai+hankcs dynaconf+ruamel crdoconnor+ruamel dynaconf+crdoconnor`),
  // log15 and go-kit/log share their terminal package and authors; FPDF's port in both; text/template's lexer in both.
  go: pairs("inconshreveable+go-kit peterbourgon+go-kit jung-kurt+signintech cloudykit+aymerick"),
  // One author's csso and css-tree, p2 and cannon, typeorm and class-validator; curves taken in; Crockford's parser in both.
  typescript: pairs(
    `csstree+css schteppe+pmndrs typeorm+typestack paulmillr+openpgpjs selfrefactor+remeda json5+hjson`,
  ),
  // bevy_ecs began as a fork of hecs; both rasterisers after font-rs; rayon's deque became crossbeam's.
  rust: pairs("bevyengine+ralith mooman219+alexheretic crossbeam-rs+rayon-rs"),
  // Grisu2, Gay's dtoa, ref10 and donna, queue.h and tree.h, inet_ntop, ODE's solver in Bullet, JSON and MiniSat taken in,
  // one author's or one project's two libraries.
  cpp: pairs(`simdjson+nlohmann akheron+artifex log4cplus+catchorg wolfssl+libtom randombit+weidai libsndfile+erikd
    xiph+erikd xiph+libsndfile cairographics+pixman bulletphysics+ode libuv+c-ares libevent+libuv lehmann+libevent
    libssh+wolfssl makhorin+een osgeo+nlohmann geos+nlohmann osgeo+geos msteveb+redis`),
};

/** Judging makers, the first 273. */
const FRESH: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // One author began both.
  python: pairs("mozilla-circus+benoitc"),
  // Kubernetes' own code in Helm, Istio and containerd; Docker's in containerd; Vitess' parser in Dolt's server.
  go: pairs("kubernetes+helm kubernetes+istio kubernetes+containerd moby+containerd vitess+dolthub"),
  // hls.js says that its remuxer began as mux.js, which is video.js'.
  typescript: pairs("video-dev+videojs"),
  // Spencer's expressions; getaddrinfo of PostgreSQL and inet_ntop of ISC taken in; OpenBSD's queue.h and strlcpy; gnulib's
  // printf.
  cpp: pairs(`postgres+tcltk tridge+postgres isc+postgres isc+nlnetlabs tmux+nlnetlabs tmux+mkj gnome-glib+gstreamer
    tridge+squid isc+squid postgres+squid`),
};

/** Makers who joined them, against each other and against the first. */
const JOINED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // One laboratory's two; a copy of a part of a library for windows.
  go: pairs("ipfs+libp2p wailsapp+lxn"),
  // Babel's parser began as acorn; a bundle that holds uuid.
  typescript: pairs("babel+acornjs visjs+uuidjs"),
  // wasmer says that it holds Cranelift's code; candle credits dfdx; both libraries of curves after one pairing library.
  rust: pairs("bytecodealliance+wasmer huggingface+coreylowman arkworks+zcash"),
  // libpcap in nmap; x265 after x264; dosbox' chip in bochs; one author's two; zlib, png and jpeg in two, one of them and
  // irrXML in a third; Gay's dtoa; lookup3; queue.h and strlcpy of BSD.
  cpp: pairs(`nmap+libpcap x265+videolan-x264 bochs+dosbox tokyocabinet+kyotocabinet fltk+irrlicht assimp+irrlicht
    assimp+fltk jq+swi-prolog suricata+nlnetlabs suricata+tmux suricata+mkj suricata+tridge suricata+isc gpsd+tmux
    gpsd+mkj gpsd+nlnetlabs gpsd+suricata libpcap+postgres libpcap+isc libpcap+tridge libpcap+suricata libpcap+gpsd`),
};

/** Makers named for version 5 alone, against each other. */
const NEW: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // One author began both; one takes parts of the other; contributors in common.
  python: pairs("pyqtgraph+vispy pdm-project+python-poetry jupyter+nteract"),
  // billboard.js began as C3; Jimp bundles pngjs.
  typescript: pairs("masayuki+naver jimp-dev+pngjs"),
  // One author's parsers; one table of magic numbers after the other.
  go: pairs("bufbuild+jhump gabriel-vasile+h2non"),
  rust: [],
  // Almquist's shell and Korn's share parts of BSD; BSD's queue.h and strlcpy.
  cpp: pairs("dash+mksh dash+zsh trusteddomain+mksh"),
};

export const DOCUMENTED: Readonly<Record<string, readonly (readonly [string, string])[]>> = Object.fromEntries(
  Object.entries(KNOWN).map(([language, known]) => [
    language,
    [
      ...known,
      ...(JUDGED[language] ?? []),
      ...(FRESH[language] ?? []),
      ...(JOINED[language] ?? []),
      ...(NEW[language] ?? []),
    ],
  ]),
);
