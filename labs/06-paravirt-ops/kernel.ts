/** The laboratory's own kernel, with its call sites rewritten by somebody before it boots. */
import { buildGuest, type GuestOptions } from "../../src/guests/index.ts";
import type { Mark } from "../../src/machine/devices/marker-port.ts";
import { Machine } from "../../src/machine/machine.ts";
import type { Site, Target } from "./component.ts";
import { SITE } from "./contract.ts";

/** Where the kernel's first byte is in memory, and in the disk image. */
const KERNEL = 0xc0100000;
const SECTOR = 512;
const MEMORY = 4;
const LIMIT = 20_000_000;

export type Patcher = (site: Site, target: Target) => readonly number[];

export interface Booted {
  readonly output: string;
  /** How it ended: "exit", or what went wrong. */
  readonly end: string;
  /** Instructions and cycles between the marks of the workload. */
  readonly instructions: number;
  readonly cycles: number;
}

/** Boots a kernel whose sites `patcher` has rewritten; without one they stay calls through the table. */
export function bootKernel(options: GuestOptions, patcher?: Patcher): Booted {
  const guest = buildGuest({ memory: MEMORY, timerHz: 0, patch: false, ...options });
  const { image, sites, symbols } = guest;
  const view = new DataView(image.buffer, image.byteOffset);
  const place = (address: number) => SECTOR + address - KERNEL;
  for (const { address, kind, operation } of patcher ? sites : []) {
    const code = view.getUint32(place(symbols.get(`pv_${operation}`) as number), true);
    const end = symbols.get(`native_${operation}.end`) as number;
    const target = { address: code, body: [...image.subarray(place(code), place(end))], movable: true };
    const bytes = (patcher as Patcher)({ address, kind }, target);
    image.set(bytes.slice(0, SITE), place(address));
  }
  return boot(image);
}

function boot(image: Uint8Array): Booted {
  const machine = new Machine({ memory: MEMORY << 20, disks: [image] });
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const stop = machine.run({ limit: LIMIT });
  const [from, to] = machine.board.marker.marks as [Mark?, Mark?];
  return {
    output: output.trim().split("\n").at(-1) ?? "",
    end: stop.reason === "shutdown" ? `shutdown: ${stop.detail}` : stop.reason,
    instructions: (to?.retired ?? 0) - (from?.retired ?? 0),
    cycles: (to?.cycle ?? 0) - (from?.cycle ?? 0),
  };
}
