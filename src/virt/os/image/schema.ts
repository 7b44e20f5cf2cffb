/** The documents of an image: OCI image-spec 1.1, image-layout.md, image-index.md, manifest.md and config.md. */
import { z } from "zod";
import {
  annotationsSchema,
  descriptorSchema,
  digestSchema,
  MEDIA,
  mediaTypeSchema,
  platformSchema,
} from "./descriptor.ts";

export const layoutSchema = z.looseObject({
  imageLayoutVersion: z.literal("1.0.0", { error: 'this reads image layouts of version "1.0.0"' }),
});

const schemaVersion = z.literal(2, { error: "must be 2" });

export const indexSchema = z.looseObject({
  schemaVersion,
  mediaType: z.literal(MEDIA.index, { error: `must be ${MEDIA.index}` }).optional(),
  manifests: z.array(descriptorSchema),
  annotations: annotationsSchema,
});
export type Index = z.output<typeof indexSchema>;

export const manifestSchema = z.looseObject({
  schemaVersion,
  mediaType: z.literal(MEDIA.manifest, { error: `must be ${MEDIA.manifest}` }).optional(),
  artifactType: mediaTypeSchema.optional(),
  config: descriptorSchema,
  /** The lowest first. */
  layers: z.array(descriptorSchema),
  annotations: annotationsSchema,
});
export type Manifest = z.output<typeof manifestSchema>;

const empty = z.record(z.string(), z.strictObject({}));
const words = z.array(z.string());

export const configSchema = z.looseObject({
  ...platformSchema.shape,
  created: z.iso.datetime({ offset: true }).optional(),
  author: z.string().optional(),
  config: z
    .looseObject({
      User: z.string().optional(),
      ExposedPorts: empty.nullish(),
      Env: z.array(z.string().regex(/^[^=]+=/, { error: "an environment variable is NAME=VALUE" })).nullish(),
      Entrypoint: words.nullish(),
      Cmd: words.nullish(),
      Volumes: empty.nullish(),
      WorkingDir: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
      StopSignal: z.string().optional(),
    })
    .optional(),
  rootfs: z.looseObject({
    type: z.literal("layers", { error: 'must be "layers"' }),
    /** Of the layers' tar archives, not compressed, the lowest first. */
    diff_ids: z.array(digestSchema),
  }),
  history: z
    .array(
      z.looseObject({
        created: z.iso.datetime({ offset: true }).optional(),
        created_by: z.string().optional(),
        comment: z.string().optional(),
        empty_layer: z.boolean().optional(),
      }),
    )
    .optional(),
});
export type ImageConfig = z.output<typeof configSchema>;
