/** A text as a QR code (ISO/IEC 18004), drawn in the page itself; the text stands beside it for whoever has no camera. */
import { raw } from "hono/html";
import { encode } from "uqr";

/** Modules of quiet on each side, as the standard asks. */
const QUIET = 4;
/** A side on paper; some 60 modules read well from there. */
const SIDE_MM = 35;

/** @param says what the code is for, as its name for who cannot see it */
export function QrCode({ text, says }: { text: string; says: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  const side = size + 2 * QUIET;
  return (
    <div class="app-qr">
      {raw(
        `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${says.replaceAll('"', "")}" viewBox="${-QUIET} ${-QUIET} ${side} ${side}" style="width:${SIDE_MM}mm;height:${SIDE_MM}mm;background:#fff" shape-rendering="crispEdges"><path d="${path}" fill="#000"/></svg>`,
      )}
      <p class="app-quiet app-digest">{text}</p>
    </div>
  );
}
