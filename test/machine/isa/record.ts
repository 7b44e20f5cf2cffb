/** Records nasm's encodings: npx vitest run test/machine/isa/encode.test.ts with RINGLAB_RECORD=1 calls this. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import { type Bits, forms } from "./forms.ts";
import { byNasm } from "./nasm.ts";
import { type Encoding, RECORD, serialize } from "./recorded.ts";

export function encodingsNow(): Encoding[] {
  return ([16, 32, 64] as Bits[]).flatMap((bits) => {
    const lines = forms(bits);
    const found = byNasm(lines, bits);
    return lines.map((text, i) => ({ bits, hex: found[i], text }));
  });
}

export function record(): void {
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, gzipSync(serialize(encodingsNow()), { level: 9 }));
}
