/** The text that goes into every bundle: what is in the folder, how to check it, what that shows and what not. */
import type { Maker } from "./maker.js";

/**
 * @param signedBy the key's identifier, or null for an unsigned bundle
 * @param findings how many the bundle holds
 * @param maker the package that made it
 */
export function howToVerify(signedBy: string | null, findings: number, { name, version, digest }: Maker): string {
  const signature = signedBy
    ? `This bundle is signed by the Ed25519 key whose identifier (SHA-256 of the 32 raw
bytes of the public key) is

    ${signedBy}

signature.dsse.json is the signature: a DSSE envelope around an in-toto statement that
names the SHA-256 of tagmanifest-sha256.txt, and with it every other file. It shows that
the holder of that key signed these files. It does not show who that is: ask the signer
for the identifier by another way, and compare. Someone else can take the signature off
and write an unsigned bundle; that bundle then carries no one's word.`
    : `This bundle is not signed. Digests show that the files belong together as listed.
Someone who rewrites a file and then every list writes a new bundle whose digests hold
as well; only computing the finding again (below) catches that.`;
  const further =
    findings > 1
      ? `  data/findings/N/         each further finding of the same examination, N = 2 to ${findings}: its
                           finding.json, page.html, and validation.json and figures/ where
                           there are any
`
      : "";
  return `HOW TO VERIFY THIS FOLDER

What is here
  data/finding.json        the finding: what was asked, what came out, how strong it is
  data/page.html           the same finding as a page to read
  data/request.json        what was asked of which inputs, each named by its digest
  data/validation.json     the study behind the error rate, where there is one
  data/figures/            each figure (svg) with its numbers (csv), where there are any
${further}  manifest-sha256.txt      the SHA-256 of every file under data/
  tagmanifest-sha256.txt   the SHA-256 of the manifest and of the next two files
  bagit.txt, bag-info.txt  this folder is a BagIt bag (RFC 8493)

The program
This folder was made by ${name} ${version}. The digest of that package's built files is

    ${digest}

Take the packed package, ${name}-${version}.tgz, from whoever handed you this folder or from
someone you trust, and see that it is that one (on macOS: shasum -a 256 for sha256sum):
    tar xzf ${name}-${version}.tgz
    (cd package && find dist -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
Do not fetch it from a public registry by its name: anybody may publish under a name.
Install it in an empty folder (npm brings the libraries that it names):
    npm install ./${name}-${version}.tgz

Check it with the program (offline)
    npx --no-install ${name} verify FOLDER
It checks the digests, the form of the finding, that outcome and strength follow from
the finding's own tests and counts, that every word and figure of the page is what the
finding, the request and the study give, and the signature where there is one. Another
version checks all but the pages, where those read otherwise in it, and says so.

Check the digests by hand, inside the folder
    sha256sum -c tagmanifest-sha256.txt
    sha256sum -c manifest-sha256.txt
Both must report OK for every line, and data/ must hold no file that is not listed.
(On macOS: shasum -a 256 -c in place of sha256sum -c.)

Who wrote it
${signature}

Compute it again
    npx --no-install ${name} verify FOLDER --recompute --inputs DIR
With the inputs named in data/request.json, this examines them again and compares the
finding byte for byte. Nothing else shows that the finding is true to its inputs. By
hand no check reads the page: where page and finding differ, the finding counts.
`;
}
