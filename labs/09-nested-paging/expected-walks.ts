/** What is right of walks, digit by digit and as naively as it can be said; not the reference solution. With a slip: what somebody says who misread a clause. */
import type { Access, Nested, Request, Tables, Walked } from "./component.ts";
import { digit, HostMemory } from "./memory.ts";
import { type OneDimension, showEnd, type TwoDimensions } from "./scenarios.ts";

export const NESTED_SLIPS = [
  "L at level 1 is wrong",
  "what is not zero is there",
  "write-only will do",
  "execute-only will do",
  "level 4 has pages",
  "frames need not fit",
  "misconfigured at the end",
  "no large pages",
  "only the last entry's rights",
  "rights of any entry",
  "nobody fetches",
  "stops where a write is refused",
  "forgets the place in the page",
  "always sixteen words",
] as const;
export type NestedSlip = (typeof NESTED_SLIPS)[number];

const bits = (entry: number) => ({
  read: entry % 2 === 1,
  write: Math.floor(entry / 2) % 2 === 1,
  execute: Math.floor(entry / 4) % 2 === 1,
  large: Math.floor(entry / 8) % 2 === 1,
});

function nestedOf(gpa: number, access: Access, ept: Tables, memory: HostMemory, slip?: NestedSlip): Nested {
  if (ept.levels === 0) return { kind: "page", hpa: gpa, size: 65536, writable: true, executable: true };
  const violation: Nested = { kind: "violation", gpa, access };
  const misconfiguration: Nested = { kind: "misconfiguration", gpa };
  const way: number[] = [];
  let wrong = false;
  let table = ept.root;
  for (let level = ept.levels; ; level--) {
    const entry = memory.read(table + digit(gpa, level));
    const { read, write, execute, large } = bits(entry);
    way.push(entry);
    const frame = Math.floor(entry / 16) * 16;
    if (slip === "what is not zero is there" ? entry === 0 : !read && !write && !execute) return violation;
    const size = 16 ** level;
    const isPage =
      level === 1 || (large && slip !== "no large pages" && (level < 4 || slip === "level 4 has pages"));
    const bad =
      (!read && write && slip !== "write-only will do") ||
      (!read && !write && execute && slip !== "execute-only will do") ||
      (large && level === 4 && slip !== "level 4 has pages") ||
      (large && level === 1 && slip === "L at level 1 is wrong") ||
      (isPage && frame % size !== 0 && slip !== "frames need not fit");
    if (bad) {
      if (slip !== "misconfigured at the end") return misconfiguration;
      wrong = true;
    }
    const every = (of: "write" | "execute") => {
      if (slip === "only the last entry's rights") return bits(entry)[of];
      if (slip === "rights of any entry") return way.some((one) => bits(one)[of]);
      return way.every((one) => bits(one)[of]);
    };
    const lacks =
      (access === "write" && !every("write")) ||
      (access === "fetch" && !every("execute") && slip !== "nobody fetches");
    if (slip === "stops where a write is refused" && access === "write" && lacks) return violation;
    if (isPage) {
      if (wrong) return misconfiguration;
      if (lacks) return violation;
      const place = gpa % (slip === "always sixteen words" ? 16 : size);
      return {
        ...{ kind: "page", hpa: frame + (slip === "forgets the place in the page" ? 0 : place) },
        ...{ size: slip === "always sixteen words" ? 16 : size },
        ...{ writable: every("write"), executable: every("execute") },
      };
    }
    table = frame;
  }
}

/** The events that the scenario `nested` shows. */
export function nestedLines({ gpa, access, ept, words }: OneDimension, slip?: NestedSlip): string[] {
  const memory = new HostMemory(words);
  const end = nestedOf(gpa, access, ept, memory, slip);
  return [...memory.events, showEnd(end)];
}

