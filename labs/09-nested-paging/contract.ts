/** What the student of lab 09 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { NestedPaging } from "./component.ts";

const whole = z.number().int();
const access = z.enum(["read", "write", "fetch"]);
const right = z.boolean();
const page = { kind: z.literal("page"), hpa: whole, size: whole, writable: right, executable: right };
const misconfiguration = z.object({ kind: z.literal("misconfiguration"), gpa: whole });

const at = { name: "at", type: "number", schema: whole };
const read = {
  doc: "The word at a host-physical address.",
  parameters: [at] as [typeof at],
  returns: "number",
};
const EPT = { name: "ept", type: "Tables", doc: "the `root` of the nested tables and their `levels`" };
const ACCESS = { name: "access", type: "Access", doc: '"read", "write" or "fetch"' };
const ENTRIES = {
  name: "entries",
  type: "readonly Entry[]",
  doc: "what is in the TLB: `page`, `size`, `global`, and the tags `vpid`, `pcid`, `ept`",
};

export const LAB: Lab<NestedPaging> = defineLab<NestedPaging>({
  id: "09-nested-paging",
  title: "Why twenty-four?",
  component: {
    nestedWalk: {
      doc: "Translates a guest-physical address.",
      parameters: [
        { name: "gpa", type: "number", doc: "the address" },
        ACCESS,
        EPT,
        { name: "memory", type: "Memory", doc: "the host's", port: { read } },
      ],
      returns: {
        type: "Nested",
        doc: "the page, a violation or a misconfiguration",
        schema: z.discriminatedUnion("kind", [
          z.object(page),
          z.object({ kind: z.literal("violation"), gpa: whole, access }),
          misconfiguration,
        ]),
      },
    },
    walk: {
      doc: "Translates a linear address of the guest's, in two dimensions.",
      parameters: [
        {
          name: "request",
          type: "Request",
          doc: "the `linear` address, the `access`, and whether a `user` asks",
        },
        {
          name: "guest",
          type: "Tables",
          doc: "the guest-physical `root` of the guest's tables and their `levels`",
        },
        EPT,
        { name: "memory", type: "Memory", doc: "the host's", port: { read } },
      ],
      returns: {
        type: "Walked",
        doc: "the page, the guest's fault, a violation or a misconfiguration",
        schema: z.discriminatedUnion("kind", [
          z.object({ ...page, user: right }),
          z.object({ kind: z.literal("fault"), present: z.boolean() }),
          z.object({ kind: z.literal("violation"), gpa: whole, access, final: z.boolean() }),
          misconfiguration,
        ]),
      },
    },
    lookup: {
      doc: "Looks an address up in the TLB.",
      parameters: [
        ENTRIES,
        { name: "linear", type: "number", doc: "the address" },
        { name: "now", type: "Context", doc: "the `vpid`, `pcid` and `ept` that are in force" },
      ],
      returns: { type: "number | null", doc: "the entry's index, or null", schema: whole.nullable() },
    },
    flush: {
      doc: "Decides which translations an instruction drops.",
      parameters: [ENTRIES, { name: "what", type: "Flush", doc: "the instruction with its operands" }],
      returns: { type: "number[]", doc: "indexes of the entries that go", schema: z.array(whole) },
    },
    onViolation: {
      doc: "The hypervisor's answer to a violation.",
      parameters: [
        { name: "gpa", type: "number", doc: "the guest-physical address" },
        ACCESS,
        EPT,
        {
          name: "slots",
          type: "readonly Slot[]",
          doc: "the guest's memory: `gpa`, `hpa`, `words`, and whether it is `writable`",
        },
        {
          name: "host",
          type: "Host",
          doc: "the host's memory",
          port: {
            read,
            write: {
              doc: "Writes an entry.",
              parameters: [at, { name: "entry", type: "number", schema: whole }],
              returns: "void",
            },
            take: { doc: "A fresh page of zeros.", parameters: [], returns: "number" },
          },
        },
      ],
      returns: {
        type: '"retry" | "emulate"',
        doc: "whether the guest tries again, or a device is emulated",
        schema: z.enum(["retry", "emulate"]),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "Each level takes one hexadecimal digit of the address; the root's the one that is `levels` digits above the last. The entry at table + digit is read, and nothing else. Without levels nothing is read: the address stays, all is allowed, and the size is 10000h.",
    },
    {
      id: "C2",
      text: "A nested entry (bits 1 R, 2 W, 4 X, 8 L) in which R, W and X are all clear is a hole, whatever else is in it: a violation, with the whole `gpa` and the access.",
    },
    {
      id: "C3",
      text: "Other entries with W or X but without R are misconfigured. So is one with L at level 4, and a page whose frame is not a multiple of its size. A misconfiguration ends the walk where it is read.",
    },
    {
      id: "C4",
      text: "An entry is a page at level 1, where L means nothing, and with L at levels 2 and 3; else it leads to the next table. A page has 16 words at level 1, 256 at 2, 4096 at 3. The rest of the address is the place in it.",
    },
    {
      id: "C5",
      text: "The page has the rights that every entry on the way has. A write without W, or a fetch without X, is a violation, found at the end.",
    },
    {
      id: "C6",
      text: "The guest's root, and each table and page that its entries name, has a guest-physical address. Each entry's address goes through the nested walk, as a read, before the entry is read; the page's own address goes last. Levels and pages are as in C1 and C4 (frames are multiples of their pages' sizes); without levels the linear address is guest-physical, and all is allowed.",
    },
    {
      id: "C7",
      text: "A guest's entry (bits 1 P, 2 W, 4 U, 8 L) without P is a page fault, not present, at once.",
    },
    {
      id: "C8",
      text: "A user needs U in every entry of the guest's, and who writes needs W in every one, the kernel too. Otherwise it is a page fault, present, before the page's own address is translated.",
    },
    {
      id: "C9",
      text: "What the nested walk refuses ends the walk. A violation is `final` for the page's own address, which has the access of the request, and not for the address of an entry, which is read.",
    },
    {
      id: "C10",
      text: "The translation has the smaller of both sizes, is writable if both dimensions say so, executable if the nested one does, and the user's if the guest does.",
    },
    {
      id: "C11",
      text: "An entry translates the addresses in its page, under its own VPID and EPT, and under its own PCID or, when it is global, under any.",
    },
    {
      id: "C12",
      text: "`cr3` drops what has its VPID and its PCID, under any EPT, but not global entries; with `keep`, nothing.",
    },
    {
      id: "C13",
      text: "`invlpg` drops what translates the address under its VPID and any EPT: of its PCID, and global entries.",
    },
    {
      id: "C14",
      text: "`invvpid-address` drops what translates the address under its VPID, `invvpid-single` all of its VPID, whatever PCID and EPT, global or not; `invvpid-retaining-globals` all of its VPID but global entries; `invvpid-all` all but VPID 0.",
    },
    {
      id: "C15",
      text: "`invept-single` drops all under its EPT, whatever VPID and PCID, global or not; `invept-all` all under any EPT, which 0 is not.",
    },
    {
      id: "C16",
      text: "Where no slot holds the address, and for a write to a slot that is not writable, the answer is `emulate`, and nothing is taken or written.",
    },
    {
      id: "C17",
      text: "Otherwise the address gets the largest page (C4) that lies in its slot as a whole, and whose frame is a multiple of its size in the host as well. A table that is there already stays: the page goes below it. The answer is `retry`.",
    },
    {
      id: "C18",
      text: "Tables that are missing are taken, and the entries that lead to them have R, W and X. A page has R and X, W if its slot is writable, and L above level 1.",
    },
  ],
  parts: [
    { id: "nested", title: "Step 1, one dimension", points: 3 },
    { id: "walk", title: "Step 2, two dimensions", points: 4 },
    { id: "lookup", title: "Step 3, tags", points: 2 },
    { id: "flush", title: "Step 4, what goes", points: 3 },
    { id: "fill", title: "Step 5, the largest page", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
