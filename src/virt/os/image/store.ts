/** Blobs by what is in them: the same bytes are kept once, and what is handed out is what was asked for. */
import { DocumentError } from "../document.ts";
import { type Descriptor, digestOf } from "./descriptor.ts";

export class BlobStore {
  private readonly blobs = new Map<string, Uint8Array>();

  /** The digest; bytes that are here already are not kept twice. */
  put(bytes: Uint8Array): string {
    const digest = digestOf(bytes);
    if (!this.blobs.has(digest)) this.blobs.set(digest, bytes.slice());
    return digest;
  }

  add(mediaType: string, bytes: Uint8Array): Descriptor {
    return { mediaType, digest: this.put(bytes), size: bytes.length };
  }

  /**
   * @param where who asks, for the error
   * @throws DocumentError
   */
  get({ digest, size }: Pick<Descriptor, "digest" | "size">, where: string): Uint8Array {
    const bytes = this.blobs.get(digest);
    if (!bytes)
      throw new DocumentError(where, `no blob ${digest}`, "Copy the image again, with all its blobs.");
    if (bytes.length !== size)
      throw new DocumentError(
        where,
        `${digest} is said to have ${size} bytes and has ${bytes.length}`,
        "Don't use the image: who wrote the descriptor did not write the blob.",
      );
    return bytes;
  }

  has(digest: string): boolean {
    return this.blobs.has(digest);
  }
  /** In the order of their digests. */
  all(): readonly (readonly [string, Uint8Array])[] {
    return [...this.blobs].sort(([a], [b]) => (a < b ? -1 : 1));
  }
  /** Bytes kept. */
  get size(): number {
    return [...this.blobs.values()].reduce((sum, { length }) => sum + length, 0);
  }
}
