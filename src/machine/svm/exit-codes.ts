/** #VMEXIT codes (AMD APM Vol. 2, Appendix C). Ranges have a code for each register or vector. */
export const EXIT = {
  crRead: 0x00,
  crWrite: 0x10,
  drRead: 0x20,
  drWrite: 0x30,
  exception: 0x40,
  intr: 0x60,
  nmi: 0x61,
  vintr: 0x64,
  cr0Selective: 0x65,
  idtrRead: 0x66,
  gdtrRead: 0x67,
  ldtrRead: 0x68,
  trRead: 0x69,
  idtrWrite: 0x6a,
  gdtrWrite: 0x6b,
  ldtrWrite: 0x6c,
  trWrite: 0x6d,
  rdtsc: 0x6e,
  rdpmc: 0x6f,
  pushf: 0x70,
  popf: 0x71,
  cpuid: 0x72,
  rsm: 0x73,
  iret: 0x74,
  swint: 0x75,
  invd: 0x76,
  pause: 0x77,
  hlt: 0x78,
  invlpg: 0x79,
  invlpga: 0x7a,
  io: 0x7b,
  msr: 0x7c,
  taskSwitch: 0x7d,
  shutdown: 0x7f,
  vmrun: 0x80,
  vmmcall: 0x81,
  vmload: 0x82,
  vmsave: 0x83,
  stgi: 0x84,
  clgi: 0x85,
  skinit: 0x86,
  rdtscp: 0x87,
  icebp: 0x88,
  wbinvd: 0x89,
  monitor: 0x8a,
  mwait: 0x8b,
  xsetbv: 0x8d,
  npf: 0x400,
  invalid: -1,
} as const;

const RANGES = ["crRead", "crWrite", "drRead", "drWrite"] as const;
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(EXIT).map(([name, code]) => [code, name]));

/** "crWrite3", "exception14", "cpuid". */
export function exitName(code: number): string {
  if (code >= 0 && code < EXIT.exception) return `${RANGES[code >> 4]}${code & 15}`;
  if (code >= EXIT.exception && code < EXIT.intr) return `exception${code - EXIT.exception}`;
  return NAMES.get(code) ?? `code ${code}`;
}
