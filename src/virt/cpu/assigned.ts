/**
 * What a guest may touch without its monitor: pages of an assigned device's windows, and the processor's APIC-access page.
 *
 *     guest-physical e0000000 ──EPT, uncached──▶ host-physical base + e0000000 ──▶ the device
 *
 * The host's bus has the device at the host-physical address; the model and its windows' places in the guest's memory are the guest's board's,
 * whose configuration space stays the monitor's to emulate (VFIO does the same: Linux, Documentation/driver-api/vfio.rst).
 */
import type { Gpa, Hpa } from "../../machine/address.ts";
import type { Bus, MmioDevice } from "../../machine/bus.ts";
import type { Windows } from "../../machine/devices/pci/function.ts";
import { MsiX } from "../../machine/devices/pci/msi-x.ts";
import type { Dma } from "../../machine/dma.ts";
import { HostWindow } from "./assigned-function.ts";

const PAGE = 4096;

/**
 * What is between an assigned device and the host. Left out: its DMA goes straight onto the host's bus, where what the guest takes for
 * physical addresses is somebody else's memory; its messages are handed on to the guest's local APIC as they are.
 */
export interface Attachment {
  readonly dma?: Dma;
  /** Its messages, on the host's bus. */
  readonly message?: (address: number, data: number) => void;
  /** The monitor writes the device's MSI-X table, whatever the guest writes there: every access of the guest's to it is an exit then. */
  readonly program?: MsiX["program"];
}

export type Attach = (host: {
  readonly bus: Bus;
  /** Host-physical address of guest-physical 0. */
  readonly base: number;
  readonly requester: number;
}) => Attachment;

export class AssignedPages {
  /** A page is assigned, or no more: translations of it must go. The pager sets it. */
  onChange: (page: Gpa) => void = () => {};
  readonly #pages = new Map<number, Hpa>();
  readonly #host: Bus;
  readonly #base: number;

  /** `base`: host-physical address of guest-physical 0. */
  constructor(host: Bus, base: number) {
    this.#host = host;
    this.#base = base;
  }

  /** Where a guest-physical page lies, if the guest may touch it by itself. */
  at(page: Gpa): Hpa | undefined {
    return this.#pages.get(page);
  }

  /** Maps a device into the host's memory at `hpa`, and lets the guest reach it at `gpa`. Whole pages. Returns how to undo it. */
  assign(gpa: number, hpa: number, length: number, device: MmioDevice): () => void {
    const unmap = this.#host.mapMmio(hpa, length, device);
    const hide = this.#show(gpa, hpa, length);
    return () => {
      unmap();
      hide();
    };
  }

  /** Lets the guest reach at `gpa` what is on the host's bus. */
  #show(gpa: number, hpa: number, length: number): () => void {
    const all = Array.from({ length: length / PAGE }, (_, i) => i * PAGE);
    const change = (set: (offset: number) => void) => {
      for (const offset of all) {
        set(offset);
        this.onChange((gpa + offset) as Gpa);
      }
    };
    change((offset) => this.#pages.set(gpa + offset, (hpa + offset) as Hpa));
    return () => change((offset) => this.#pages.delete(gpa + offset));
  }

  /** Windows of an assigned device: on the guest's bus, as every device's, and in its reach. Ports are emulated as ever, as is a table that the monitor programs. */
  windows(guest: Bus, program?: MsiX["program"]): Windows {
    return {
      mapPorts: (first, last, device) => guest.mapPorts(first, last, device),
      mapMmio: (at, length, device) => {
        const unmap = guest.mapMmio(at, length, device);
        if (program !== undefined && device instanceof MsiX) {
          device.program = program;
          return unmap;
        }
        const revoke =
          device instanceof HostWindow
            ? this.#show(at, device.at, length)
            : this.assign(at, at + this.#base, length, device);
        return () => {
          revoke();
          unmap();
        };
      },
    };
  }
}
