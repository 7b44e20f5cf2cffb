/** The places in the kernel where it calls a privileged operation: what a linker would collect from a section. */
export interface Site {
  /** Linear address of the six bytes FF 15 (call) or FF 25 (jump) and the address of the slot. */
  readonly address: number;
  /** The operation's name in pvops.asm: "cli", "set_pte" … */
  readonly operation: string;
  readonly kind: "call" | "jump";
}

/** Bytes of a site: what a patch may take. */
export const SITE_SIZE = 6;
const PREFIX = "pv_";
const OPCODES: Record<number, Site["kind"]> = { 21: "call", 37: "jump" };

/** The slots of the table: address → operation. A vanilla kernel has none. */
export function operations(symbols: ReadonlyMap<string, number>): Map<number, string> {
  const [first = 0, end = 0] = ["pv_table", "pv_table_end"].map((name) => symbols.get(name));
  return new Map(
    [...symbols]
      .filter(([name, at]) => name.startsWith(PREFIX) && name !== "pv_table" && at >= first! && at < end!)
      .map(([name, at]) => [at, name.slice(PREFIX.length)]),
  );
}

/** All sites in the kernel's bytes, by address. Nothing but a site names a slot, so the address is the proof. */
export function findSites(bytes: Uint8Array, origin: number, symbols: ReadonlyMap<string, number>): Site[] {
  const slots = operations(symbols);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sites: Site[] = [];
  for (let at = 0; at + SITE_SIZE <= bytes.length; at++) {
    const kind = bytes[at] === 0xff ? OPCODES[bytes[at + 1]!] : undefined;
    const operation = kind && slots.get(view.getUint32(at + 2, true));
    if (operation) sites.push({ address: origin + at, operation, kind });
  }
  return sites;
}
