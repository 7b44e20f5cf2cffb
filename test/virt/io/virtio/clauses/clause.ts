/** A requirement of Virtual I/O Device (VIRTIO) 1.2, its MUST or MUST NOT in our words, and what shows that ours keep it. */

/** A test by file (from the table's folder's parent) and name, or why there is none. */
export type Shown = { readonly test: readonly [file: string, name: string] } | { readonly none: string };
export type Row = readonly [section: string, requires: string, shown: Shown];

export const by = (file: string, name: string): Shown => ({ test: [file, name] });
export const notOffered = (feature: string): Shown => ({ none: `${feature} is not offered` });

export const FILES = {
  queue: "queue.test.ts",
  split: "split.test.ts",
  packed: "packed.test.ts",
  blk: "blk.test.ts",
  net: "net.test.ts",
  console: "console.test.ts",
  rng: "rng.test.ts",
  balloon: "balloon.test.ts",
  fuzz: "fuzz.test.ts",
  pci: "transport/pci.test.ts",
  mmio: "transport/mmio.test.ts",
  msix: "../../../machine/devices/pci/msi-x.test.ts",
  function: "../../../machine/devices/pci/function.test.ts",
  /** The drivers in our assembly. */
  guest: "../../../guests/virtio-clauses.test.ts",
} as const;
