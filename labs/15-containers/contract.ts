/** What the student of lab 15 hands in (component.ts), declared once. */
import { z } from "zod";
import { defineLab, type Lab } from "../../src/course/index.ts";
import type { Containers } from "./component.ts";

const whole = z.number().int();

export const LAB: Lab<Containers> = defineLab<Containers>({
  id: "15-containers",
  title: "What a container is made of",
  component: {
    pidIn: {
      doc: "The PID of a process in a namespace.",
      parameters: [
        {
          name: "process",
          type: "BornProcess",
          doc: "the `namespace` where it was born, and its `pids` from the first namespace down to that one",
        },
        { name: "namespace", type: "number", doc: "who asks" },
        {
          name: "parents",
          type: "(number | null)[]",
          doc: "of each namespace the one that it was made in; null for namespace 0",
        },
      ],
      returns: { type: "number", doc: "0: it has none there", schema: whole },
    },
    translate: {
      doc: "Whom an id means on the other side of a map.",
      parameters: [
        { name: "map", type: "Extent[]", doc: "its lines: `inner`, `outer`, `count`" },
        { name: "id", type: "number", doc: "a user's or a group's" },
        { name: "to", type: '"kernel" | "namespace"', doc: "the side that is wanted" },
      ],
      returns: { type: "number | null", doc: "null: nobody", schema: whole.nullable() },
    },
    charge: {
      doc: "Processor time was used.",
      parameters: [
        { name: "account", type: "Account", doc: "`weight`, `virtualTime`, `quota` and `left` of it" },
        { name: "ran", type: "number", doc: "microseconds" },
      ],
      returns: {
        type: "{ virtualTime, left }",
        doc: "what the account says now",
        schema: z.object({ virtualTime: z.number(), left: z.number() }),
      },
    },
    refill: {
      doc: "A period begins, for an account with a quota.",
      parameters: [{ name: "account", type: "Account", doc: "as the last period has left it" }],
      returns: { type: "number", doc: "what is left now", schema: z.number() },
    },
    resolve: {
      doc: "Which layers are seen under a name?",
      parameters: [
        {
          name: "found",
          type: "(Found | null)[]",
          doc: "what each layer has under it, the topmost first; null: nothing",
        },
      ],
      returns: { type: "number[]", doc: "numbers of layers, the topmost first", schema: z.array(whole) },
    },
    list: {
      doc: "The names in a directory that several layers have.",
      parameters: [
        { name: "layers", type: "Listed[][]", doc: "its content in each layer, the topmost first" },
      ],
      returns: { type: "string[]", doc: "in any order", schema: z.array(z.string()) },
    },
    change: {
      doc: "Something is done to a name in the union: what happens to the upper layer?",
      parameters: [
        { name: "intent", type: "Intent", doc: "`read`, `change`, `make`, `make-directory` or `remove`" },
        {
          name: "inUpper",
          type: "boolean[]",
          doc: "of all on the way, the root first and the name last: whether the upper layer has it",
        },
        { name: "under", type: "Under", doc: "a `whiteout` in the upper layer? something `below`?" },
      ],
      returns: {
        type: "{ copy, leave }",
        doc: "places on the way that are copied up first, and what stays afterwards",
        schema: z.object({ copy: z.array(whole), leave: z.enum(["nothing", "whiteout", "opaque"]) }),
      },
    },
  },
  clauses: [
    {
      id: "C1",
      text: "A process has a PID in the namespace where it was born, and one in each namespace above that.",
    },
    { id: "C2", text: "In all other namespaces, below it or beside it, it has none: 0." },
    {
      id: "C3",
      text: "An id in a line of the map is the one at the same place on the line's other side: `inner` is the namespace's side, `outer` the kernel's.",
    },
    { id: "C4", text: "A line has `count` ids, the first and the last included. Any line may have the id." },
    { id: "C5", text: "An id that no line has is nobody: null." },
    { id: "C6", text: "`charge` adds the time to the virtual time, times 100, divided by the weight." },
    {
      id: "C7",
      text: "`charge` takes the time from what is left, whatever the weight is. Without a quota, what is left stays.",
    },
    {
      id: "C8",
      text: "`refill` adds the quota. What was not used is lost, so that never more than the quota is left; what was used beyond it is owed.",
    },
    {
      id: "C9",
      text: "What the topmost layer with that name has, is seen. If it is no directory, it is seen alone.",
    },
    { id: "C10", text: "A whiteout is not seen, nor is anything below it. What is above it stays." },
    {
      id: "C11",
      text: "Directories are merged with those below, down to an opaque one, which is the last, or to what is no directory, which is not seen.",
    },
    {
      id: "C12",
      text: "`list`: each name once that some layer has and no whiteout of a layer above hides. Nobody sees whiteouts.",
    },
    {
      id: "C13",
      text: "To `change` something, everything on the way to it must be in the upper layer, and so must itself: what is not there yet is copied, the one nearest to the root first. To `read` it, nothing is copied.",
    },
    {
      id: "C14",
      text: "To `make`, `make-directory` or `remove` a name, the directories on the way must be there. What is under the name itself is not copied.",
    },
    {
      id: "C15",
      text: "`remove` leaves a whiteout if the layers below have something, and nothing otherwise.",
    },
    {
      id: "C16",
      text: "`make-directory` in the place of a whiteout leaves the mark `opaque`. Nothing else leaves anything.",
    },
  ],
  parts: [
    { id: "pidIn", title: "Step 1, one process, many names", points: 2 },
    { id: "translate", title: "Step 2, whose file is this", points: 3 },
    { id: "charge", title: "Step 3, what a processor costs", points: 3 },
    { id: "resolve", title: "Step 4, which layer answers", points: 4 },
    { id: "change", title: "Step 5, what a write leaves behind", points: 4 },
  ],
  limits: { seconds: 10, megabytes: 512 },
});
