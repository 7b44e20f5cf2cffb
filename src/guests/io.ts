/** The image that drives one device with requests that a few numbers describe (io/io.asm says how), and what it must print. */
import { diskDword } from "./disk-data.ts";
import { GuestError } from "./guest-error.ts";
import { checkWhole, type IoGuest, ioImage } from "./io-image.ts";

const SLOTS = 64;
const LARGEST = 128;
const MOST = 1_000_000;
const GOLDEN = 0x9e3779b1;

export const IO_DRIVERS = ["ide", "ide-dma", "virtio-blk", "xen-blkfront"] as const;
export const IO_INTERRUPTS = ["intx", "msix"] as const;
export const IO_WAITS = ["halt", "spin"] as const;
export const IO_OPERATIONS = ["read", "write", "verify"] as const;

export interface IoOptions {
  /** "ide": the master of the second IDE channel, by programmed I/O; "ide-dma": by the bus master. "virtio-blk": the first such PCI card. "xen-blkfront": a domain of Xen's, and its first virtual block device. */
  readonly driver: (typeof IO_DRIVERS)[number];
  /** "msix": the device's queue interrupts by a message to the local APIC; virtio only. "intx" unless given. */
  readonly interrupts?: (typeof IO_INTERRUPTS)[number];
  /** "verify" writes everything, then reads it. */
  readonly operation: (typeof IO_OPERATIONS)[number];
  /** Sectors of 512 bytes of each request, 1 … 128. 8 unless given. */
  readonly size?: number;
  /** Requests outstanding at most, 1 … 64. 1 unless given. */
  readonly depth?: number;
  /** Requests submitted before the device is told, 1 … depth. 1 unless given. */
  readonly batch?: number;
  /** Requests, 100 unless given. */
  readonly count?: number;
  /** Of the order of places; 0: one behind the other. 0 unless given. */
  readonly seed?: number;
  /** Sectors of the data disk that are used. 2048 unless given. */
  readonly sectors?: number;
  /** What the guest does with nothing to do: HLT, or look again with interrupts on, as a processor with other work. "halt" unless given. */
  readonly wait?: (typeof IO_WAITS)[number];
  /** The processor makes and hashes all data between the marks; true unless given. */
  readonly touch?: boolean;
}

/** What the guest writes to the exit port → what it means. */
export const IO_EXITS: Readonly<Record<number, string>> = {
  0: "all requests were done",
  1: "the device is absent, or cannot do what the driver needs",
  2: "the device reported an error for a request",
  3: "what was read is not what was written",
  4: "an exception that nobody expected",
};

const DEFAULTS = {
  interrupts: "intx" as const,
  wait: "halt" as const,
  size: 8,
  depth: 1,
  batch: 1,
  count: 100,
  seed: 0,
  sectors: 2048,
  touch: true,
};

function checked(options: IoOptions) {
  const all = { ...DEFAULTS, ...options };
  checkWhole(all, {
    size: [1, LARGEST],
    depth: [1, SLOTS],
    batch: [1, all.depth],
    count: [1, MOST],
    seed: [0, 0xffffffff],
    sectors: [all.size, 0xfffffff],
  });
  for (const [name, value, known] of [
    ["driver", all.driver, IO_DRIVERS],
    ["operation", all.operation, IO_OPERATIONS],
    ["interrupts", all.interrupts, IO_INTERRUPTS],
    ["wait", all.wait, IO_WAITS],
  ] as const)
    if (!(known as readonly string[]).includes(value))
      throw new GuestError(`there is no ${name} "${value}"; there are ${known.join(", ")}`);
  if (all.driver !== "virtio-blk" && all.interrupts === "msix")
    throw new GuestError(`${all.driver} has no messages: interrupts "msix" needs driver "virtio-blk"`);
  return { ...all, places: Math.floor(all.sectors / all.size) };
}

/** Builds the boot disk. Throws a GuestError that says which option is wrong and what is allowed. */
export function buildIoGuest(options: IoOptions): IoGuest {
  const { driver, interrupts, operation, size, depth, batch, count, seed, touch, places, wait } =
    checked(options);
  const defines = {
    ...(driver === "ide-dma" && { IDE_DMA: 1 }),
    ...(driver === "virtio-blk" && { DRIVER_VIRTIO_BLK: 1 }),
    ...(driver === "xen-blkfront" && { PLATFORM_XEN: 1 }),
    ...(interrupts === "msix" && { INTERRUPTS_MSIX: 1 }),
  };
  return ioImage("io.asm", defines, {
    param_operation: [IO_OPERATIONS.indexOf(operation)],
    param_size: [size],
    param_depth: [depth],
    param_batch: [batch],
    param_count: [count],
    param_seed: [seed],
    param_places: [places],
    param_spin: [wait === "spin" ? 1 : 0],
    param_touch: [touch ? 1 : 0],
  });
}

/** A data disk: dword n is diskDword(n). */
export function ioDisk(sectors = DEFAULTS.sectors): Uint8Array {
  const words = Uint32Array.from({ length: 128 * sectors }, (_, n) => diskDword(n));
  return new Uint8Array(words.buffer);
}

/** What the machine prints when all goes well, the data disk being ioDisk(); the same for every driver, depth and batch. */
export function expectedIo(options: IoOptions): string {
  const { operation, size, count, seed, touch, places } = checked(options);
  let hash = 0;
  for (let i = 0; touch && i < count; i++) {
    const at = seed === 0 ? i : Math.imul(i + seed, GOLDEN) >>> 7;
    const first = (at % places) * size * 128;
    let one = i ^ 0x811c9dc5;
    for (let n = first; n < first + size * 128; n++) {
      const word = operation === "read" ? diskDword(n) : ~diskDword(n);
      one = Math.imul(one ^ word, 0x01000193);
    }
    hash = (hash + one) >>> 0;
  }
  return `ringlab io\nok hash=${hash.toString(16).padStart(8, "0")}\n`;
}
