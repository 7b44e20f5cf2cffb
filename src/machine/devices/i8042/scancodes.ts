/**
 * What the keys of a US keyboard send in scan code set 2 (IBM PS/2 Technical Reference, "Keyboards", set 2), and how the
 * controller turns set 2 into set 1 on the way to the host.
 */

/** The keys of one row: unshifted characters, shifted ones, and the codes of their keys. */
const ROWS: readonly (readonly [string, string, readonly number[]])[] = [
  [
    "`1234567890-=",
    "~!@#$%^&*()_+",
    [0x0e, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55],
  ],
  [
    "qwertyuiop[]\\",
    "QWERTYUIOP{}|",
    [0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5d],
  ],
  ["asdfghjkl;'", 'ASDFGHJKL:"', [0x1c, 0x1b, 0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52]],
  ["zxcvbnm,./", "ZXCVBNM<>?", [0x1a, 0x22, 0x21, 0x2a, 0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a]],
  [" \n\b\t\x1b", "", [0x29, 0x5a, 0x66, 0x0d, 0x76]],
];
const LEFT_SHIFT = 0x12;
const LEFT_CONTROL = 0x14;
const RELEASE = 0xf0;

interface Key {
  code: number;
  held: readonly number[];
}

const KEYS = new Map<string, Key>();
for (const [plain, shifted, codes] of ROWS)
  for (const [i, code] of codes.entries()) {
    KEYS.set(plain[i] as string, { code, held: [] });
    if (shifted[i]) KEYS.set(shifted[i], { code, held: [LEFT_SHIFT] });
  }
// Control with a letter, as terminals send it, where no key of its own does.
for (let letter = 1; letter <= 26; letter++) {
  const control = String.fromCharCode(letter);
  const { code } = KEYS.get(String.fromCharCode(letter + 0x60)) as Key;
  if (!KEYS.has(control)) KEYS.set(control, { code, held: [LEFT_CONTROL] });
}
KEYS.set("\r", KEYS.get("\n") as Key);
KEYS.set("\x7f", KEYS.get("\b") as Key);

/** Set 2 codes of pressing and releasing what types a character; undefined when no key does. */
export function keystroke(character: string): readonly number[] | undefined {
  const key = KEYS.get(character);
  if (!key) return undefined;
  const released = [...key.held].reverse().flatMap((code) => [RELEASE, code]);
  return [...key.held, key.code, RELEASE, key.code, ...released];
}

/** Set 2 → set 1 of the codes below 80h (the controller's ROM); F7's 83h and Alt-SysRq's 84h stand apart. */
const TRANSLATION = Uint8Array.from(
  (
    "ff 43 41 3f 3d 3b 3c 58 64 44 42 40 3e 0f 29 59 65 38 2a 70 1d 10 02 5a 66 71 2c 1f 1e 11 03 5b " +
    "67 2e 2d 20 12 05 04 5c 68 39 2f 21 14 13 06 5d 69 31 30 23 22 15 07 5e 6a 72 32 24 16 08 09 5f " +
    "6b 33 25 17 18 0b 0a 60 6c 34 35 26 27 19 0c 61 6d 73 28 74 1a 0d 62 6e 3a 36 1c 1b 75 2b 63 76 " +
    "55 56 77 78 79 7a 0e 7b 7c 4f 7d 4b 47 7e 7f 6f 52 53 50 4c 4d 48 01 45 57 4e 51 4a 37 49 46 54"
  )
    .split(" ")
    .map((code) => Number.parseInt(code, 16)),
);

/** Turns a stream of set 2 into set 1: F0 is swallowed and becomes bit 7 of the next code. */
export class Translator {
  released = false;

  /** The byte for the host, or undefined when there is none yet. */
  translate(code: number): number | undefined {
    if (code === RELEASE) {
      this.released = true;
      return undefined;
    }
    const release = this.released ? 0x80 : 0;
    this.released = false;
    if (code < 0x80) return (TRANSLATION[code] as number) | release;
    if (code === 0x83) return 0x41 | release;
    if (code === 0x84) return 0x54 | release;
    return code;
  }
}
