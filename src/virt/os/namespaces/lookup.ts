/** What a number means to whom: the PID of a process in a namespace (pid_namespaces(7)), a user's or group's id (user_namespaces(7)). */

/** A process as it was named when it was born. Namespaces are numbers, 0 the first. */
export interface BornProcess {
  /** Where it was born. */
  readonly namespace: number;
  /** Its PID in the first namespace, in the one below, and so on down to its own. */
  readonly pids: readonly number[];
}

/** A line of /proc/PID/uid_map, with the outer id as a kernel id. */
export interface Extent {
  readonly inner: number;
  readonly outer: number;
  readonly count: number;
}

export interface NamespaceLookup {
  /**
   * The PID of a process in a namespace; 0: it has none there.
   * @param parents of each namespace the one that it was made in; null for the first
   */
  pidIn(process: BornProcess, namespace: number, parents: readonly (number | null)[]): number;
  /** The kernel's id for a namespace's own, or the other way; null: the map has no such line. */
  translate(map: readonly Extent[], id: number, to: "kernel" | "namespace"): number | null;
}

export const LOOKUP: NamespaceLookup = {
  pidIn({ namespace: born, pids }, namespace, parents) {
    let level = pids.length - 1;
    for (let at: number | null = born; at !== null; at = parents[at]!, level--)
      if (at === namespace) return pids[level]!;
    return 0;
  },
  translate(map, id, to) {
    const [from, into] = to === "kernel" ? (["inner", "outer"] as const) : (["outer", "inner"] as const);
    const extent = map.find((one) => id >= one[from] && id < one[from] + one.count);
    return extent ? extent[into] + id - extent[from] : null;
  },
};
