/** A folder on this machine. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Caps } from "./caps.ts";
import { isIgnored, Listing } from "./listing.ts";
import { oddity, readRegular, refuseOddity } from "./open.ts";

/** @throws Refusal */
export function listFolder(root: string, caps: Caps): Listing {
  const listing = new Listing(caps);
  const walk = (folder: string) => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      listing.look(path);
      if (isIgnored(path)) continue;
      const stats = lstatSync(join(root, path));
      if (stats.isDirectory()) walk(path);
      else if (!stats.isFile()) throw refuseOddity(path, oddity(stats));
      else listing.add({ path, size: stats.size, read: async (cap) => readRegular(root, path, cap) });
    }
  };
  walk("");
  return listing;
}
