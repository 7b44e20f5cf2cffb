/** A tar archive (POSIX.1-2017, pax, "ustar Interchange Format"), plain or gzipped, unpacked in memory only. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type TarHeader, unpackTar } from "modern-tar";
import { visible } from "../../src/course/submission/characters.ts";
import { bytes, type Caps, tooLarge } from "./caps.ts";
import { isIgnored, Listing } from "./listing.ts";
import { refuseOddity } from "./open.ts";
import { Refusal } from "./submission.ts";

const ODDITIES: Record<string, string> = {
  symlink: "a symbolic link",
  link: "a hard link",
  "character-device": "a device",
  "block-device": "a device",
  fifo: "a named pipe",
};

/** @throws Refusal */
export async function listTar(archive: Buffer, caps: Caps): Promise<Listing> {
  const plain = archive[0] === 0x1f && archive[1] === 0x8b ? await unzip(archive, caps.inflated) : archive;
  const listing = new Listing(caps);
  try {
    const found = await unpackTar(plain, {
      strict: true,
      filter: (header) => isWanted(listing, header, caps.file),
    });
    for (const { header, data } of found) {
      const path = pathOf(header);
      const content = data ?? new Uint8Array();
      listing.add({ path, size: content.length, read: async (cap) => within(path, content, cap) });
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `The tar archive is damaged (${(error as Error).message}). Pack it again and hand it in.`,
    );
  }
  return listing;
}

/** "./component.ts" is how `tar c .` writes it. */
const pathOf = ({ name }: TarHeader) => name.replace(/^(\.\/)+/, "").replace(/(?<=[^/])\/$/, "");

function isWanted(listing: Listing, header: TarHeader, cap: number): boolean {
  const path = pathOf(header);
  if (header.type === "directory" && /^(\.\/?)?$/.test(path)) return false;
  listing.look(path);
  if (isIgnored(path) || header.type === "directory") return false;
  const odd = ODDITIES[header.type ?? "file"];
  if (odd !== undefined) throw refuseOddity(path, odd);
  const sparse = Object.keys(header.pax ?? {}).some((key) => key.startsWith("GNU.sparse."));
  if (sparse) throw refuseOddity(path, "a sparse file");
  if (!Listing.isRelevant(path)) {
    // Its name alone, for the notes.
    listing.add({ path, size: header.size, read: async () => new Uint8Array() });
    return false;
  }
  if (header.size > cap) throw tooLarge(visible(path), header.size, cap);
  return true;
}

function within(path: string, content: Uint8Array, cap: number): Uint8Array {
  if (content.length > cap) throw tooLarge(visible(path), content.length, cap);
  return content;
}

async function unzip(archive: Buffer, cap: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength: cap });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? new Refusal(
          `The archive grows beyond ${bytes(cap)} when it is unpacked. Hand in your component alone.`,
        )
      : new Refusal(`The archive is damaged (${(error as Error).message}). Pack it again and hand it in.`);
  }
}
