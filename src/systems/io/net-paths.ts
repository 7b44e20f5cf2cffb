/**
 * The ways from one guest's driver to one cable, on one processor. At its other end is a peer that answers at once.
 *
 *     native            driver ── registers, descriptor rings ──▶ an 82540EM, no hypervisor
 *     native-virtio     driver ── virtqueues ──▶ a virtio card in hardware (as DPUs have them), no hypervisor
 *     emulated          driver ── each register an exit ──▶ QEMU's 82540EM, which copies ──▶ tap, bridge
 *     virtio            driver ── one exit for a kick ──▶ eventfd ──▶ QEMU's virtio card, which copies ──▶ tap, bridge
 *     assigned          driver ── no exit ──▶ the card of "native", its DMA through the IOMMU; its line, and the line's end, by exits
 *     assigned-virtio   the same with the card of "native-virtio"; its messages by exits
 *     exitless          the same, and interrupts are posted: they come, and end, without an exit
 *     xen               driver ── rings, one hypercall for an event ──▶ Domain 0, which has each frame copied ──▶ its card; the guest is a PV one
 *
 * "virtio-pci" is both: in "virtio" the para-virtual interface of a device that a hypervisor plays, on a PCI bus that it plays too; in
 * "assigned-virtio" the PCI function of a real one that is handed to a guest as it is. The guest's driver cannot tell.
 */
import { type IoGuest, NetPeer } from "../../guests/index.ts";
import type { Clock } from "../../machine/clock.ts";
import type { CostProfile } from "../../machine/cost.ts";
import { e1000 } from "../../machine/devices/e1000/card.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";
import type { Card } from "../../machine/devices/pci/slot.ts";
import { Machine } from "../../machine/machine.ts";
import { FREE, type IoLedger, lines } from "../../virt/io/backend.ts";
import { tap } from "../../virt/io/net/pcap.ts";
import { VirtioNet } from "../../virt/io/virtio/net.ts";
import { virtioCard } from "../../virt/io/virtio/transport/pci.ts";
import type { KvmOptions } from "../kvm.ts";
import { line } from "./line.ts";
import { withAssigned, withModel } from "./vm-io.ts";
import { xenNet } from "./xen/net.ts";

export interface NetRig {
  readonly machine: Machine;
  /** Ways out of the guest so far, by cause. */
  readonly crossings: ReadonlyMap<string, number>;
  readonly peer: NetPeer;
}

export interface NetRigOptions {
  readonly guest: IoGuest;
  readonly profile: CostProfile;
  /** Cycles between card and peer, one way, besides the time that a frame takes on the wire. */
  readonly latency: number;
  /** Rate of the cable: 10, 100, 1000. 1000 unless given. */
  readonly megabits?: 10 | 100 | 1000;
  /** Sees the frames at the peer's end of the cable: nanoseconds, and the frame. */
  readonly watch?: ((nanoseconds: number, frame: Uint8Array) => void) | undefined;
  /** How the hypervisor gives memory: "ept" unless given. An assigned card needs EPT; a PV guest has its tables by itself. */
  readonly paging?: KvmOptions["paging"];
}

/** What a path needs of the guest, and how it is made. */
interface Way {
  readonly driver: "e1000" | "virtio-net";
  readonly interrupts: "ioapic" | "msix";
  /** `card`: by who pays for what it does. */
  make(options: KvmOptions, card: (ledger: IoLedger) => Card): Omit<NetRig, "peer">;
}

const E1000 = { driver: "e1000", interrupts: "ioapic" } as const;
const VIRTIO = { driver: "virtio-net", interrupts: "msix" } as const;

