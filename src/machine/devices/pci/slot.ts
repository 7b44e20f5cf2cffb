/** A slot of PCI bus 0: all that a card may use of the machine. A card is what is plugged in. */
import type { Clock } from "../../clock.ts";
import type { Dma } from "../../dma.ts";
import type { PciFunction, Windows } from "./function.ts";

export interface Slot {
  /** For the windows of its base address registers; memory is reached by `dma`. */
  readonly bus: Windows;
  readonly clock: Clock;
  /** Cycles a second. */
  readonly hertz: number;
  readonly dma: Dma;
  /** A message-signaled interrupt: a dword written to an address in FEExxxxx (SDM Vol. 3, 11.11). */
  readonly message: (address: number, data: number) => void;
  /** Requester ID: bus << 8 | device << 3 | function (PCI Express Base 2.2.4.2). */
  readonly requester: number;
}

export type Card = (slot: Slot) => PciFunction;
