/** What lab 12 measures: split drivers whose grants, events and back-end rings run on the component. */
import type { MonitorPrices } from "../../src/machine/cost.ts";
import { HASWELL } from "../../src/machine/profiles/haswell.ts";
import { XEN } from "../../src/machine/profiles/monitors/xen.ts";
import {
  netPath,
  PAGE_ACCESS,
  type PageAccess,
  type PathStep,
  SPLIT,
  SplitDisk,
  type SplitDiskPlan,
  type SplitPolicy,
} from "../../src/systems/io/xen.ts";
import type { SplitDrivers } from "./component.ts";

export const DEPTHS = [1, 2, 4, 8, 16, 32] as const;
export const SIZES = [512, 2048, 4096, 8192, 16_384, 32_768, 45_056] as const;
const COUNT = 64;
const SLOW = 5000;
const WORDS = 32;

/** Lines that are not in a cache when they are copied. */
export const FAR: MonitorPrices = { ...XEN, work: { ...XEN.work, copyLine: 3 * XEN.work.copyLine } };

/** The component in the simulator, where words that are none would be somebody else's memory. */
const placed = (component: SplitDrivers): SplitPolicy => ({
  pin: (...given) => component.pin(...given),
  unpin: (...given) => component.unpin(...given),
  take: (...given) => component.take(...given),
  push: (...given) => component.push(...given),
  deliver(channel, cause, words) {
    const isWord = (field: string, word: number) =>
      Number.isInteger(word) && word >= 0 && word < (field === "pending" || field === "mask" ? WORDS : 1);
    return component.deliver(channel, cause, {
      read: (field, word) => (isWord(field, word) ? words.read(field, word) : 0),
      write: (field, word, value) => {
        if (isWord(field, word)) words.write(field, word, value);
      },
    });
  },
});

type Way = Omit<SplitDiskPlan, "profile">;

function measure(component: SplitDrivers, way: Way) {
  const disk = new SplitDisk({ ...way, profile: HASWELL, policy: placed(component) });
  // Once around, so that what is mapped once is mapped.
  disk.run(way.depth);
  const { work, right, lost, count } = disk.run(COUNT);
  const each = (event: Parameters<typeof count>[0]) => Math.round((1000 * count(event)) / COUNT) / 1000;
  return {
    cycles: Math.round(work / COUNT),
    notifications: each("eventSend"),
    hypercalls: each("hypercall"),
    switches: each("domainSwitch"),
    lines: each("copyLine"),
    ...{ right, lost },
  };
}

const FRONT_ENDS = {
  each: () => 1,
  half: (outstanding: number) => Math.ceil(outstanding / 2),
  last: (outstanding: number) => outstanding,
} as const;

/** Requests of a page, so many at once, by what the front end wants to be told of. The disk answers one after the other; 0: all at once. */
export function depthRows(component: SplitDrivers, latency = SLOW) {
  return Object.entries(FRONT_ENDS).flatMap(([told, holdOff]) =>
    DEPTHS.map((depth) => {
      const way: Way = { access: "copy", depth, bytes: 4096, latency, holdOff };
      const { cycles, notifications, switches, right, lost } = measure(component, way);
      return { told, depth, cycles, notifications, switches, right, lost };
    }),
  );
}

const ACCESS: Readonly<Record<PageAccess, string>> = {
  map: "mapped",
  persistent: "kept mapped",
  copy: "copied",
};

/** Requests of so many bytes, 16 at once, by how their pages are shared. */
export function sizeRows(
  component: SplitDrivers,
  prices: MonitorPrices = XEN,
  sizes: readonly number[] = SIZES,
) {
  return PAGE_ACCESS.flatMap((access) =>
    sizes.map((bytes) => {
      const way: Way = { access, depth: 16, bytes, latency: 0, prices };
      const { cycles, hypercalls, lines, right, lost } = measure(component, way);
      return { pages: ACCESS[access], kilobytes: bytes / 1024, cycles, hypercalls, lines, right, lost };
    }),
  );
}

/** The way of a frame of 1514 bytes to the wire, and of its answer back. */
export const pathOf = (component: SplitDrivers): PathStep[] =>
  netPath({ profile: HASWELL, bytes: 1514, policy: placed(component) });

/** The simulator's own. */
export const REFERENCE: SplitDrivers = SPLIT;

/** Opens the lab: three ways, without their names. */
export function openingRows() {
  const names = Object.fromEntries(Object.values(ACCESS).map((name, at) => [name, `way ${"ABC"[at]}`]));
  return sizeRows(REFERENCE).map(({ pages, kilobytes, cycles }) => ({
    ...{ way: names[pages] as string, kilobytes, cycles },
  }));
}
