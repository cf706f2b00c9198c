import { once } from "node:events";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { ImageEscrow } from "../../images/image-escrow.ts";
import { loopbackRegistry } from "../../../contract/loopback-registry.ts";
import { Registry } from "../../images/registry.ts";
import { imageServer } from "../../images/serve-images.ts";
import { defaultLockForMs } from "../../restic/retention.ts";
import { pointsOf } from "../../point/points.ts";
import type { Sample } from "../../metrics/metrics.ts";
import { imagesRecord, type ImagesResult } from "../answers/run-record.ts";
import type { AgentContext } from "../context.ts";
import { describeImages, keepImages, type ImagesPorts } from "../images/keep-images.ts";
import { mayChange } from "../maintenance/alone.ts";
import { offsitePoints } from "../offsite-points.ts";
import { recordedRun } from "../recorded-run.ts";

const none = { images: 0, bytes: 0, brought: 0, bytesSent: 0, bytesVerified: 0, removed: 0 } as const;

/** `kaleem-agent images`: keeps the images that run in the bucket. */
export async function imagesCommand(context: AgentContext): Promise<ImagesResult> {
  return recordedRun(context, {
    job: "images",
    schema: imagesRecord,
    run: async () => {
      if (context.config.keepImages === false) return { ...none, skipped: "backups.images is false" };
      const own = await mayChange(context, "offsite");
      if (own === null) return { ...none, skipped: "this data root has no lineage" };
      return keepImages(await imagesPorts(context, own.lineage));
    },
    describe: (result) => result.skipped ?? describeImages(result),
    samples: imageSamples,
  });
}

/** `kaleem-agent serve-images`: a registry on the loopback that gives them, until it is stopped. */
export async function serveImagesCommand(context: AgentContext): Promise<{ readonly served: string }> {
  const { log, interrupted } = context;
  const server = imageServer(new ImageEscrow(await context.bucket()), log);
  const [host = "", port = ""] = loopbackRegistry.split(":");
  server.listen(Number(port), host);
  await Promise.race([
    once(server, "listening"),
    once(server, "error").then(([error]: unknown[]) => {
      throw new RecoveryError(
        exitCodes.failed,
        `${loopbackRegistry} cannot be listened on (${(error as NodeJS.ErrnoException).code ?? "unknown"}): see \`ss -ltnp\` for who does.`,
        { cause: error },
      );
    }),
  ]);
  log.line(`images of the bucket are served as ${loopbackRegistry}`);
  if (!interrupted.aborted) await once(interrupted, "abort");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { served: loopbackRegistry };
}

async function imagesPorts(context: AgentContext, lineage: string): Promise<ImagesPorts> {
  const { config, docker, host, local, locks, log, interrupted } = context;
  const plain = await docker.plainRegistries();
  return {
    bucket: await context.bucket(),
    locks,
    log,
    interrupted,
    now: () => host.now(),
    running: async () => (await docker.allServices()).map(({ image }) => image),
    registry: async (name) =>
      new Registry(name, {
        scheme: plain.has(name) || /^(?:localhost|127\.[\d.]+)(?::|$)/.test(name) ? "http" : "https",
        credentials: await loginOf(context, name),
      }),
    instants: async () =>
      [...pointsOf(await local.snapshots(lineage)), ...(await offsitePoints(context))].map(
        ({ instant }) => instant,
      ),
    lockForMs: config.lockForMs ?? defaultLockForMs,
  };
}

/** What `docker login` leaves as root. */
const dockerLogins = "/root/.docker/config.json";
const loginsSchema = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).optional(),
});

/** The account that Docker on this host has for a registry, as the value of an Authorization header; null when it has none. */
async function loginOf({ host }: Pick<AgentContext, "host">, registry: string): Promise<string | null> {
  const text = await host.readFile(dockerLogins);
  if (text === null) return null;
  const name = registry === "registry-1.docker.io" ? "https://index.docker.io/v1/" : registry;
  let auth: string | undefined;
  try {
    auth = loginsSchema.safeParse(JSON.parse(text)).data?.auths?.[name]?.auth;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return auth === undefined || auth === "" ? null : `Basic ${auth}`;
}

function imageSamples({ images, bytes }: ImagesResult): readonly Sample[] {
  return [
    {
      name: "backup_images",
      help: "Images that the off-site bucket holds whole.",
      labels: {},
      value: images,
    },
    { name: "backup_images_bytes", help: "What they take there.", labels: {}, value: bytes },
  ];
}
