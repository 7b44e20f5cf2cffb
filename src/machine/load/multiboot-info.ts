/**
 * The boot information that a multiboot kernel finds at EBX (Multiboot Specification 0.6.96, 3.3):
 *
 *     +0 flags │ +4 KiB below 640K │ +8 KiB above 1M │ +12 boot device │ +16 command line │ +20 modules, their list
 *     +44 length and address of the memory map │ +64 boot loader's name
 *
 * followed by what it points to: the module list, the memory map, the strings.
 */
import { EBDA, type MapEntry } from "../firmware/memory-map.ts";

const FLAGS = {
  MEMORY: 1,
  BOOT_DEVICE: 2,
  COMMAND_LINE: 4,
  MODULES: 8,
  MEMORY_MAP: 64,
  LOADER: 512,
} as const;
const INFORMATION = 120;
const MODULE = 16;
/** Its own size (which does not count itself), base, length, type. */
const MAP_ENTRY = 24;
/** The first hard disk, no partition. */
const BOOT_DEVICE = 0x80ffffff;
const LOADER = "ringlab";

export interface PlacedModule {
  readonly start: number;
  readonly end: number;
  readonly commandLine: string;
}

export interface BootInformation {
  /** Bytes of memory. */
  readonly ram: number;
  readonly map: readonly MapEntry[];
  readonly commandLine: string;
  readonly modules: readonly PlacedModule[];
}

/** The bytes for this address. */
export function bootInformation(
  address: number,
  { ram, map, commandLine, modules }: BootInformation,
): Uint8Array {
  const moduleList = INFORMATION;
  const mapAt = moduleList + MODULE * modules.length;
  const strings = mapAt + MAP_ENTRY * map.length;
  const texts = [commandLine, LOADER, ...modules.map((module) => module.commandLine)].map((text) =>
    new TextEncoder().encode(`${text}\0`),
  );
  const bytes = new Uint8Array(strings + texts.reduce((sum, text) => sum + text.length, 0));
  const view = new DataView(bytes.buffer);
  const put = (at: number, ...values: number[]) => {
    for (const [i, value] of values.entries()) view.setUint32(at + 4 * i, value, true);
  };

  let next = strings;
  const [command, loader, ...names] = texts.map((text) => {
    bytes.set(text, next);
    next += text.length;
    return address + next - text.length;
  }) as [number, number, ...number[]];

  const flags = Object.values(FLAGS).reduce((sum, flag) => sum | flag, 0);
  put(
    0,
    flags,
    EBDA / 1024,
    (ram - 0x100000) / 1024,
    BOOT_DEVICE,
    command,
    modules.length,
    address + moduleList,
  );
  put(44, MAP_ENTRY * map.length, address + mapAt);
  put(64, loader);
  for (const [i, { start, end }] of modules.entries())
    put(moduleList + MODULE * i, start, end, names[i] as number);
  for (const [i, { base, length, type }] of map.entries())
    put(mapAt + MAP_ENTRY * i, MAP_ENTRY - 4, base, base / 2 ** 32, length, length / 2 ** 32, type);
  return bytes;
}
