/**
 * How memory is protected from a device, by the names that the literature has for it:
 *
 *                     unit      tables                            taken back            reaches foreign memory     its old buffers
 *     none            absent    ·                                 ·                     yes                        for ever
 *     pass-through    on        ·, the address as it is           ·                     yes; messages are checked  for ever
 *     persistent      on        all mapped once                   never                 no                         for ever
 *     strict          on        each buffer for its use           at once               no                         no
 *     deferred        on        each buffer for its use           with many others      no                         until the flush
 *
 * (Willmann, Rixner, Cox, "Protection Strategies for Direct Access to Virtualized I/O Devices", USENIX ATC 2008: "persistent" and, for "strict",
 * "single-use"; "strict", "deferred" and "pass-through" are what Linux calls them.)
 */
import type { Iova } from "../../../machine/address.ts";
import { type DomainParts, IoDomain } from "./domain.ts";

export type Protection =
  | { readonly kind: "none" | "pass-through" | "persistent" | "strict" }
  /** A flush after `count` unmaps, or `cycles` after the first of them. */
  | { readonly kind: "deferred"; readonly count: number; readonly cycles: number };
export type ProtectionName = Protection["kind"];

/** What a device can do under it: reach memory that nobody gave it, and what it was once given. */
export const PROTECTIONS: Readonly<
  Record<ProtectionName, { readonly foreign: boolean; readonly old: "always" | "until the flush" | "never" }>
> = {
  none: { foreign: true, old: "always" },
  "pass-through": { foreign: true, old: "always" },
  persistent: { foreign: false, old: "always" },
  strict: { foreign: false, old: "never" },
  deferred: { foreign: false, old: "until the flush" },
};
export const PROTECTION_NAMES = Object.keys(PROTECTIONS) as ProtectionName[];

/** What a driver does with a page that its device is to reach. */
export interface DmaDomain {
  attach(requester: number): void;
  map(host: number): Iova;
  /** The device has done its work there. */
  unmap(iova: Iova): void;
}

/** A driver's domain under a protection. Of "none" the caller also has to leave the unit out of the device's way. */
export function dmaDomain(protection: Protection, parts: Omit<DomainParts, "policy">): DmaDomain {
  switch (protection.kind) {
    case "none":
      return { attach: () => {}, map: asItIs, unmap: () => {} };
    case "pass-through":
      return {
        attach: (requester) => parts.driver.passThrough(requester, parts.number),
        map: asItIs,
        unmap: () => {},
      };
    case "persistent": {
      const domain = new IoDomain({ ...parts, policy: { kind: "strict" } });
      const known = new Map<number, Iova>();
      return {
        attach: (requester) => domain.attach(requester),
        map: (host) => {
          const iova = known.get(host) ?? domain.map(host);
          known.set(host, iova);
          return iova;
        },
        unmap: () => {},
      };
    }
    case "strict":
      return new IoDomain({ ...parts, policy: { kind: "strict" } });
    case "deferred":
      return new IoDomain({ ...parts, policy: protection });
  }
}

const asItIs = (host: number): Iova => host as Iova;
