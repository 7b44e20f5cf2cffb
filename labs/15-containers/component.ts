/** What the student of lab 15 writes: whom a number means, what time costs, and which layer answers. */

/** A process as it was named when it was born. Namespaces are numbers; the first one is 0. */
export interface BornProcess {
  /** Where it was born. */
  readonly namespace: number;
  /** Its PID in the first namespace, in the one below, and so on down to its own. */
  readonly pids: readonly number[];
}

/** A line of /proc/PID/uid_map: `count` ids of the namespace from `inner` on, which the kernel knows from `outer` on. */
export interface Extent {
  readonly inner: number;
  readonly outer: number;
  readonly count: number;
}

export interface NamespaceLookup {
  /** `parents` says of each namespace in which one it was made; null for the first. 0: no PID there. */
  pidIn(process: BornProcess, namespace: number, parents: readonly (number | null)[]): number;
  /** The kernel's id for a namespace's own, or the other way; null: nobody. */
  translate(map: readonly Extent[], id: number, to: "kernel" | "namespace"): number | null;
}

/** Of a group of processes, or of a process. Times are microseconds. */
export interface Account {
  /** cpu.weight. */
  readonly weight: number;
  /** Whoever has the least runs next. */
  readonly virtualTime: number;
  /** cpu.max: how long it may run in each period; null: as long as it likes. */
  readonly quota: number | null;
  /** Of the quota, in this period; with 0 or less it waits for the next one. */
  readonly left: number;
}

export interface Charge {
  readonly virtualTime: number;
  readonly left: number;
}

export interface Charging {
  /** It ran for so long: what its account says now. */
  charge(account: Account, ran: number): Charge;
  /** A period begins, for an account with a quota: what is left now. */
  refill(account: Account): number;
}

/** What a layer has under a name. A whiteout hides what lies below; an opaque directory does, too. */
export interface Found {
  readonly kind: "directory" | "whiteout" | "other";
  readonly opaque: boolean;
}

export interface Listed extends Found {
  readonly name: string;
}

export type Intent = "read" | "change" | "make" | "make-directory" | "remove";

/** What lies under the name that is changed. */
export interface Under {
  /** In the upper layer: a whiteout. */
  readonly whiteout: boolean;
  /** The layers below have something that they would show. */
  readonly below: boolean;
}

export interface Consequence {
  /** What is copied up, by its place on the way. */
  readonly copy: number[];
  /** What stays in the upper layer: a whiteout in the name's place, or a mark on the new directory. */
  readonly leave: "nothing" | "whiteout" | "opaque";
}

export interface Union {
  /** The layers that are seen under a name, the topmost first; `found` has one entry for each layer, the topmost first. */
  resolve(found: readonly (Found | null)[]): number[];
  /** The names in a directory that several layers have; `layers` has its content in each, the topmost first. */
  list(layers: readonly (readonly Listed[])[]): string[];
  /** `inUpper` says of all on the way from the root to the name whether the upper layer has it. */
  change(intent: Intent, inUpper: readonly boolean[], under: Under): Consequence;
}

export interface Containers extends NamespaceLookup, Charging, Union {}
