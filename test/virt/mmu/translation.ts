/** What a TLB may hold of a page, from the oracle, and what it permits. */
import type { Gva } from "../../../src/machine/address.ts";
import { type Machine, oracle } from "../../machine/mmu/oracle.ts";
import type { Access } from "./rig.ts";

export interface Translation {
  /** Physical address of the 4-KiB page. */
  readonly page: number;
  /** Size of the guest's page, as a power of two. */
  readonly shift: number;
  readonly user: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly dirty: boolean;
  readonly accessed: boolean;
}

/** A page of linear addresses; `low` and `high` are the oracle's unsigned halves. */
export interface Page {
  readonly at: Gva;
  readonly low: number;
  readonly high: number;
  /** Translations that were true since the last INVLPG or MOV CR3. */
  stale: Translation[];
}

const ANY_READ = { kind: "read", implicit: false } as const;

/** What the tables say of a page now, whoever asks; undefined where they lead nowhere. */
export function translationOf(view: DataView, cpu: Machine, page: Page): Translation | undefined {
  const { user, ac } = cpu;
  // A supervisor's access, which SMAP does not stop.
  cpu.user = false;
  cpu.ac = true;
  const { error, physical, way, shift } = oracle(view, cpu, ANY_READ, page.low, page.high);
  cpu.user = user;
  cpu.ac = ac;
  if (error !== undefined) return undefined;
  const word = (at: number) => (at < view.byteLength ? view.getUint32(at, true) : 0xffffffff);
  const every = way.reduce((all, at) => all & word(at), 0xffffffff);
  const leaf = word(way.at(-1) as number);
  return {
    page: physical - (physical % 4096),
    shift,
    user: (every & 4) !== 0,
    writable: (every & 2) !== 0,
    executable: cpu.format === "ia32" || !way.some((at) => word(at + 4) >= 2 ** 31),
    dirty: (leaf & 0x40) !== 0,
    accessed: (every & 0x20) !== 0,
  };
}

/** A TLB that holds the translation lets the access through, under the control registers as they are. */
export function permits(
  { user, writable, executable, dirty }: Translation,
  cpu: Machine,
  access: Access,
): boolean {
  const { kind, implicit = false, ac = false } = access;
  const supervisor = implicit || !access.user;
  if (kind === "write" && !dirty) return false;
  if (!supervisor) return user && (kind === "read" || (kind === "write" ? writable : executable));
  if (kind === "fetch") return executable && !(cpu.smep && user);
  if (cpu.smap && user && (implicit || !ac)) return false;
  return kind === "read" || writable || !cpu.writeProtect;
}

export function same(a: Translation, b: Translation): boolean {
  const keys = ["page", "shift", "user", "writable", "executable", "dirty"] as const;
  return keys.every((key) => a[key] === b[key]);
}
