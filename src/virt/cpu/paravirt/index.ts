/** Paravirtualization in Xen's manner. */
export { GNTST, type MappedGrant, type Neighbours } from "./neighbours.ts";
export { Paravirt, paravirt, paravirtWith } from "./paravirt.ts";
