/**
 * A host's network card whose virtual functions are its guests':
 *
 *     guest ── its function's windows, no exit ──▶ VF ──┐                             ┌── DMA and messages of VF n, by requester ──▶ unit
 *     guest ── … ────────────────────────────────▶ VF ──┼─ the card's switch ── cable ┘
 *     host ─── physical function: addresses, on, off ───┘
 */
import type { Bus } from "../../machine/bus.ts";
import type { NetworkPort } from "../../machine/devices/network.ts";
import { PciBus } from "../../machine/devices/pci/bus.ts";
import { ECAM_BYTES, ecam } from "../../machine/devices/pci/ecam.ts";
import type { Card } from "../../machine/devices/pci/slot.ts";
import { directDma } from "../../machine/dma.ts";
import { assignedFunction } from "../../virt/cpu/assigned-function.ts";
import { SrIovDriver } from "../../virt/io/sr-iov/driver.ts";
import { SrIovNic, VIRTUAL_DEVICE, type Way } from "../../virt/io/sr-iov/nic.ts";

/** Configuration space of the host's bus 0, and room for windows behind it. */
const ECAM = 0xb0000000;
const WINDOWS = 0xb0100000;
/** Bus 0, device 3. */
const REQUESTER = 0x18;

export interface VirtualFunctions {
  readonly nic: SrIovNic;
  readonly driver: SrIovDriver;
  /** Requesters of the virtual functions that are on. */
  readonly requesters: readonly number[];
  /** Virtual function n as a card for a guest. */
  card(n: number): Card;
}

export interface VirtualFunctionsParts {
  readonly bus: Bus;
  readonly cable: NetworkPort;
  /** Six bytes: the physical function's. */
  readonly mac: readonly number[];
  /** Addresses of the virtual functions; as many are switched on. */
  readonly virtual: readonly (readonly number[])[];
  /** How virtual function n reaches memory and interrupts. */
  readonly way: (n: number, requester: number) => Way;
}

export function virtualFunctions({ bus, cable, mac, virtual, way }: VirtualFunctionsParts): VirtualFunctions {
  const pci = new PciBus(bus);
  const own: Way = { dma: directDma(bus), message: () => {} };
  const nic = new SrIovNic({
    ...{ bus, requester: REQUESTER, cable, mac, virtual: virtual.length },
    // The host's own: it drives the physical function by registers alone.
    way: (requester) => (requester === REQUESTER ? own : way(requester - REQUESTER - 1, requester)),
    plug: (requester, space) => pci.plugVirtual(requester, space),
  });
  pci.plug(REQUESTER >> 3, REQUESTER & 7, nic);
  bus.mapMmio(ECAM, ECAM_BYTES, ecam(pci));
  const driver = new SrIovDriver({ bus, ecam: ECAM, requester: REQUESTER, windows: WINDOWS });
  const requesters = driver.enable(virtual.length);
  for (const [n, address] of virtual.entries()) driver.setAddress(n, address);
  return {
    ...{ nic, driver, requesters },
    card(n) {
      const fn = nic.virtual[n];
      if (fn === undefined) throw new RangeError(`there is no virtual function ${n}`);
      return assignedFunction(bus, fn, {
        vendor: 0x1af4,
        device: VIRTUAL_DEVICE,
        revision: 1,
        class: 0x020000,
      });
    },
  };
}
