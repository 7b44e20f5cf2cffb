/** What is said to the board: seeded walks in the vocabulary of drivers, each a list of lines (dialogue.ts). */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const STEPS = 60;
/** Sectors of the first and the second disk. */
export const DISKS = [4000, 70_000] as const;

type Random = (most: number) => number;
type Step = (random: Random) => string[];

const hex = (value: number) => value.toString(16);
const pick = <T>(random: Random, values: readonly T[]) => values[random(values.length)] as T;

function ide(): Step[] {
  const base = 0x1f0;
  const out = (register: number, value: number) => `outb ${hex(base + register)} ${hex(value & 0xff)}`;
  const in_ = (register: number) => `inb ${hex(base + register)}`;
  const look = [`inb 3f6`, ...[1, 2, 3, 4, 5, 6, 7].map(in_)];
  const command = (code: number) => [out(7, code), `ready ${hex(base + 7)}`];
  const address = (random: Random, drive: number, lba: boolean) => {
    const sector = random((DISKS[drive] as number) - 20);
    const device = 0xa0 | (drive << 4);
    if (lba)
      return [
        out(3, sector),
        out(4, sector >> 8),
        out(5, sector >> 16),
        out(6, device | 0x40 | (sector >> 24)),
      ];
    const track = Math.floor(sector / 63);
    const cylinder = Math.floor(track / 16);
    return [
      out(3, (sector % 63) + 1),
      out(4, cylinder),
      out(5, cylinder >> 8),
      out(6, device | (track % 16)),
    ];
  };
  /** A 48-bit command's registers: the high bytes first. */
  const extended = (random: Random, drive: number, count: number) => {
    const sector = random((DISKS[drive] as number) - 20);
    return [
      ...[out(6, 0xe0 | (drive << 4)), out(2, 0), out(3, 0), out(4, 0), out(5, 0)],
      ...[out(2, count), out(3, sector), out(4, sector >> 8), out(5, sector >> 16)],
    ];
  };
  const blocks = (count: number, write: boolean, seed: number) =>
    Array.from({ length: count }, (_, i) => [
      write ? `outsw 1f0 100 ${hex(seed + i)}` : "insw 1f0 100",
      `ready ${hex(base + 7)}`,
      `inb 3f6`,
    ]).flat();
  const move = (random: Random, codes: readonly number[], write: boolean, lba48: boolean): string[] => {
    const drive = random(2);
    const count = 1 + random(4);
    const place = lba48
      ? extended(random, drive, count)
      : [...address(random, drive, random(3) > 0), out(2, count)];
    const seed = random(1000);
    return [...place, ...command(pick(random, codes)), ...blocks(count, write, seed), ...look];
  };
  const simple =
    (codes: readonly number[]): Step =>
    (random) => [out(6, 0xe0 | (random(2) << 4)), ...command(pick(random, codes)), ...look];
  const features: [number, number][] = [
    [2, 0],
    [0x82, 0],
    [0xaa, 0],
    [0x55, 0],
    [3, 0x0c],
    [3, 0x22],
    [3, 0x44],
    [3, 0x77],
    [0x99, 0],
  ];
  return [
    (random) => move(random, [0x20, 0x21], false, false),
    (random) => move(random, [0x30, 0x31], true, false),
    (random) => move(random, [0x24], false, true),
    (random) => move(random, [0x34], true, true),
    simple([0x10, 0x70, 0xe0, 0xe1, 0xe5, 0xe7, 0xea]),
    simple([0x00, 0x08, 0x22, 0xa1, 0xb0, 0xfe]),
    // Not with 0 sectors a track: QEMU would divide by it.
    (random) => [out(2, 63), out(6, 0xaf | (random(2) << 4)), ...command(0x91), ...look],
    (random) => [out(6, 0xa0 | (random(2) << 4)), ...command(0xec), "skipw 1f0 100", in_(7)],
    (random) => [
      out(6, 0xe0 | (random(2) << 4)),
      out(2, pick(random, [0, 1, 3, 8, 16, 32])),
      ...command(0xc6),
      ...look,
    ],
    (random) => {
      const [feature, count] = pick(random, features);
      return [out(6, 0xa0 | (random(2) << 4)), out(1, feature), out(2, count), ...command(0xef), ...look];
    },
    (random) => [
      out(6, 0xe0 | (random(2) << 4)),
      ...command(pick(random, [0xf8, 0x27])),
      ...look,
      "outb 3f6 80",
      ...look.slice(2),
      "outb 3f6 0",
    ],
    () => ["outb 3f6 4", "outb 3f6 0", `ready ${hex(base + 7)}`, ...look, out(6, 0xb0), ...look],
    (random) => [...[1, 2, 3, 4, 5].map((register) => out(register, random(256))), ...look],
  ];
}

/** Configuration space of the four functions that we share with QEMU's PC, as far as the two agree by design. */
function pci(): Step[] {
  const select = (device: number, fn: number, register: number) =>
    `outl cf8 ${hex((0x80000000 | (device << 11) | (fn << 8) | register) >>> 0)}`;
  const places: [number, number][] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [9, 0],
    [31, 7],
  ];
  const fixed = [0x00, 0x08, 0x0c, 0x2c];
  return [
    (random) => [select(...pick(random, places), pick(random, fixed)), "inl cfc"],
    (random) => [select(...pick(random, places), pick(random, fixed)), `inb ${hex(0xcfc + random(4))}`],
    (random) => [select(...pick(random, places), pick(random, fixed)), `inw ${hex(0xcfc + 2 * random(2))}`],
    (random) => [
      select(1, 0, 0x60),
      `outb ${hex(0xcfc + random(4))} ${hex(pick(random, [10, 11, 0x80, 5]))}`,
      "inl cfc",
    ],
    () => [select(1, 1, 0x20), "outl cfc ffffffff", "inl cfc"],
    (random) => [select(1, 1, 0x20), `outl cfc ${hex(0xc000 + 16 * random(64))}`, "inl cfc"],
    (random) => [select(1, 1, 0x04), `outw cfc ${hex(pick(random, [0, 1, 5]))}`, "inw cfc"],
    () => ["inl cf8", select(1, 1, 0x3c), "inl cfc"],
    () => ["outl cf8 0", "inl cfc", "inl cf8", "inb cfc", "inw cfe"],
    () => [select(3, 0, 0), "inl cfc", "outl cf8 80010000", "inl cfc"],
  ];
}

