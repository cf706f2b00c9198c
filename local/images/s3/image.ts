import path from "node:path";
import type { ImageRecipe } from "../recipe.ts";
import { makeStaticImage } from "../static-image.ts";

const folder = import.meta.dirname;
const version = "2026-02-12T20-18-48Z";
const packages = ["github.com/minio/minio", "./s3-provision"];
const linkerFlags = [`-X github.com/minio/minio/cmd.Version=${version}`];

/** MinIO, the S3 server that plays the off-site bucket. */
export const s3Image: ImageRecipe = {
  name: "s3",
  from: "MinIO's Go module",
  inputs: () => [
    JSON.stringify([version, packages, linkerFlags]),
    { directory: path.join(folder, "build") },
    { directory: path.join(folder, "rootfs") },
  ],
  config: [
    "ENV PATH=/usr/local/bin:/usr/bin:/bin",
    "USER 1000:1000",
    "VOLUME /data",
    "EXPOSE 9000",
    'CMD ["minio", "server", "--address", ":9000", "/data"]',
  ],
  build: (directory, report) =>
    makeStaticImage(
      {
        go: [{ module: path.join(folder, "build"), packages, linkerFlags }],
        overlays: [path.join(folder, "rootfs")],
        data: { directory: "/data", owner: "1000:1000" },
        version: `MinIO ${version}`,
      },
      directory,
      report,
    ),
};
