/** Paravirtualization in Xen's manner. */
export { Paravirt, paravirt } from "./paravirt.ts";
