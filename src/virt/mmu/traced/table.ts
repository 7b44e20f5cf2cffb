/** A shadow table: what it shadows, where it is, and who points to it. */
import type { Hpa } from "../../../machine/address.ts";

/** One of the guest's tables. */
export const GUEST = 0;
/** A piece of a large page, or of all physical memory where the guest has no paging. */
export const DIRECT = 1;
/** A piece of a large page that the guest's table does not call dirty yet. */
export const CLEAN = 3;
/** Nothing of the guest's: the way to the monitor's own pages, and the root where the guest has none. */
export const BLANK = 2;

export interface Role {
  /** GUEST, DIRECT, CLEAN or BLANK. */
  readonly kind: number;
  /** Number of the guest's frame that holds the table; of a piece the first frame that it maps. */
  readonly frame: number;
  readonly level: number;
  /** RIGHT_WRITE, RIGHT_USER and RIGHT_EXECUTE of the way to the table: its leaves grant no more. */
  readonly rights: number;
  /** Number by area.ts. */
  readonly area: number;
}

/** One number for a role: 2 bits kind, 3 level, 3 rights, 4 area, and the frame above. */
export function roleKey({ kind, frame, level, rights, area }: Role): number {
  return frame * 4096 + ((kind << 10) | (level << 7) | ((rights >> 1) << 4) | area);
}

export class ShadowTable implements Role {
  readonly kind: number;
  readonly frame: number;
  readonly level: number;
  readonly rights: number;
  readonly area: number;
  readonly key: number;
  /** Where it is. */
  readonly at: Hpa;
  /** Addresses of the entries that point to it. */
  readonly parents = new Set<number>();
  /** Writes to the guest's table since one of its entries was last asked for. */
  writes = 0;

  constructor(role: Role, at: Hpa) {
    this.kind = role.kind;
    this.frame = role.frame;
    this.level = role.level;
    this.rights = role.rights;
    this.area = role.area;
    this.key = roleKey(role);
    this.at = at;
  }
}
