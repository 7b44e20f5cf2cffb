/** What the student writes, as TypeScript sees it. */

/** TODO Your machine, as far as a component may touch it. Here: a page table of one level. */
export interface Table {
  /** How many pages it has. */
  readonly pages: number;
  /** The entry of a page: 2 · frame + present. */
  read(page: number): number;
}

/** A physical address, or why there is none. */
export type Answer = number | "absent" | "beyond";

/** TODO One to five methods. Plain data goes in and comes out; what has methods is a port. */
export interface Walker {
  translate(addresses: readonly number[], table: Table): Answer[];
}
