/** What the student of lab 07 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { PagingAndTlb } from "./component.ts";

const at = { name: "at", type: "number", schema: z.number().int() } as const;
const entry = { name: "entry", type: "number", schema: z.number().int() } as const;
const ways = {
  name: "ways",
  type: "readonly Way[]",
  doc: "each with `valid`, `page`, `size`, `space`, `global` and `used`",
} as const;

export const LAB: Lab<PagingAndTlb> = defineLab<PagingAndTlb>({
  id: "07-paging-and-tlb",
  title: "One page too many",
  component: {
    walk: {
      doc: "Follows an address through the tables.",
      parameters: [
        {
          name: "access",
          type: "Access",
          doc: "the `root`, the `address`, and whether it is a `write`, by the `user`",
        },
        { name: "format", type: "Format", doc: "`levels`, `indexBits` and `entryBytes` of the tables" },
        {
          name: "tables",
          type: "Tables",
          doc: "physical memory",
          port: {
            read: { doc: "An entry.", parameters: [at], returns: "number" },
            write: { doc: "Replaces an entry.", parameters: [at, entry], returns: "void" },
          },
        },
      ],
      returns: {
        type: "Translation",
        doc: '`{ kind: "page", physical, size }` or `{ kind: "fault", error }`',
        schema: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("page"), physical: z.number(), size: z.number() }),
          z.object({ kind: z.literal("fault"), error: z.number() }),
        ]),
      },
    },
    lookup: {
      doc: "Finds the way that translates an address.",
      parameters: [ways, { name: "request", type: "Request", doc: "the `address`, and the current `space`" }],
      returns: { type: "number | null", doc: "its index, or null", schema: z.number().int().nullable() },
    },
    victim: {
      doc: "Chooses the way for a new translation.",
      parameters: [ways],
      returns: { type: "number", doc: "its index", schema: z.number().int() },
    },
    flush: {
      doc: "Says which translations end.",
      parameters: [
        ways,
        {
          name: "command",
          type: "Flush",
          doc: "one `page` of a space (INVLPG), a whole `space` (a load of CR3), or `all`",
        },
      ],
      returns: {
        type: "number[]",
        doc: "the indices, ascending",
        schema: z.array(z.number().int()).max(4096),
      },
    },
    place: {
      doc: "Finds a place for a segment.",
      parameters: [
        { name: "partitions", type: "readonly Partition[]", doc: "what is taken, in any order" },
        { name: "memory", type: "number", doc: "bytes of memory, from address 0" },
        { name: "bytes", type: "number", doc: "of the new segment" },
        { name: "fit", type: '"first" | "best" | "worst"', doc: "the policy" },
      ],
      returns: { type: "number | null", doc: "the base, or null", schema: z.number().nullable() },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "The lowest 12 bits of an address are the offset, the next `indexBits` index the table of level 1, the next the one of level 2, and so on. An entry is at its table's address plus index · `entryBytes`; the walk begins at `root`, the table of the highest level.",
    },
    {
      id: "C2",
      text: "An entry with P clear ends the walk: a fault, whose error code has bit 0 clear. Nothing else of such an entry means anything.",
    },
    {
      id: "C3",
      text: "At level 1, and above where PS is set, an entry is a leaf. Its page has 2^(12 + indexBits · (level − 1)) bytes; the entry's bits below that are no part of the page's address.",
    },
    {
      id: "C4",
      text: "A user's access needs U in every entry of the way, a write needs W in every entry. Otherwise it is a fault, whose error code has bit 0 set. U does not keep the supervisor out.",
    },
    { id: "C5", text: "Bit 1 of an error code is set for a write, bit 2 for an access by the user." },
    {
      id: "C6",
      text: "An entry that leads to a table is marked A when the walk goes through it. The leaf is marked A, and D for a write, once the access is permitted.",
    },
    {
      id: "C7",
      text: "Each entry is read once, and written once at most: when a mark is missing.",
    },
    {
      id: "C8",
      text: "A way translates an address when it is valid, the address lies in its page, and the page is global or of the current space.",
    },
    { id: "C9", text: "The victim is the lowest way that is not valid, if there is one." },
    { id: "C10", text: "Otherwise it is the way that was not used for longest." },
    {
      id: "C11",
      text: "`page` ends the translations of the page that the address lies in: those of that space, and global ones.",
    },
    { id: "C12", text: "`space` ends all translations of a space but the global ones. `all` ends all." },
    { id: "C13", text: "Only ways that are valid are named, in ascending order." },
    {
      id: "C14",
      text: "A segment lies in a hole: between partitions, below the first or above the last, within memory. It takes the hole's lower end. A hole of exactly its size will do; when there is no hole, the answer is null.",
    },
    {
      id: "C15",
      text: "Of the holes that are large enough, `first` takes the lowest, `best` the smallest and `worst` the largest; of equal ones the lowest.",
    },
  ],
  parts: [
    { id: "walk", title: "Step 1, the way", points: 4 },
    { id: "rights", title: "Step 2, rights and marks", points: 4 },
    { id: "lookup", title: "Step 3, hit or miss", points: 3 },
    { id: "replace", title: "Step 4, who has to go", points: 4 },
    { id: "segments", title: "Step 5, in one piece", points: 3 },
  ],
  limits: { seconds: 3, megabytes: 512 },
});
