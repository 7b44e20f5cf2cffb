/** From a layer's blob to its tar archive: OCI image-spec 1.1, layer.md. */
import { gunzipSync } from "node:zlib";
import { gzipSync } from "fflate";
import { DocumentError } from "../../document.ts";
import { type Descriptor, MEDIA } from "../descriptor.ts";
import type { Limits } from "./limits.ts";

const startsWith = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
const isGzip = (bytes: Uint8Array) => startsWith(bytes, 0x1f, 0x8b);
/** RFC 8878 section 3.1.1 */
const isZstd = (bytes: Uint8Array) => startsWith(bytes, 0x28, 0xb5, 0x2f, 0xfd);

/** The media type decides, not the content: what claims to be a tar and is not is refused. @throws DocumentError */
export function inflate(blob: Uint8Array, { mediaType, digest }: Descriptor, limits: Limits): Uint8Array {
  if (mediaType.endsWith("+zstd") || isZstd(blob))
    throw new DocumentError(
      digest,
      "a layer compressed with zstd, which this does not read",
      'Copy the image with layers in gzip (for example "skopeo copy --dest-compress-format gzip").',
    );
  if (mediaType !== MEDIA.layer && mediaType !== MEDIA.layerGzip)
    throw new DocumentError(
      digest,
      `a layer of type ${mediaType}`,
      'Copy the image in the OCI format (for example "podman save --format oci-archive").',
    );
  const gzip = isGzip(blob);
  if (gzip !== (mediaType === MEDIA.layerGzip))
    throw new DocumentError(
      digest,
      gzip ? "compressed, and its media type says that it is not" : "not gzip, and its media type says so",
      `Give the layer the media type ${gzip ? MEDIA.layerGzip : MEDIA.layer}.`,
    );
  const tar = gzip ? gunzip(blob, digest, limits) : blob;
  if (tar.length > limits.inflated) throw tooLarge(digest, limits);
  return tar;
}

function gunzip(blob: Uint8Array, where: string, limits: Limits): Uint8Array {
  try {
    return gunzipSync(blob, { maxOutputLength: limits.inflated });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(where, limits);
    throw new DocumentError(where, `damaged gzip (${(error as Error).message})`, "Copy the layer again.");
  }
}

const tooLarge = (where: string, { inflated }: Limits) =>
  new DocumentError(
    where,
    `more than ${inflated} bytes once unpacked`,
    "Raise limits.inflated if you trust the image.",
  );

/** The same bytes from the same archive on every machine, which a system's own zlib does not promise. */
export const deflate = (tar: Uint8Array): Uint8Array => gzipSync(tar, { mtime: 0 });
