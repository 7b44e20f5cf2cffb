/** Which layer answers, and what a change makes of the upper one: overlayfs.rst. A union asks these and does the rest. */

/** What a layer has under a name. */
export interface Found {
  readonly kind: "directory" | "whiteout" | "other";
  /** Of a directory: it hides what the layers below have. */
  readonly opaque: boolean;
}

export interface Listed extends Found {
  readonly name: string;
}

/** What lies under the name that is changed. */
export interface Under {
  /** In the upper layer: a whiteout. */
  readonly whiteout: boolean;
  /** The layers below have something that they would show. */
  readonly below: boolean;
}

/** What is done. "change": to data or attributes. "make" and "make-directory": the name was free. "remove": the name goes. */
export type Intent = "read" | "change" | "make" | "make-directory" | "remove";

export interface Consequence {
  /** What is copied up, by its place on the way. */
  readonly copy: readonly number[];
  /** What stays in the upper layer: a whiteout in the name's place, or a mark on the new directory. */
  readonly leave: "nothing" | "whiteout" | "opaque";
}

export interface UnionRules {
  /**
   * The layers that make up what is seen under a name, by their numbers, the topmost first; none: there is nothing.
   * @param found of each layer, the topmost first; null: it does not have the name
   */
  resolve(found: readonly (Found | null)[]): readonly number[];
  /**
   * The names in a merged directory, in any order.
   * @param layers of each the directory's content, the topmost first
   */
  list(layers: readonly (readonly Listed[])[]): readonly string[];
  /** @param inUpper of all on the way from the union's root to the name whether the upper layer has it */
  change(intent: Intent, inUpper: readonly boolean[], under: Under): Consequence;
}

export const UNION: UnionRules = {
  resolve(found) {
    const seen: number[] = [];
    for (const [layer, one] of found.entries()) {
      if (!one) continue;
      if (one.kind === "whiteout" || (one.kind === "other" && seen.length > 0)) break;
      seen.push(layer);
      if (one.kind === "other" || one.opaque) break;
    }
    return seen;
  },
  list(layers) {
    const decided = new Map<string, boolean>();
    for (const { name, kind } of layers.flat())
      if (!decided.has(name)) decided.set(name, kind !== "whiteout");
    return [...decided].filter(([, shown]) => shown).map(([name]) => name);
  },
  change(intent, inUpper, { whiteout, below }) {
    if (intent === "read") return { copy: [], leave: "nothing" };
    const changed = intent === "change" ? inUpper : inUpper.slice(0, -1);
    const copy = changed.flatMap((there, at) => (there ? [] : [at]));
    if (intent === "remove" && below) return { copy, leave: "whiteout" };
    return { copy, leave: intent === "make-directory" && whiteout ? "opaque" : "nothing" };
  },
};