export const WALK_SLIPS = [
  "the root is the host's",
  "tables are the host's",
  "the page is the host's",
  "tables are accessed as the page is",
  "translates before it looks at rights",
  "a hole is present",
  "a refusal is not present",
  "users go everywhere",
  "the kernel writes everywhere",
  "only the guest's last entry",
  "always final",
  "never final",
  "the page is read",
  "the greater size",
  "the guest's size",
  "the host's size",
  "writable as the guest says",
  "writable as the host says",
  "no large pages in the guest",
] as const;
export type WalkSlip = (typeof WALK_SLIPS)[number];

function walkedOf(
  { request, guest, ept }: TwoDimensions,
  memory: HostMemory,
  slip?: WalkSlip,
  odd: number[] = [],
): Walked {
  const { linear, access, user }: Request = request;
  const through = (gpa: number, asked: Access, final: boolean): Nested | Walked => {
    if (gpa >= 16 ** (ept.levels + 1)) odd.push(gpa);
    const end = nestedOf(gpa, asked, ept, memory);
    const said = slip === "always final" ? true : slip === "never final" ? false : final;
    return end.kind === "violation" ? { ...end, final: said } : end;
  };
  const way: number[] = [];
  let table = guest.root;
  let page = linear;
  let guestSize = 65536;
  for (let level = guest.levels; level > 0; level--) {
    const gpa = table + digit(linear, level);
    const direct =
      slip === "tables are the host's" || (slip === "the root is the host's" && level === guest.levels);
    const asked = slip === "tables are accessed as the page is" ? access : "read";
    const at = direct ? { kind: "page" as const, hpa: gpa } : through(gpa, asked, false);
    if (at.kind !== "page") return at as Walked;
    const entry = memory.read(at.hpa);
    if (entry % 2 === 0) return { kind: "fault", present: slip === "a hole is present" };
    way.push(entry);
    table = Math.floor(entry / 16) * 16;
    const large = bits(entry).large && slip !== "no large pages in the guest";
    if (level === 1 || large) {
      guestSize = 16 ** level;
      if (table % guestSize !== 0) odd.push(table);
      page = table + (linear % guestSize);
      break;
    }
  }
  const counted = slip === "only the guest's last entry" ? way.slice(-1) : way;
  const writable = counted.every((entry) => bits(entry).write);
  const forUser = counted.every((entry) => bits(entry).execute);
  const refused =
    (user && !forUser && slip !== "users go everywhere") ||
    (access === "write" && !writable && (user || slip !== "the kernel writes everywhere"));
  const fault: Walked = { kind: "fault", present: slip !== "a refusal is not present" };
  if (refused && slip !== "translates before it looks at rights") return fault;
  const asked = slip === "the page is read" ? "read" : access;
  const end =
    slip === "the page is the host's"
      ? { kind: "page" as const, hpa: page, size: guestSize, writable: true, executable: true }
      : through(page, asked, true);
  if (end.kind !== "page") return end as Walked;
  if (refused) return fault;
  const sizes = [guestSize, end.size] as const;
  const both = {
    "the greater size": Math.max(...sizes),
    "the guest's size": guest.levels === 0 ? end.size : guestSize,
    "the host's size": end.size,
  } as Record<string, number>;
  return {
    ...{ kind: "page", hpa: end.hpa, size: both[slip ?? ""] ?? Math.min(...sizes) },
    writable:
      (writable || slip === "writable as the host says") &&
      (end.writable || slip === "writable as the guest says"),
    ...{ executable: end.executable, user: forUser },
  };
}

/** The events that the scenario `walk` shows. */
export function walkLines(input: TwoDimensions, slip?: WalkSlip): string[] {
  const memory = new HostMemory(input.words);
  const end = walkedOf(input, memory, slip);
  return [...memory.events, showEnd(end)];
}

/** Every guest-physical address is one that the nested tables have digits for, and every frame of the guest's a multiple of its size. */
export function isClear(input: TwoDimensions): boolean {
  const odd: number[] = [];
  walkedOf(input, new HostMemory(input.words), undefined, odd);
  return odd.length === 0;
}
