/** What every inode says of itself; ids are kernel ids. */
export interface Attributes {
  /** Permission, set-id and sticky bits: 12 of them. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
