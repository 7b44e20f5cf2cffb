/** ACPI machine language, as much as our DSDT needs (ACPI 6.5, chapter 20). */
import { ascii, concat, u8, u16, u32 } from "./table-bytes.ts";

const NAME = 0x08;
const SCOPE = 0x10;
const BUFFER = 0x11;
const PACKAGE = 0x12;
const DEVICE = [0x5b, 0x82];
const METHOD = 0x14;
const OPERATION_REGION = [0x5b, 0x80];
const FIELD = [0x5b, 0x81];
const SYSTEM_IO = 1;
/** Of a field: accessed by the dword, no lock, and zeroes are written beside it. */
const DWORDS = 0x43;
const SERIALIZED = 8;
const STORE = 0x70;
const AND = 0x7b;
const NOTIFY = 0x86;
const IF = 0xa0;
/** Local variables. */
export const LOCAL0 = Uint8Array.of(0x60);
export const LOCAL1 = Uint8Array.of(0x61);

/** 0 and 1 have opcodes of their own; others get the prefix of their size. */
export function integer(value: number): Uint8Array {
  if (value === 0 || value === 1) return u8(value);
  if (value < 0x100) return u8(0x0a, value);
  return value < 0x10000 ? concat(u8(0x0b), u16(value)) : concat(u8(0x0c), u32(value));
}

/** `name` has four characters, with underscores at its end. */
export function name(name: string, value: Uint8Array): Uint8Array {
  return concat(u8(NAME), ascii(name), value);
}

/** A scope of the root: `\name`. */
export function scope(name: string, ...terms: Uint8Array[]): Uint8Array {
  return concat(u8(SCOPE), sized(concat(ascii(`\\${name}`), ...terms)));
}

export function device(name: string, ...terms: Uint8Array[]): Uint8Array {
  return concat(u8(...DEVICE), sized(concat(ascii(name), ...terms)));
}

/** `args`: how many, 0 … 7. */
export function method(name: string, args: number, ...terms: Uint8Array[]): Uint8Array {
  return concat(u8(METHOD), sized(concat(ascii(name), u8(args | SERIALIZED), ...terms)));
}

/** Ports, and names for its dwords in their order. */
export function portFields(
  name: string,
  first: number,
  bytes: number,
  ...fields: readonly string[]
): Uint8Array {
  const region = concat(u8(...OPERATION_REGION), ascii(name), u8(SYSTEM_IO), integer(first), integer(bytes));
  const units = fields.map((field) => concat(ascii(field), u8(32)));
  return concat(region, u8(...FIELD), sized(concat(ascii(name), u8(DWORDS), ...units)));
}

/** Where a name is from the root: \_SB_.PCI0.PCNT. */
export function path(...names: readonly [string, string, ...string[]]): Uint8Array {
  return concat(u8(0x5c, 0x2f, names.length), ...names.map(ascii));
}

export function store(from: Uint8Array, to: Uint8Array): Uint8Array {
  return concat(u8(STORE), from, to);
}

/** What follows if a bit is set. */
export function ifBit(value: Uint8Array, bit: number, ...terms: Uint8Array[]): Uint8Array {
  const predicate = concat(u8(AND), value, integer((1 << bit) >>> 0), u8(0));
  return concat(u8(IF), sized(concat(predicate, ...terms)));
}

export function notify(name: string, value: number): Uint8Array {
  return concat(u8(NOTIFY), ascii(name), integer(value));
}

export function packageOf(...elements: Uint8Array[]): Uint8Array {
  return concat(u8(PACKAGE), sized(concat(u8(elements.length), ...elements)));
}

export function buffer(bytes: Uint8Array): Uint8Array {
  return concat(u8(BUFFER), sized(concat(integer(bytes.length), bytes)));
}

/** A plug-and-play identifier, "PNP0A03": three letters of 5 bits and a number, big-endian (6.1.5). */
export function eisaId(id: string): Uint8Array {
  const [a, b, c] = [0, 1, 2].map((i) => id.charCodeAt(i) & 31) as [number, number, number];
  const number = Number.parseInt(id.slice(3), 16);
  const value = (a << 26) | (b << 21) | (c << 16) | number;
  return concat(u8(0x0c), u8(value >>> 24, value >>> 16, value >>> 8, value));
}

/** A package length counts itself: 1 byte up to 63, otherwise bits 6, 7 say how many bytes follow (20.2.4). */
function sized(bytes: Uint8Array): Uint8Array {
  if (bytes.length + 1 < 64) return concat(u8(bytes.length + 1), bytes);
  for (let more = 1; ; more++) {
    const length = bytes.length + 1 + more;
    if (length >= 2 ** (4 + 8 * more)) continue;
    const rest = Array.from({ length: more }, (_, i) => (length >>> (4 + 8 * i)) & 0xff);
    return concat(u8((more << 6) | (length & 15), ...rest), bytes);
  }
}
