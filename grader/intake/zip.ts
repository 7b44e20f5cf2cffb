/** A zip archive, by its central directory (APPNOTE 6.3.10, section 4.3.12): what a local header claims is not believed. */
import { fromBufferPromise, getFileNameLowLevel, type Entry as ZipEntry, type ZipFile } from "yauzl";
import { visible } from "../../src/course/submission/characters.ts";
import { bytes, type Caps, tooLarge } from "./caps.ts";
import { isIgnored, Listing } from "./listing.ts";
import { modeOddity, refuseOddity } from "./open.ts";
import { Refusal } from "./submission.ts";

/** Fixed part of a local file header (section 4.3.7). */
const LOCAL_HEADER = 30;

const damaged = (error: unknown) =>
  new Refusal(`The zip archive is damaged (${(error as Error).message}). Pack it again and hand it in.`);

/** @throws Refusal */
export async function listZip(archive: Buffer, caps: Caps): Promise<Listing> {
  const listing = new Listing(caps);
  const all: ZipEntry[] = [];
  try {
    const zip = await fromBufferPromise(archive, { decodeStrings: false });
    for await (const entry of zip.eachEntry()) {
      all.push(entry);
      add(listing, zip, entry);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : damaged(error);
  }
  refuseOverlap(all);
  return listing;
}

function add(listing: Listing, zip: ZipFile, entry: ZipEntry): void {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, uncompressedSize: size } = entry;
  const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  const path = name.replace(/(?<=[^/])\/$/, "");
  listing.look(path);
  if (path !== name || isIgnored(path)) return;
  // The upper half holds the mode of Unix, or nothing (section 4.4.15).
  const odd = modeOddity(entry.externalFileAttributes >>> 16);
  if (odd !== undefined) throw refuseOddity(path, odd);
  if (entry.isEncrypted())
    throw new Refusal(`${visible(path)} is encrypted. Pack the archive again without a password.`);
  listing.add({ path, size, read: (cap) => inflate(zip, entry, path, cap) });
}

async function inflate(zip: ZipFile, entry: ZipEntry, path: string, cap: number): Promise<Uint8Array> {
  if (!entry.canDecodeFileData())
    throw new Refusal(
      `${visible(path)} is packed with method ${entry.compressionMethod}, which few programs read. Pack it as an ordinary zip.`,
    );
  if (entry.uncompressedSize > cap) throw tooLarge(visible(path), entry.uncompressedSize, cap);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      size += chunk.length;
      if (size > cap) throw new Refusal(`${visible(path)} grows beyond ${bytes(cap)} when it is unpacked.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : damaged(error);
  }
  return Buffer.concat(chunks);
}

/** Entries that share their bytes: the zip bomb that needs no nesting (D. Fifield, A better zip bomb, WOOT 2019). */
function refuseOverlap(entries: readonly ZipEntry[]): void {
  let end = 0;
  const inOrder = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const { relativeOffsetOfLocalHeader: start, fileNameRaw, compressedSize } of inOrder) {
    if (start < end) throw new Refusal("Files of the zip archive overlap: it is a zip bomb. Pack it again.");
    end = start + LOCAL_HEADER + fileNameRaw.length + compressedSize;
  }
}
