/** Small tables of frames, in words. */
import type { Operation, Update } from "./component.ts";
import type { FrameState, Situation } from "./frames.ts";

/** An entry: a frame, "w" when it is writable; 0 is not present. */
export const entry = (frame: number, rights: "" | "w" = ""): number =>
  frame * 4096 + 1 + (rights === "w" ? 2 : 0);
/** Of an absent entry some bits are left. */
export const absent = (frame: number): number => frame * 4096 + 2;

export const guests = (uses: FrameState["uses"] = {}): FrameState => ({ owner: "guest", uses });
export const page = (table: number, index: number, value: number): Update => ({
  ...{ level: 1, table, index, entry: value },
});
export const directory = (table: number, index: number, value: number): Update => ({
  ...{ level: 2, table, index, entry: value },
});

export const situation = (
  frames: Situation["frames"],
  entries: Situation["entries"],
  ...updates: Update[]
): Situation => ({ frames, entries, updates });

/** "( s1 i2 ) b3": enter, set 1, invlpg 2, leave, base 3. */
export function stream(text: string): Operation[] {
  const kinds = { s: "set", i: "invlpg", b: "base" } as const;
  return text
    .split(" ")
    .filter(Boolean)
    .map((word): Operation => {
      if (word === "(") return { kind: "enter" };
      if (word === ")") return { kind: "leave" };
      return { kind: kinds[word[0] as "s" | "i" | "b"], id: Number(word.slice(1)) };
    });
}
