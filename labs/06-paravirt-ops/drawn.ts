/** Cases drawn from a seed, for the student's own trials and for the hidden tests. */
import type { Update, Use } from "./component.ts";
import type { FrameState, Situation } from "./frames.ts";
import type { Stream } from "./scenarios.ts";
import type { Case } from "./site.ts";
import { absent, directory, entry, page, stream } from "./situations.ts";

/** A whole number from 0, below the one given. */
export type Draw = (below: number) => number;

const one = <T>(draw: Draw, of: readonly T[]): T => of[draw(of.length)] as T;

/** Two tables, a directory, and frames of all kinds; some entries are there already. */
export function drawSituation(draw: Draw, updates = 4): Situation {
  const [table, other, dir] = [11, 12, 13];
  const frames: Record<string, FrameState> = {
    [table]: { owner: "guest", uses: { table: 1 } },
    [other]: { owner: "guest", uses: { table: 1 } },
    [dir]: { owner: "guest", uses: { table: 1 } },
  };
  const uses: (FrameState["uses"] | undefined)[] = [{}, {}, { writable: 1 }, { writable: 2 }, { read: 1 }];
  for (let frame = 20; frame < 28; frame++)
    frames[frame] =
      draw(5) === 0 ? { owner: one(draw, ["other", "monitor"]) } : { owner: "guest", uses: one(draw, uses) };
  const entries: Record<string, number> = {};
  const mapped = (frame: number, use: Use, place: string, value: number) => {
    const { owner, uses: before = {} } = frames[frame] as FrameState;
    if (owner !== "guest" || (use === "writable" && before.table) || (use === "table" && before.writable))
      return;
    frames[frame] = { owner, uses: { ...before, [use]: (before[use] ?? 0) + 1 } };
    entries[place] = value;
  };
  for (let index = 0; index < 3; index++) {
    const frame = 20 + draw(8);
    if (draw(2)) mapped(frame, "writable", `${table}:${index}`, entry(frame, "w"));
    else mapped(frame, "read", `${table}:${index}`, entry(frame));
  }
  mapped(20 + draw(8), "table", `${dir}:0`, 0);
  delete entries[`${dir}:0`];
  const target = () => one(draw, [20, 21, 22, 23, 24, 25, 26, 27, table, other]);
  const update = (): Update => {
    if (draw(4) === 0) return directory(dir, draw(2), entry(target(), one(draw, ["", "w"])));
    const value = draw(6) === 0 ? one(draw, [0, absent(target())]) : entry(target(), one(draw, ["", "w"]));
    return page(one(draw, [table, table, other]), draw(3), value);
  };
  return { frames, entries, updates: Array.from({ length: updates }, update) };
}

/** Balanced enters and leaves, with requests between and outside of them. */
export function drawStream(draw: Draw, length = 14): Stream {
  const words: string[] = [];
  let depth = 0;
  for (let id = 1; words.length < length; ) {
    const kind = draw(10);
    if (kind < 2 && depth < 3) {
      words.push("(");
      depth++;
    } else if (kind === 2 && depth > 0) {
      words.push(")");
      depth--;
    } else {
      words.push(`${one(draw, ["s", "s", "s", "i", "b"])}${id++}`);
    }
  }
  return { operations: stream([...words, ...Array(depth).fill(")")].join(" ")), most: 1 + draw(4) };
}

/** Instructions of 1 to 6 bytes that do the same everywhere. */
const PIECES = [
  "inc eax",
  "cli",
  "stc",
  "add ecx, eax",
  "xor edx, eax",
  "lea ecx, [eax + 3]",
  "mov eax, 0x4321",
  "add edx, 0x1111",
];

export function drawCase(draw: Draw): Case {
  const code = Array.from({ length: draw(4) }, () => one(draw, PIECES)).join("\n");
  return {
    kind: one(draw, ["call", "jump"]),
    at: one(draw, [0x1a00, 0x2100, 0x3000, 0x4f00]),
    code,
    movable: draw(5) > 0,
  };
}
