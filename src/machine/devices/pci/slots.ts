/** The slots of PCI bus 0 for cards: what is plugged in at the start, and what comes and goes while the guest runs. */
import type { Dma } from "../../dma.ts";
import type { PciBus } from "./bus.ts";
import type { PciHotPlug } from "./hot-plug.ts";
import type { Card, Slot } from "./slot.ts";

/** PCI devices 0 and 1 are the chip set; 2 is where such boards have a display. */
export const FIRST_SLOT = 3;
export const LAST_SLOT = 31;

/** A card's ways into the machine. */
export type Ways = Pick<Slot, "dma" | "message">;

export interface SlotsParts {
  readonly pci: PciBus;
  readonly common: Pick<Slot, "bus" | "clock" | "hertz">;
  readonly ways: (requester: number) => Ways;
}

/** Ways that end when the card is pulled out: from then on nothing of it reaches memory or a processor. */
function revocable({ dma, message }: Ways): { ways: Ways; revoke: () => void } {
  let plugged = true;
  const own: Dma = {
    read(at, into) {
      if (plugged) return dma.read(at, into);
      into.fill(0xff);
      return false;
    },
    write: (at, bytes) => plugged && dma.write(at, bytes),
  };
  return {
    ways: {
      dma: own,
      message: (address, data) => {
        if (plugged) message(address, data);
      },
    },
    revoke: () => {
      plugged = false;
    },
  };
}

export class PciSlots {
  /** Tells the guest; the board sets it. */
  hotPlug: PciHotPlug | undefined;
  readonly #parts: SlotsParts;
  readonly #revoke = new Map<number, () => void>();

  constructor(parts: SlotsParts) {
    this.#parts = parts;
  }

  /** Before the guest runs. Throws a RangeError when the slot is none or taken. */
  plug(device: number, card: Card): void {
    if (!(device >= FIRST_SLOT && device <= LAST_SLOT))
      throw new RangeError(`slot ${device}: cards go into ${FIRST_SLOT} … ${LAST_SLOT}`);
    if (this.#revoke.has(device)) throw new RangeError(`slot ${device} has a card already: detach it first`);
    const { pci, common, ways: waysOf } = this.#parts;
    const requester = device << 3;
    const { ways, revoke } = revocable(waysOf(requester));
    pci.plug(device, 0, card({ ...common, ...ways, requester }));
    this.#revoke.set(device, revoke);
  }

  /** Plugs a card in while the guest runs, and tells it. Throws as plug() does. */
  attach(device: number, card: Card): void {
    this.plug(device, card);
    this.hotPlug?.changed(device);
  }

  /** Asks the guest to let go of a card, which is detached when it has. Throws a RangeError when there is none. */
  ask(device: number): void {
    this.#check(device);
    this.hotPlug?.ask(device);
  }

  /**
   * Pulls a card out, whatever the guest is doing with it: its registers are all ones from now on, and what it was asked and has not answered
   * is dropped. Throws a RangeError when there is none.
   */
  detach(device: number): void {
    this.ejected(device);
    this.hotPlug?.changed(device);
  }

  /** The guest has let go of a card: it knows. Throws a RangeError when there is none. */
  ejected(device: number): void {
    this.#check(device);
    this.#revoke.get(device)?.();
    this.#revoke.delete(device);
    this.#parts.pci.unplug(device, 0);
  }

  has(device: number): boolean {
    return this.#revoke.has(device);
  }

  #check(device: number): void {
    if (!this.#revoke.has(device)) throw new RangeError(`slot ${device} has no card`);
  }
}
