/** Paravirtualization in Xen's manner. */
export { type Channels, GNTST, type Grants, type Neighbours } from "./neighbours.ts";
export { Paravirt, paravirt, paravirtWith } from "./paravirt.ts";
