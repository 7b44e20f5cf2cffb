/** The public checks of lab 08: each small enough for a pencil, and made for one clause. */
import { type Check, checker, check as define, defineChecks } from "../../src/course/index.ts";
import type { ShadowPaging } from "./component.ts";
import { LAB } from "./contract.ts";
import { guestLines } from "./expected.ts";
import { SCENARIOS } from "./scenarios.ts";
import { cr3, device, entry, invlpg, mapped, read, small, store, world, write } from "./situations.ts";
import type { World } from "./world.ts";

const guest = (part: string, clause: string, name: string, input: World): Check<ShadowPaging> =>
  define({ ...{ part, clause, name, input }, scenario: SCENARIOS.guest, expected: guestLines(input) });

export const CHECKS = defineChecks<ShadowPaging>(LAB, [
  guest(
    "fault",
    "C1",
    "nothing there: in the directory, in the page table",
    world(small("w"), read("1:5"), write("1:5"), write("0:6", true)),
  ),
  guest(
    "fault",
    "C2",
    "not permitted, by one entry or the other",
    world(
      { ...small("u"), "1:1": entry(3, "u"), "1:2": entry(3, "w") },
      write("0:5"),
      write("1:5", true),
      read("2:5", true),
    ),
  ),
  guest("fault", "C3", "a read, then a write", world(small("w"), read("0:5"), write("0:5"), write("0:5"))),
  guest("fault", "C3", "what is refused is not marked", world(small(""), write("0:5"), read("0:6"))),
  guest(
    "fault",
    "C4",
    "filled in once: the accesses that follow do not fault",
    world(small("wud"), write("0:5", true), read("0:5"), read("0:5", true)),
  ),
  guest(
    "fault",
    "C4",
    "a page table with two places, of which one is read-only",
    world({ ...small("wud"), "1:1": entry(3, "u") }, write("0:5"), read("1:5"), write("1:5")),
  ),
  guest(
    "fault",
    "C5",
    "a device",
    world({ ...small("w"), "3:6": entry(20, "wad") }, read("0:6"), write("0:6")),
  ),
  guest(
    "trace",
    "C6",
    "a page that becomes a page table",
    world(
      { ...small("wad"), "1:1": entry(8, "wu"), "8:0": entry(9) },
      write("0:5"),
      read("1:0"),
      read("0:5"),
    ),
  ),
  guest(
    "trace",
    "C7",
    "the kernel writes to its directory",
    world(mapped("w"), read("0:5"), store("0:1", 7, entry(3, "w")), read("7:5")),
  ),
  guest(
    "trace",
    "C8",
    "a device writes to a page table",
    world(
      small("wu"),
      read("0:5"),
      device(3, 5, entry(9, "wad")),
      write("0:5"),
      device(3, 5, entry(10)),
      read("0:5"),
    ),
  ),
  guest(
    "trace",
    "C8",
    "another page table in the directory",
    world(
      { ...mapped("w"), "4:5": entry(9) },
      read("0:5"),
      store("0:1", 1, entry(4)),
      read("1:5"),
      store("0:1", 1, 0),
      read("1:5"),
    ),
  ),
  guest(
    "spaces",
    "C9",
    "there and back",
    world(
      { ...small("w"), "2:0": entry(4), "4:5": entry(9) },
      read("0:5"),
      cr3(2),
      read("0:5"),
      cr3(1),
      read("0:5"),
    ),
  ),
  guest(
    "spaces",
    "C9",
    "a page table in both",
    world({ ...small("w"), "2:0": entry(3) }, read("0:5"), cr3(2), read("0:5"), read("0:5")),
  ),
  guest(
    "unsync",
    "C10",
    "the kernel writes to a page table twice",
    world(
      mapped("w"),
      read("0:5"),
      store("0:3", 5, entry(9, "wad")),
      store("0:3", 6, entry(10)),
      read("0:6"),
    ),
  ),
  guest(
    "unsync",
    "C11",
    "and then loads CR3",
    world(
      mapped("w"),
      read("0:5"),
      store("0:3", 5, entry(9, "wad")),
      store("0:3", 6, entry(10, "a")),
      cr3(1),
      write("0:5"),
      read("0:6"),
      store("0:3", 5, 0),
    ),
  ),
  guest(
    "unsync",
    "C12",
    "and then says INVLPG, for one page of two",
    world(
      { ...mapped("wa"), "3:6": entry(9, "a") },
      ...[read("0:5"), read("0:6"), store("0:3", 5, entry(10, "a")), store("0:3", 6, 0)],
      ...[invlpg("0:5"), read("0:5"), invlpg("0:6"), read("0:6"), store("0:3", 6, entry(8))],
    ),
  ),
  guest(
    "unsync",
    "C13",
    "a new place for a table that is out of sync",
    world(
      { ...mapped("wa"), "1:1": entry(3, "w") },
      ...[read("0:5"), store("0:3", 5, entry(9, "a")), read("1:6"), read("1:5"), store("0:3", 5, 0)],
    ),
  ),
]);

/** Runs the public checks of one step in the notebook and shows them as a table. */
export const check = checker(LAB, CHECKS);
