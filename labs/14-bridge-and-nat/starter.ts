import type {
  Arriving,
  BridgeAndNat,
  Endpoint,
  ForwardingTable,
  Leaving,
  Seen,
  Translations,
} from "ringlab/labs/14-bridge-and-nat/component";

/** The lowest bit of the first octet: many stations, not one. */
const isGroup = (mac: number): boolean => Math.floor(mac / 2 ** 40) % 2 === 1;

function forward(seen: Seen, ports: readonly number[], now: number, table: ForwardingTable): number[] {
  // Step 1. Who is where, and where does this frame go? (C1 … C5) So far this is a hub.
  return ports.filter((port) => port !== seen.port);
}

function age(now: number, table: ForwardingTable): void {
  // Step 2. Who was not seen for long? (C6)
}

function outbound(packet: Leaving, now: number, table: Translations): number | null {
  // Step 3. Is there a mapping? Which port is free? (C7, C8, C9)
  return null;
}

function inbound(packet: Arriving, now: number, table: Translations): Endpoint | null {
  // Step 4. Whose is it, and has anybody asked? (C10, C11)
  return null;
}

function expire(now: number, table: Translations): void {
  // Step 5. How long is each kept? (C12)
}

export const component: BridgeAndNat = { forward, age, outbound, inbound, expire };