function i8042(): Step[] {
  const look = ["inb 64"];
  const drain = ["inb 60", "inb 64"];
  return [
    () => look,
    () => drain,
    (random) => [
      "outb 64 60",
      `outb 60 ${hex(pick(random, [0x00, 0x03, 0x47, 0x61, 0x65, 0x45]))}`,
      "outb 64 20",
      "inb 64",
      "inb 60",
      "inb 64",
    ],
    (random) => [`outb 64 ${hex(pick(random, [0xaa, 0xa9, 0xab, 0xc0, 0xd0]))}`, "inb 64", ...drain],
    (random) => [`outb 64 ${hex(pick(random, [0xa7, 0xa8, 0xad, 0xae]))}`, "inb 64"],
    (random) => [
      `outb 64 ${hex(pick(random, [0xd2, 0xd3]))}`,
      `outb 60 ${hex(random(256))}`,
      "inb 64",
      ...drain,
    ],
    () => ["outb 64 60", "outb 60 5", "outb 60 f2", "inb 64", ...drain, ...drain, ...drain],
    () => ["outb 64 60", "outb 60 45", "outb 60 f2", "inb 64", ...drain, ...drain, ...drain],
    (random) => ["outb 60 ed", ...drain, `outb 60 ${hex(random(8))}`, ...drain],
    () => ["outb 60 f0", ...drain, "outb 60 0", ...drain, ...drain],
    () => [
      "outb 60 ee",
      ...drain,
      "outb 60 f5",
      ...drain,
      "outb 60 f4",
      ...drain,
      "outb 60 ff",
      ...drain,
      ...drain,
    ],
    () => [
      "outb 64 d1",
      "outb 60 3",
      "outb 64 d0",
      ...drain,
      "outb 64 dd",
      "outb 64 d0",
      ...drain,
      "outb 64 df",
      "outb 64 d0",
      ...drain,
    ],
  ];
}

function fwCfg(): Step[] {
  const read = (item: number, count: number) => [
    `outw 510 ${hex(item)}`,
    ...Array.from({ length: count }, () => "inb 511"),
  ];
  return [
    () => read(0, 6),
    () => read(1, 6),
    () => read(3, 10),
    () => read(5, 4),
    () => read(0x0f, 4),
    () => read(0x10, 4),
    (random) => read(0x7000 + random(16), 3),
    () => ["inl 514", "inl 518"],
    // Selects item 0 and reads four bytes to 2000h; skips two and reads two more.
    () => [
      ...[
        "writel 1000 0a000000",
        "writel 1004 04000000",
        "writel 1008 0",
        "writel 100c 00200000",
        "writel 2000 0",
      ],
      ...["outl 518 00100000", "readl 1000", "readl 2000"],
    ],
    () => [
      ...[
        "outw 510 0",
        "inb 511",
        "writel 1000 04000000",
        "writel 1004 01000000",
        "outl 518 00100000",
        "readl 1000",
        "inb 511",
      ],
    ],
  ];
}

function vga(): Step[] {
  const file =
    (port: number, most: number): Step =>
    (random) => {
      const index = random(most);
      return [
        `outb ${hex(port)} ${hex(index)}`,
        `outb ${hex(port + 1)} ${hex(random(256))}`,
        `inb ${hex(port)}`,
        `inb ${hex(port + 1)}`,
      ];
    };
  return [
    (random) => {
      const index = pick(random, [0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f]);
      return ["outb 3c2 67", `outb 3d4 ${hex(index)}`, `outb 3d5 ${hex(random(256))}`, "inb 3d4", "inb 3d5"];
    },
    () => [
      "outb 3c2 67",
      "inb 3da",
      "outb 3c0 10",
      "outb 3c0 c",
      "outb 3c2 67",
      "inb 3da",
      "outb 3c0 10",
      "inb 3c1",
      "inb 3da",
    ],
    () => ["outb 3c2 67", "inb 3cc"],
    (random) => [
      "outb 3c8 5",
      `outb 3c9 ${hex(random(64))}`,
      `outb 3c9 ${hex(random(64))}`,
      "outb 3c9 7",
      "outb 3c7 5",
      "inb 3c9",
      "inb 3c9",
      "inb 3c9",
    ],
    file(0x3ce, 3),
  ];
}

const VOCABULARIES = { ide, pci, i8042, fwCfg, vga };
export type Device = keyof typeof VOCABULARIES;
export const DEVICES = Object.keys(VOCABULARIES) as Device[];

/** The lines of one walk. */
export function script(device: Device, seed: number): string[] {
  const generator = xoroshiro128plus(seed);
  const random = (most: number) => uniformInt(generator, 0, most - 1);
  const steps = VOCABULARIES[device]();
  return Array.from({ length: STEPS }, () => pick(random, steps)(random)).flat();
}

/** A disk's image: every word tells its place. */
export function image(disk: 0 | 1): Uint8Array {
  const words = new Uint16Array(DISKS[disk] * 256);
  for (let i = 0; i < words.length; i++) words[i] = (i * 2654435761 + disk) >>> 12;
  return new Uint8Array(words.buffer);
}
