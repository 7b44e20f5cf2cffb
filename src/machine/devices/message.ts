/**
 * A message-signaled interrupt in compatibility format (SDM Vol. 3, 11.11.1 and 11.11.2):
 *
 *     address   31 … 20 FEEh │ 19 … 12 destination │ 3 redirection hint │ 2 logical
 *     data      15 level │ 14 assert │ 10 … 8 delivery │ 7 … 0 vector
 */
import type { ApicMessage } from "./lapic.ts";

export const MESSAGE_BASE = 0xfee00000;
const MESSAGE_BYTES = 0x100000;

/** A write there is an interrupt message. */
export const isMessage = (at: number): boolean => at >= MESSAGE_BASE && at < MESSAGE_BASE + MESSAGE_BYTES;

/** Undefined where the address is not a local APIC's: the write is an ordinary one, and lost. */
export function interruptMessage(address: number, data: number): ApicMessage | undefined {
  if (address >>> 20 !== MESSAGE_BASE >>> 20) return undefined;
  return {
    vector: data & 0xff,
    delivery: (data >>> 8) & 7,
    levelTriggered: (data & 0x8000) !== 0,
    destination: (address >>> 12) & 0xff,
    logical: (address & 4) !== 0,
  };
}
