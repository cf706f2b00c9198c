import { z } from "zod";
import * as field from "./fields.ts";

const pace = {
  every: field.duration("1s", "10m").optional().describe("How often it is looked. Left out: 5s."),
  timeout: field.duration("1s", "10m").optional().describe("How long one look may take. Left out: 4s."),
  retries: field
    .kept(100)
    .optional()
    .describe("After how many bad looks in a row a task is replaced. Left out: 6."),
  startPeriod: field
    .duration("1s", "15m")
    .optional()
    .describe("How long after its start bad looks do not count. Left out: 20s."),
};

const health = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z
          .literal("http")
          .describe(
            "Healthy while an address inside the container answers 200, which should mean that it can work: an update that never gets there is rolled back. " +
              "Asked by what the image has: bash, node, python3, curl or wget.",
          ),
        path: field.urlPath.describe("The address's path. A redirect is no 200."),
        port: field.port
          .optional()
          .describe("Left out: the application's port, or else that of its metrics."),
        ...pace,
      }),
      z.strictObject({
        kind: z.literal("tcp").describe("Healthy while something listens on a port inside the container."),
        port: field.port
          .optional()
          .describe("Left out: the application's port, or else that of its metrics."),
        ...pace,
      }),
      z.strictObject({
        kind: z
          .literal("command")
          .describe(
            "Healthy while a program of the image ends with 0. It sees the plain variables alone, no secretEnv.",
          ),
        argv: field.words.describe("The program and its arguments."),
        ...pace,
      }),
      z.strictObject({
        kind: z
          .literal("none")
          .describe(
            "For images without a shell or anything else to ask with: a task that runs counts as healthy, so an update to one that does not work is not rolled back.",
          ),
        ...pace,
      }),
    ],
    { error: "expected {kind: http, path: …}, {kind: tcp}, {kind: command, argv: […]} or {kind: none}" },
  )
  .describe("How it is told that a task can work.");

const secret = z.strictObject({
  means: field.sentence.describe("What it is for, for whoever has to set or change it."),
  form: z
    .enum(["generated", "given", "text"], { error: "expected generated, given or text" })
    .meta({ title: "generated, given or text" })
    .default("generated")
    .describe(
      "`generated` is drawn at random; `given` is one line that somebody else issued; `text` may hold anything, line breaks included.",
    ),
});

const anything = z.strictObject({});
const uses = z
  .strictObject({
    mongo: z
      .strictObject({
        databases: field.databases.describe("Databases that it may read, write and make; `*` is every one."),
      })
      .optional()
      .describe("MongoDB."),
    redis: z
      .strictObject({
        keys: field.patterns.describe(
          "Keys that it may read and write, as patterns of Redis' ACL: `session:*`, or `*` for all.",
        ),
        channels: field.patterns
          .default([])
          .describe("Channels that it may publish to and subscribe to, as such patterns."),
        scripts: field.flag
          .default(false)
          .describe("Whether it may run scripts; what they touch must be allowed too."),
      })
      .optional()
      .describe("Redis. Nothing that governs the server is ever allowed."),
    rabbitmq: z
      .strictObject({
        vhost: field.vhost.default("/").describe("The virtual host; made where it is missing."),
        configure: field.pattern
          .default("^$")
          .describe("Exchanges and queues that it may declare and delete, as a pattern of names."),
        write: field.pattern
          .default("^$")
          .describe("Exchanges that it may publish to and queues that it may bind, as a pattern of names."),
        read: field.pattern
          .default("^$")
          .describe("Queues that it may consume and exchanges that it may bind to, as a pattern of names."),
      })
      .optional()
      .describe("RabbitMQ. What several applications may in one virtual host, each of them may."),
    minio: z
      .strictObject({
        buckets: field.buckets.describe(
          "Buckets in which it may put, get and list; made where they are missing.",
        ),
        mayDelete: field.flag.default(false).describe("Whether it may delete objects there."),
      })
      .optional()
      .describe("MinIO."),
    qdrant: anything.optional().describe("Qdrant. Its one key has all rights."),
    n8n: anything.optional().describe("n8n. Its workflows decide whom they answer."),
  })
  .default({})
  .describe(
    "Stores whose facts it may name, and what it may do there. All applications log in as one user, so each has what any of them was given.",
  );

