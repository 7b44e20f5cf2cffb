/** A file of a group: what it is called and shows, and what writing to it orders. */
import type { Cgroup, Controller, Process } from "./cgroup.ts";

export interface ControlFile {
  readonly name: string;
  readonly mode: number;
  /** It is there where this controller is enabled; without one it is there in every group. */
  readonly controller?: Controller;
  /** The root of the tree has it too. */
  readonly top?: boolean;
  readonly exact?: boolean;
  /** At the top of a cgroup namespace that is a border, it is for those inside. */
  readonly delegated?: boolean;
  /** Lines, each with its end. */
  read?(cgroup: Cgroup, by: Process): string;
  /** The text has nothing around it, or, if `exact`, is as it was written. */
  write?(cgroup: Cgroup, text: string, by: Process): void;
}
