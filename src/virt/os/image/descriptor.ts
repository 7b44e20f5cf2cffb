/** How one part of an image names another: OCI image-spec 1.1, descriptor.md and media-types.md. */
import { createHash } from "node:crypto";
import { z } from "zod";

export const MEDIA = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

/** descriptor.md, "Digests": algorithm ":" encoded; this room knows sha256, which every implementation must. */
export const digestSchema = z.string().regex(/^sha256:[a-f0-9]{64}$/, {
  error: 'a digest must be "sha256:" and 64 lower-case hexadecimal digits',
});

/** RFC 6838 section 4.2. */
const NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";
export const mediaTypeSchema = z
  .string()
  .regex(new RegExp(`^${NAME}/${NAME}$`), { error: "not a media type (type/subtype)" });

export const platformSchema = z.looseObject({
  architecture: z.string().min(1),
  os: z.string().min(1),
  variant: z.string().optional(),
});
export type Platform = z.output<typeof platformSchema>;

export const annotationsSchema = z.record(z.string(), z.string()).optional();

export const descriptorSchema = z.looseObject({
  mediaType: mediaTypeSchema,
  digest: digestSchema,
  /** Bytes. */
  size: z.int().nonnegative(),
  annotations: annotationsSchema,
  platform: platformSchema.optional(),
});
export type Descriptor = z.output<typeof descriptorSchema>;

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