const application = z
  .strictObject({
    image: field.imageKey.optional().describe("Key in the image lock. Left out: the application's own name."),
    entrypoint: field.words
      .optional()
      .describe("Replaces the image's own entry point. Has to be written where there is a secretEnv."),
    command: field.words
      .optional()
      .describe("Arguments behind the entry point. Left out: the image's own, unless entrypoint is written."),
    user: field.numericUser
      .optional()
      .describe(
        "Who it runs as. Left out: whom the image names; the secrets in files can then be read by any user in the container.",
      ),
    replicas: field.replicas.default(1).describe("How many run at once."),
    memory: field
      .byteSize("6MiB", "1024GiB")
      .describe("Most memory that one replica may have; beyond it the replica is killed and started again."),
    cpus: field.cpus.describe("Most CPU time that one replica may have."),
    port: field.port
      .optional()
      .describe(
        "Where it listens. Other services reach it as `http://<name>:<port>`; several may have the same, since each has an address of its own.",
      ),
    health,
    stopGrace: field
      .duration("1s", "10m")
      .default("30s")
      .describe("How long it may take to leave after SIGTERM, before it is killed."),
    env: z
      .record(field.variable, field.templateText)
      .default({})
      .describe(
        "Environment variable → value, in plain sight of whoever inspects the service. May name facts that are no secret, such as `{mongo.host}`.",
      ),
    secretEnv: z
      .record(field.variable, field.templateText)
      .default({})
      .describe(
        "Environment variable → value that may name any fact, such as `{mongo.password|url}`. The process alone sees it; the image needs /bin/sh.",
      ),
    secretFiles: z
      .record(field.secretFile, field.templateText)
      .default({})
      .describe(
        "Name below /run/secrets → the file's content, which may name any fact. For images without a shell, and for `*_FILE` variables.",
      ),
    secrets: z
      .record(field.secretKey, secret)
      .default({})
      .describe(
        "Secrets that it brings along, by their key in this file; `{secret.<key>}` in a value of any application stands for it.",
      ),
    files: z
      .record(field.absolutePath, field.path)
      .default({})
      .describe("Path in the container → file, relative to the repository's root. Not for secrets."),
    scratch: z
      .record(field.scratchPath, field.byteSize("64KiB", "64GiB"))
      .default({})
      .describe(
        "Directories in memory that it may write to: path in the container → largest size. All else is read-only.",
      ),
    data: z
      .strictObject({
        path: field.absolutePath.describe("The directory's path in the container."),
      })
      .optional()
      .describe(
        "A directory that it keeps: in recovery points, proven and restored as a store's is. One replica, which a point pauses for a moment; " +
          "`user` says whose it is. Left out: it keeps nothing.",
      ),
    writableRoot: field.reason
      .optional()
      .describe("Why the image's own files must stay writable. Left out, they are read-only."),
    route: z
      .strictObject({
        path: field.routePath.describe("The prefix; the longest one that fits wins."),
        maxBody: field
          .byteSize("1KiB", "1GiB")
          .optional()
          .describe("Largest request body here. Left out: the edge's own."),
      })
      .optional()
      .describe("Which requests from outside reach it. Left out: none."),
    metrics: z
      .strictObject({
        port: field.port.optional().describe("Left out: the application's port."),
        path: field.urlPath.default("/metrics").describe("Where Prometheus asks, with a query if need be."),
        http: z
          .strictObject({
            judged: field.flag
              .default(true)
              .describe(
                "Whether ApiErrors and ApiSlow are told of it. Without such a histogram they never are.",
              ),
            histogram: field.metricName
              .default("http_request_duration_seconds")
              .describe(
                "The histogram of its answers, in seconds: that of prom-client's common middlewares.",
              ),
            statusLabel: field.metricLabel
              .default("status_code")
              .describe("The label with the answer's status; `code` for prom-api-metrics."),
            routeLabel: field.metricLabel
              .default("route")
              .describe("The label with the route; `path` for express-prom-bundle."),
          })
          .default({
            judged: true,
            histogram: "http_request_duration_seconds",
            statusLabel: "status_code",
            routeLabel: "route",
          })
          .describe("Which of its numbers tell how its requests are answered."),
      })
      .optional()
      .describe("Numbers that Prometheus fetches from each replica. Left out: none."),
    needs: z
      .array(z.string(), { error: "expected a list of services" })
      .default([])
      .describe("Services that must answer before this one starts, beside the stores, which always must."),
    uses,
  })
  .describe("One application; its name is its DNS name, too.");

/** What runs for the stack's customers. */
export const applications = z
  .record(field.applicationName, application)
  .describe(
    "What the stack runs for its customers, by name: images of anybody. docs/applications.md shows how. " +
      "In values, `{store.fact}` stands for a fact of the platform, `{store.fact|url}` for the same in an address, and `{{` for a brace.",
  );
