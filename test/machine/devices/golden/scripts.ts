/** Questions to devices: seeded walks through their registers, in the vocabulary that their drivers use. Time stands still. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Dialogue, in_, irq, type Line, out, read, write } from "./dialogue.ts";

const WALKS = 12;
const STEPS = 120;

type Random = (most: number) => number;
type Step = (random: Random) => Line[];

function walk(device: Dialogue["device"], seed: number, steps: readonly Step[]): Dialogue {
  const generator = xoroshiro128plus(seed);
  const random = (most: number) => uniformInt(generator, 0, most - 1);
  const lines: Line[] = [];
  while (lines.length < STEPS) lines.push(...(steps[random(steps.length)] as Step)(random));
  return { device, lines };
}

const pick = (random: Random, values: readonly number[]) => values[random(values.length)] as number;

function pic(): readonly Step[] {
  const lines = new Array<number>(16).fill(0);
  const ports = [0x20, 0xa0];
  const toggle: Step = (random) => {
    const n = pick(random, [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    lines[n] = 1 - (lines[n] as number);
    return [irq(n, lines[n] as number)];
  };
  const look: Step = (random) => {
    const port = pick(random, ports);
    return [out(port, 0x0a), in_(port), out(port, 0x0b), in_(port), in_(port + 1)];
  };
  return [
    ...[toggle, toggle, toggle, look, look],
    (random) => {
      const port = pick(random, ports);
      const [cascade, vector] = port === 0x20 ? [4, 0x20] : [2, 0x28];
      const icw4 = 1 | pick(random, [0, 2, 0x10, 0x12]);
      return [out(port, 0x11), out(port + 1, vector), out(port + 1, cascade), out(port + 1, icw4)];
    },
    (random) => [out(pick(random, ports) + 1, random(256))],
    (random) => [out(pick(random, ports), 0x20 | (random(2) << 7))],
    (random) => [out(pick(random, ports), pick(random, [0x60, 0xc0, 0xe0]) | random(8))],
    (random) => [out(pick(random, ports), pick(random, [0x00, 0x80, 0x48, 0x68]))],
    (random) => {
      const port = pick(random, ports);
      return [out(port, 0x0c), in_(port)];
    },
    (random) => {
      const port = 0x4d0 + random(2);
      return [out(port, random(256)), in_(port)];
    },
  ];
}

/**
 * Counts are loaded and read back through all access modes and latches. Outputs and null counts need time to go on; modes 1 and 5 need
 * a trigger to load their count, and QEMU does not wait for it.
 */
function pit(): readonly Step[] {
  const load: Step = (random) => {
    const [counter, access, mode] = [pick(random, [0, 2]), 1 + random(3), pick(random, [0, 2, 3, 4])];
    const bytes = access === 3 ? [random(256), random(256)] : [random(256)];
    // An odd count of mode 3 starts with an even element: not in QEMU.
    if (mode === 3) bytes[0] = (bytes[0] as number) & ~1;
    return [
      out(0x43, (counter << 6) | (access << 4) | (mode << 1)),
      ...bytes.map((byte) => out(0x40 + counter, byte)),
      out(0x43, counter << 6),
      ...bytes.map(() => in_(0x40 + counter)),
    ];
  };
  return [load];
}

function rtc(): readonly Step[] {
  const readAll: Step = () => [0, 2, 4, 6, 7, 8, 9, 0x32].flatMap((index) => [out(0x70, index), in_(0x71)]);
  const set = (index: number, value: number) => [out(0x70, index), out(0x71, value)];
  const look: Step = (random) => [out(0x70, pick(random, [1, 3, 5, 0x0a, 0x0b, 0x0c, 0x0d])), in_(0x71)];
  return [
    ...[readAll, look, look],
    (random) => {
      const date: [number, number][] = [
        ...[
          [0, random(60)],
          [2, random(60)],
          [4, random(24)],
        ],
        ...[
          [7, 1 + random(28)],
          [8, 1 + random(12)],
          [9, random(100)],
          [0x32, 20],
        ],
      ] as [number, number][];
      const fields = date.flatMap(([index, value]) => set(index, value));
      return [...set(0x0b, 0x86), ...fields, ...set(0x0b, 0x06)];
    },
    // The format changes while the clock is set: the digits stay, as the datasheet says they must be written again.
    (random) => set(0x0b, pick(random, [0x00, 0x02, 0x04, 0x06])),
    (random) => set(pick(random, [1, 3, 5]), pick(random, [0x00, 0x12, 0xc0, 0xff])),
    (random) => {
      const index = 0x40 + random(16);
      return [...set(index, random(256)), out(0x70, index), in_(0x71)];
    },
    (random) => [...set(0x0a, pick(random, [0x20, 0x26, 0x2f])), out(0x70, 0x0a), in_(0x71)],
  ];
}

function uart(): readonly Step[] {
  const base = 0x3f8;
  const look: Step = () => [2, 5, 6, 1, 3, 4].map((register) => in_(base + register));
  return [
    ...[look, look],
    // Without the modem interrupt: QEMU's modem lines do not change in loopback.
    (random) => [out(base + 1, random(8)), in_(base + 2)],
    (random) => [out(base + 4, 0x10 | random(16)), in_(base + 6)],
    (random) => [out(base + 2, pick(random, [0x00, 0x01, 0x07, 0x41, 0x87, 0xc1]))],
    (random) => Array.from({ length: 1 + random(6) }, () => out(base, random(256))),
    (random) => Array.from({ length: 1 + random(4) }, () => in_(base)),
    (random) => [out(base + 3, 0x83), out(base, random(256)), in_(base), in_(base + 1), out(base + 3, 3)],
    (random) => [out(base + 7, random(256)), in_(base + 7)],
  ];
}

function ioapic(): readonly Step[] {
  const base = 0xfec00000;
  const lines = new Array<number>(24).fill(0);
  const select = (index: number) => write(base, index);
  const look: Step = (random) =>
    [0, 1].flatMap((half) => [select(0x10 + 2 * random(24) + half), read(base + 0x10)]);
  return [
    ...[look, look],
    (random) => [select(pick(random, [0, 1, 2])), read(base + 0x10), read(base)],
    // Only of pins that are low: QEMU does not look at the line when an entry becomes level-triggered.
    (random) => {
      const pin = lines.indexOf(0, random(20));
      const low = (0x20 + random(0xd0)) | pick(random, [0, 0x8000, 0x10000, 0x18000, 0xa000, 0x900]);
      return [
        ...[select(0x11 + 2 * pin), write(base + 0x10, random(256) * 2 ** 24)],
        ...[select(0x10 + 2 * pin), write(base + 0x10, low), read(base + 0x10)],
      ];
    },
    (random) => {
      const pin = pick(random, [1, 3, 4, 8, 16, 23]);
      lines[pin] = 1 - (lines[pin] as number);
      return [irq(pin, lines[pin] as number), select(0x10 + 2 * pin), read(base + 0x10)];
    },
    (random) => [write(base + 0x40, 0x20 + random(0xd0))],
    (random) => [select(0), write(base + 0x10, random(256) * 2 ** 24), read(base + 0x10)],
  ];
}

/** A new vocabulary for each walk: interrupt lines start low. */
const VOCABULARIES = { pic, pit, rtc, uart, ioapic };

export function scripts(): Dialogue[] {
  return Object.entries(VOCABULARIES).flatMap(([device, vocabulary]) =>
    Array.from({ length: WALKS }, (_, seed) => walk(device as Dialogue["device"], seed + 1, vocabulary())),
  );
}
