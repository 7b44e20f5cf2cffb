/** The image that drives one network card with frames that a few numbers describe (io/net.asm says how), and what it must print. */
import { GuestError } from "./guest-error.ts";
import { checkWhole, type IoGuest, ioImage } from "./io-image.ts";
import { frameHash } from "./net-frames.ts";

export const NET_DRIVERS = ["e1000", "virtio-net", "xen-netfront"] as const;
export const NET_INTERRUPTS = ["intx", "ioapic", "msix"] as const;
export const NET_WORKLOADS = ["echo", "send", "receive"] as const;

export interface NetOptions {
  /** "e1000": the first 82540EM. "virtio-net": the first such PCI card. "xen-netfront": a domain of Xen's, and its first virtual interface. "e1000" unless given. */
  readonly driver?: (typeof NET_DRIVERS)[number];
  /**
   * "intx": the card's line, through the PIC. "ioapic": the same line through the I/O APIC. "msix": the receive queue interrupts by a message
   * to the local APIC; virtio only. "intx" unless given.
   */
  readonly interrupts?: (typeof NET_INTERRUPTS)[number];
  /** Each frame comes back; or frames go out and a control frame behind each batch comes back; or a control frame asks for a batch. "echo" unless given. */
  readonly workload?: (typeof NET_WORKLOADS)[number];
  /** Bytes of a frame without its FCS, 60 … 1512, a multiple of four. 60 unless given. */
  readonly size?: number;
  /** Frames on their way at most, 1 … 64. 1 unless given. */
  readonly depth?: number;
  /** Frames queued before the card is told, 1 … depth. 1 unless given. */
  readonly batch?: number;
  /** Frames, 100 unless given. */
  readonly count?: number;
  /** Of the data. 0 unless given. */
  readonly seed?: number;
  /** What the guest does with nothing to do: HLT, or look again with interrupts on, as a processor with other work. "halt" unless given. */
  readonly wait?: "halt" | "spin";
}

const DEFAULTS: Required<NetOptions> = {
  ...{ driver: "e1000", interrupts: "intx", workload: "echo", wait: "halt" },
  ...{ size: 60, depth: 1, batch: 1, count: 100, seed: 0 },
};

function checked(options: NetOptions): Required<NetOptions> {
  const all = { ...DEFAULTS, ...options };
  checkWhole(all, {
    size: [60, 1512],
    depth: [1, 64],
    batch: [1, all.depth],
    count: [1, 65536],
    seed: [0, 0xffffffff],
  });
  if (all.size % 4 !== 0) throw new GuestError(`size is ${all.size}: give a multiple of 4`);
  for (const [name, value, known] of [
    ["driver", all.driver, NET_DRIVERS],
    ["workload", all.workload, NET_WORKLOADS],
    ["interrupts", all.interrupts, NET_INTERRUPTS],
    ["wait", all.wait, ["halt", "spin"]],
  ] as const)
    if (!(known as readonly string[]).includes(value))
      throw new GuestError(`there is no ${name} "${value}"; there are ${known.join(", ")}`);
  if (all.driver !== "virtio-net" && all.interrupts === "msix")
    throw new GuestError(`${all.driver} has no MSI-X: interrupts "msix" needs driver "virtio-net"`);
  return all;
}

/** Builds the boot disk; at the other end of the card's cable there must be a NetPeer. Throws a GuestError for a wrong option. */
export function buildNetGuest(options: NetOptions = {}): IoGuest {
  const { driver, interrupts, workload, size, depth, batch, count, seed, wait } = checked(options);
  const defines = {
    ...(driver === "virtio-net" && { DRIVER_VIRTIO_NET: 1 }),
    ...(driver === "xen-netfront" && { PLATFORM_XEN: 1 }),
    ...(interrupts === "msix" && { INTERRUPTS_MSIX: 1 }),
    ...(interrupts === "ioapic" && { INTERRUPTS_IOAPIC: 1 }),
  };
  return ioImage("net.asm", defines, {
    param_workload: [NET_WORKLOADS.indexOf(workload)],
    param_size: [size],
    param_depth: [depth],
    param_batch: [batch],
    param_count: [count],
    param_seed: [seed],
    param_spin: [wait === "spin" ? 1 : 0],
  });
}

/** What the machine prints when every frame arrived as it was: the same for every driver, workload, depth and batch. */
export function expectedNet(options: NetOptions = {}): string {
  const { size, count, seed } = checked(options);
  let hash = 0;
  for (let n = 0; n < count; n++) hash = (hash + frameHash(n, size, seed)) >>> 0;
  return `ringlab net\nok hash=${hash.toString(16).padStart(8, "0")}\n`;
}
