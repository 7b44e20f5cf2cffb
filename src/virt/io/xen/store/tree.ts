/** XenStore's tree as it is at one moment: a change makes a new tree, so that a transaction can keep the old one. */

export interface Permission {
  readonly domain: number;
  readonly read: boolean;
  readonly write: boolean;
}

export interface Node {
  readonly value: string;
  /** The first is the owner's: what it allows is for everybody who is not named. */
  readonly permissions: readonly [Permission, ...Permission[]];
  /** Changes with whatever changes in the node, the list of its children included. */
  readonly generation: number;
}

/** By absolute path. */
export type Tree = ReadonlyMap<string, Node>;

export const ROOT = "/";
/** XENSTORE_ABS_PATH_MAX. */
export const LONGEST_PATH = 3072;

/** Absolute; a relative one begins at the domain's own directory. Undefined: it is no path. */
export function absolute(path: string, domain: number): string | undefined {
  const full = path.startsWith("/") ? path : `/local/domain/${domain}/${path}`;
  if (full === ROOT) return full;
  if (full.length > LONGEST_PATH || !/^(\/[A-Za-z0-9\-_@]+)+$/.test(full)) return undefined;
  return full;
}

export const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || ROOT;

export const isWithin = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory === ROOT ? ROOT : `${directory}/`);

export const children = (tree: Tree, path: string): string[] => {
  const found: string[] = [];
  for (const one of tree.keys())
    if (one !== ROOT && parent(one) === path) found.push(one.slice(one.lastIndexOf("/") + 1));
  return found.sort();
};

/** Domain 0 and the owner may do everything. */
export function may({ permissions }: Node, domain: number, right: "read" | "write"): boolean {
  const [owner, ...others] = permissions;
  if (domain === 0 || owner.domain === domain) return true;
  return (others.find((one) => one.domain === domain) ?? owner)[right];
}
