/** How the hypervisor decides who may use a granted page: the contract, and our own way (grant_table.h, grant_entry_v1). */

/** An entry of a domain's grant table, which that domain may write at any time. */
export interface GrantEntry {
  flags(): number;
  setFlags(flags: number): void;
  /** Who may. */
  domain(): number;
  /** The frame number of the page, among the granter's. */
  frame(): number;
  /** Holds the page for the one who asks. False: the granter has no such page, or it cannot be shared now. */
  reach(frame: number, writable: boolean): boolean;
}

/** A grant that is in use: the frame that it named when it was first used, and by how many. */
export interface GrantUse {
  readonly frame: number;
  readonly readers: number;
  readonly writers: number;
}

export interface GrantAsked {
  /** Who asks. */
  readonly domain: number;
  readonly readonly: boolean;
}

export interface GrantPolicy {
  /** Somebody wants to use the grant, which `use` says who uses already. */
  pin(asked: GrantAsked, use: GrantUse | null, entry: GrantEntry): GrantUse | "denied" | "no page";
  /** Somebody has done with it; null when nobody uses it any more. */
  unpin(readonly: boolean, use: GrantUse, entry: GrantEntry): GrantUse | null;
}

export const GTF = {
  permitAccess: 1,
  acceptTransfer: 2,
  type: 3,
  readonly: 4,
  reading: 8,
  writing: 16,
  transferCommitted: 4,
  transferCompleted: 8,
} as const;

/** What an entry says is read once: what is checked is what is kept. */
export const PINNING: GrantPolicy = {
  pin({ domain, readonly }, use, entry) {
    const flags = entry.flags();
    if ((flags & GTF.type) !== GTF.permitAccess || entry.domain() !== domain) return "denied";
    if (!readonly && (flags & GTF.readonly) !== 0) return "denied";
    const frame = use ? use.frame : entry.frame();
    if (!entry.reach(frame, !readonly)) return "no page";
    entry.setFlags(flags | GTF.reading | (readonly ? 0 : GTF.writing));
    const { readers, writers } = use ?? { readers: 0, writers: 0 };
    return readonly ? { frame, readers: readers + 1, writers } : { frame, readers, writers: writers + 1 };
  },
  unpin(readonly, use, entry) {
    const readers = use.readers - (readonly ? 1 : 0);
    const writers = use.writers - (readonly ? 0 : 1);
    let flags = entry.flags();
    if (writers === 0) flags &= ~GTF.writing;
    if (writers + readers === 0) flags &= ~GTF.reading;
    entry.setFlags(flags);
    return writers + readers === 0 ? null : { frame: use.frame, readers, writers };
  },
};
