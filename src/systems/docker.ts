/**
 * Docker: no machine is made, and nobody is between the program and the processor. The kernel is the bare machine's, and a container's process is
 * one of its own, for which it does more: at a system call, at a switch, at a file (guests/kernel/container.asm). All of that is
 * instructions of the kernel's, so that nothing here has a price, and a program that asks nothing of the kernel costs what it costs anyway.
 *
 * Not here: what a container's packets pass besides (a pair of virtual cards, a bridge, address translation; experiments/bridge-nat.ts), and opening
 * a file, for which an overlay looks in each layer.
 */
import { native } from "./native.ts";
import { defineSystem } from "./system.ts";

export const docker = defineSystem({
  ...native,
  name: "docker",
  title: "Docker (a container on the bare machine's kernel)",
  owns: { processor: "the kernel", memory: "the kernel", devices: "the kernel" },
  guest: { container: true },
});