const bare: Way["make"] = ({ memory, profile, disks }, card) => ({
  machine: new Machine({
    ...(memory !== undefined && { memory }),
    ...(profile && { profile }),
    ...(disks && { disks }),
    cards: [card(FREE)],
  }),
  crossings: new Map(),
});
const modelled: Way["make"] = (options, card) => {
  const { machine, engine } = withModel(options, card);
  return { machine, crossings: engine.crossings };
};
const handedOver =
  (interrupts: "injected" | "posted"): Way["make"] =>
  (options, card) => {
    const { machine, engine } = withAssigned({ ...options, interrupts }, card(FREE));
    return { machine, crossings: engine.crossings };
  };

const OWNED = {
  assigned: { ...E1000, make: handedOver("injected") },
  "assigned-virtio": { ...VIRTIO, make: handedOver("injected") },
  exitless: { ...VIRTIO, make: handedOver("posted") },
} as const satisfies Record<string, Way>;
const WAYS = {
  native: { ...E1000, make: bare },
  "native-virtio": { ...VIRTIO, make: bare },
  emulated: { ...E1000, make: modelled },
  virtio: { ...VIRTIO, make: modelled },
  ...OWNED,
} as const satisfies Record<string, Way>;

export type NetPath = keyof typeof WAYS | "xen";
export const NET_PATHS = [...Object.keys(WAYS), "xen"] as readonly NetPath[] as readonly [
  NetPath,
  ...NetPath[],
];

const MEMORY = 16 << 20;
const MAC = [0x52, 0x4c, 0, 0, 0, 2];

/** What the guest is built with on a path. */
export const netDriverFor = (path: NetPath) => {
  if (path === "xen") return { driver: "xen-netfront" } as const;
  const { driver, interrupts } = WAYS[path];
  return { driver, interrupts };
};

/** The guest has the host's card in its hands: it needs EPT. */
export const ownsCard = (path: NetPath): boolean => path in OWNED;

/** Throws a RangeError for an assigned card without EPT. */
export function netRig(
  path: NetPath,
  { guest, profile, latency, megabits = 1000, paging = "ept", watch }: NetRigOptions,
): NetRig {
  const peer = new NetPeer();
  const serve = (far: NetworkPort, clock: Clock, hertz: number) =>
    peer.serve(watch ? tap(far, (frame) => watch((clock.now / hertz) * 1e9, frame)) : far);
  if (path === "xen") {
    const cable = ({ clock, hertz }: { clock: Clock; hertz: number }) => {
      const { near, far } = line({ clock, hertz, megabits, latency, paced: false });
      serve(far, clock, hertz);
      return near;
    };
    const { machine, crossings } = xenNet({ guest, profile, cable });
    return { machine, crossings, peer };
  }
  const way = WAYS[path];
  if (ownsCard(path) && paging !== "ept")
    throw new RangeError(`path ${path} with paging ${paging}: an assigned card needs "ept"`);
  const card =
    (ledger: IoLedger): Card =>
    (slot) => {
      const paced = way.driver === "e1000";
      const { clock, hertz } = slot;
      const { near, far } = line({ clock, hertz, megabits, latency, paced });
      serve(far, clock, hertz);
      if (!paced) {
        const port = through(near, () => ledger.pay("packet"));
        return virtioCard(({ dma }) => new VirtioNet({ dma, port, mac: MAC, ledger }))(slot);
      }
      // The model of a card does for a frame what virtio's does for a chain.
      const port = through(near, (frame) => {
        ledger.pay("request");
        ledger.pay("copyLine", 0, lines(frame.length));
        ledger.pay("packet");
      });
      return e1000({ port, mac: MAC, megabits })(slot);
    };
  return { ...way.make({ memory: MEMORY, profile, paging, disks: [guest.image] }, card), peer };
}

/** A port at which each frame of either direction pays first. */
function through(port: NetworkPort, toll: (frame: Uint8Array) => void): NetworkPort {
  const near: NetworkPort = {
    transmit: (frame) => {
      toll(frame);
      port.transmit(frame);
    },
    onFrame: () => {},
  };
  port.onFrame = (frame) => {
    toll(frame);
    near.onFrame(frame);
  };
  return near;
}
