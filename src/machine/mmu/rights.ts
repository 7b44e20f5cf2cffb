/**
 * Who may do what: the rights that a translation grants, and the kinds of access that ask for them.
 *
 *     rights   5 G │ 4 D │ 3 X │ 2 U │ 1 W │ 0 R          of a whole walk; D: the leaf is marked dirty already
 */
export const RIGHT_READ = 1;
export const RIGHT_WRITE = 2;
export const RIGHT_USER = 4;
export const RIGHT_EXECUTE = 8;
/** The dirty bit is set: a write needs no walk any more. */
export const RIGHT_DIRTY = 16;
export const RIGHT_GLOBAL = 32;

/** Kinds of access. SMAP_… are explicit supervisor accesses with EFLAGS.AC set. */
export const USER_READ = 0;
export const USER_WRITE = 1;
export const SYSTEM_READ = 2;
export const SYSTEM_WRITE = 3;
export const SMAP_READ = 4;
export const SMAP_WRITE = 5;
export const USER_FETCH = 6;
export const SYSTEM_FETCH = 7;

const isWrite = (access: number) => access < USER_FETCH && (access & 1) === 1;
const isUser = (access: number) => access === USER_READ || access === USER_WRITE || access === USER_FETCH;

/** Error code of a page fault (SDM Vol. 3, 4.7): bit 0 P, 1 W/R, 2 U/S, 3 RSVD, 4 I/D. */
export const ERROR_PRESENT = 1;
export const ERROR_WRITE = 2;
export const ERROR_USER = 4;
export const ERROR_RESERVED = 8;
export const ERROR_FETCH = 16;

/** W/R, U/S and I/D of an access; I/D is reported only where it can matter, with NX or SMEP. */
export function accessError(access: number, reportsFetch: boolean): number {
  if (access >= USER_FETCH) return (isUser(access) ? ERROR_USER : 0) | (reportsFetch ? ERROR_FETCH : 0);
  return (isWrite(access) ? ERROR_WRITE : 0) | (isUser(access) ? ERROR_USER : 0);
}

export interface Protection {
  /** CR0.WP */
  readonly writeProtect: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

/** SDM Vol. 3, 4.6.1. A write that lacks nothing but the dirty bit is permitted: the walk will set it. */
export function permits(rights: number, access: number, { writeProtect, smep, smap }: Protection): boolean {
  const page = (right: number) => (rights & right) !== 0;
  switch (access) {
    case USER_READ:
      return page(RIGHT_USER) && page(RIGHT_READ);
    case USER_WRITE:
      return page(RIGHT_USER) && page(RIGHT_WRITE);
    case SYSTEM_READ:
      return page(RIGHT_READ) && !(smap && page(RIGHT_USER));
    case SYSTEM_WRITE:
      return (page(RIGHT_WRITE) || !writeProtect) && !(smap && page(RIGHT_USER));
    case SMAP_READ:
      return page(RIGHT_READ);
    case SMAP_WRITE:
      return page(RIGHT_WRITE) || !writeProtect;
    case USER_FETCH:
      return page(RIGHT_USER) && page(RIGHT_EXECUTE);
    default:
      return page(RIGHT_EXECUTE) && !(smep && page(RIGHT_USER));
  }
}

const TABLES = new Map<number, Uint16Array>();

/**
 * All of permits() as a table: bit `access` of element `rights`, and 8 above it the same without regard to the dirty bit.
 *
 *     15 … 8  permitted        7 … 0  permitted, and nothing is left to mark in the tables
 *
 * Each is made once; nobody writes to it.
 */
export function accessTable(protection: Protection): Uint16Array {
  const { writeProtect, smep, smap } = protection;
  const key = (writeProtect ? 1 : 0) | (smep ? 2 : 0) | (smap ? 4 : 0);
  const known = TABLES.get(key);
  if (known !== undefined) return known;
  const table = Uint16Array.from({ length: 2 * RIGHT_GLOBAL }, (_, rights) => {
    let kinds = 0;
    for (let access = USER_READ; access <= SYSTEM_FETCH; access++) {
      if (!permits(rights, access, protection)) continue;
      const marked = !isWrite(access) || (rights & RIGHT_DIRTY) !== 0;
      kinds |= (0x100 | (marked ? 1 : 0)) << access;
    }
    return kinds;
  });
  TABLES.set(key, table);
  return table;
}

export { isWrite };
