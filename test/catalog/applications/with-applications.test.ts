import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApplicationSettings } from "../../../catalog/applications/settings.ts";
import { withApplications } from "../../../catalog/applications/with-applications.ts";
import { catalog as platform } from "../../../catalog/catalog.ts";
import {
  type Application,
  type FilesDefinition,
  isApplication,
  keptBy,
} from "../../../catalog/definition.ts";
import { inStartOrder } from "../../../catalog/start-order.ts";
import { routesOf } from "../../../components/edge/nginx-conf.ts";

/** An application that keeps every rule; tests change one thing. */
function settings(more: Partial<ApplicationSettings> = {}): ApplicationSettings {
  return {
    replicas: 1,
    memory: "64MiB",
    cpus: 1,
    port: 3000,
    health: { kind: "tcp" },
    stopGrace: "30s",
    env: {},
    secretEnv: {},
    secretFiles: {},
    secrets: {},
    files: {},
    scratch: {},
    needs: [],
    uses: {},
    ...more,
  };
}

function made(more: Partial<ApplicationSettings>): Application {
  const { catalog, problems } = withApplications(platform, { shop: settings(more) });
  assert.deepEqual(problems, []);
  const found = catalog.find((one): one is Application => one.name === "shop" && isApplication(one));
  assert.ok(found);
  return found;
}

function problems(applications: Readonly<Record<string, Partial<ApplicationSettings>>>): readonly string[] {
  const whole = Object.entries(applications).map(([name, one]) => [name, settings(one)] as const);
  return withApplications(platform, Object.fromEntries(whole)).problems;
}

test("nothing is demanded of an image that is not written: its own user, entry point and command stay", () => {
  const shop = made({ health: { kind: "none" } });
  assert.equal(shop.image, "shop");
  for (const key of [
    "user",
    "entrypoint",
    "args",
    "env",
    "secrets",
    "secretEnv",
    "files",
    "scratch",
  ] as const)
    assert.equal(shop[key], undefined, key);
  assert.deepEqual(shop.health.argv, []);
});

test("values become what the process gets: plain, by a store's login, as a file, or as a secret variable", () => {
  const shop = made({
    uses: { mongo: { databases: ["shop"] }, redis: { keys: ["*"], channels: [], scripts: false } },
    entrypoint: ["/app/server"],
    command: ["--fast"],
    env: { HOST: "{mongo.host}", LOGIN: "{mongo.user}", REDIS_USER: "{redis.user}" },
    secretFiles: { password: "{mongo.password}", url: "redis://:{redis.password|url}@{redis.host}" },
    secretEnv: { TOKEN: "{secret.shop-token}" },
    secrets: { "shop-token": { means: "Opens the shop.", form: "given" } },
  });
  assert.deepEqual(shop.env, { HOST: "mongo", REDIS_USER: "app" });
  assert.deepEqual(shop.envTexts, { LOGIN: [{ user: "app", password: "mongo-app-password" }] });
  assert.deepEqual(shop.secrets, { password: "mongo-app-password" });
  assert.deepEqual(shop.secretTexts, {
    url: ["redis://:", { secret: "redis-app-password", encoded: true }, "@redis"],
  });
  assert.deepEqual(shop.secretEnv, { TOKEN: [{ secret: "shop-token" }] });
  assert.deepEqual(shop.secretForms, { "shop-token": "credential" });
  // The variables are set by a line before the image's own program.
  assert.deepEqual(shop.entrypoint, ["/bin/sh", "/etc/kaleem/start"]);
  assert.deepEqual(shop.args, ["/app/server", "--fast"]);
});

test("stores start first, then applications in the order of their needs, then monitoring", () => {
  const { catalog } = withApplications(platform, {
    front: settings({ needs: ["back"] }),
    back: settings(),
  });
  const kinds = catalog.map((one) => (one.kind === "stateful" ? 0 : isApplication(one) ? 1 : 2));
  assert.deepEqual(kinds, [...kinds].sort());
  const names = inStartOrder(catalog).map(({ name }) => name);
  assert.ok(names.indexOf("back") < names.indexOf("front"));
});

test("routes, ports and metrics come from the settings", () => {
  const shop = made({
    port: 3000,
    route: { path: "/shop/", maxBody: "1MiB" },
    metrics: { port: 9100, path: "/numbers" },
    health: { kind: "http", path: "/shop/ready", startPeriod: "3m" },
  });
  assert.deepEqual(shop.ports, { http: 3000, metrics: 9100 });
  assert.deepEqual(shop.metrics, { port: "metrics", path: "/numbers" });
  assert.deepEqual(routesOf([shop]), [{ path: "/shop/", service: "shop", port: 3000, maxBody: "1MiB" }]);
  assert.deepEqual(shop.health.argv, ["/bin/sh", "/etc/kaleem/health", "http://127.0.0.1:3000/shop/ready"]);
  assert.equal(shop.health.startPeriod, "3m");
  assert.deepEqual(made({ metrics: { path: "/metrics" } }).metrics, { port: "http", path: "/metrics" });
});

test("each thing that is wrong is a sentence with its path, and none hides another", () => {
  assert.deepEqual(
    problems({
      mongo: {},
      nginx: {},
      a: { route: { path: "/" }, uses: { n8n: {} }, needs: ["a", "nobody", "n8n"] },
      b: { route: { path: "/" }, env: { URL: "{mongo.password}" }, uses: { mongo: { databases: ["b"] } } },
      c: { route: { path: "/lb-health" }, env: { URL: "{mongo.host} {mongo.hots}" } },
    }),
    [
      "applications.b.env.URL: expected no secret, since whoever inspects the service sees this variable, got one; move it to secretEnv",
      "applications.c.env.URL: {mongo.host}: c does not use mongo; add it to applications.c.uses",
      "applications.c.env.URL: {mongo.hots}: names nothing; known here: nothing; write {{ for a brace itself",
      "applications.mongo: expected a name of its own, got one that is that of a service of the platform; choose another",
      "applications.nginx: expected a name of its own, got one that is the edge's; choose another",
      `applications.b.route.path: expected a path of its own, got "/", which is a's; choose another, or take one of the two out`,
      `applications.c.route.path: expected a path of its own, got "/lb-health", which the edge answers itself; choose another`,
      "applications.a.uses.n8n: expected a store that runs, got one that is off; write services.n8n.enabled: true, or take it out",
      "applications.a.needs: expected another service, got itself; take it out",
      'applications.a.needs: expected a service, got "nobody", which there is not; take it out',
      "applications.a.needs: expected services that run, got n8n, which is off; write services.n8n.enabled: true, or take it out",
    ],
  );
});

test("a secret of an application has one description, a name that nobody has, and a use", () => {
  const secret = { means: "A key.", form: "generated" } as const;
  assert.deepEqual(
    problems({
      a: { secrets: { "jwt-secret": secret, "mongo-root-password": secret, "idle-key": secret } },
      b: { secrets: { "jwt-secret": secret }, secretFiles: { jwt: "{secret.jwt-secret}" } },
    }),
    [
      "applications.a.secrets.mongo-root-password: expected a name of its own, got that of a secret of the platform; choose another",
      "applications.a.secrets.idle-key: expected a secretEnv or secretFiles that names {secret.idle-key}, got none; use it, or take it out",
      "applications.b.secrets.jwt-secret: expected one description, got another in applications.a.secrets; keep one",
    ],
  );
});

test("what cannot work together is said: secret variables without a command, what listens nowhere, a name twice", () => {
  assert.deepEqual(
    problems({
      a: {
        port: undefined,
        health: { kind: "http", path: "/" },
        metrics: { path: "/metrics" },
        route: { path: "/" },
        env: { TOKEN: "x" },
        secretEnv: { TOKEN: "y" },
      },
    }),
    [
      "applications.a.secretEnv.TOKEN: expected a variable of its own, got one that env has too; take one of the two out",
      "applications.a.entrypoint: missing; with secretEnv it has to be written, since the image's own is started by a line that sets the variables; the image lock has both after ./kaleem images refresh (image.entrypoint, and image.command for command)",
      "applications.a.health.port: missing, and the application has no port; write the one that is to be asked",
      "applications.a.metrics.port: missing, and the application has no port; write the one that Prometheus is to ask",
      "applications.a.port: missing; a route needs one to lead to",
    ],
  );
});

test("an application with data keeps a directory of its own, alone, and is closed as applications are", () => {
  const shop = made({ user: "1000:1000", data: { path: "/var/lib/shop" }, writableRoot: undefined });
  assert.equal(shop.kind, "files");
  assert.deepEqual([shop.user, shop.replicas], ["1000:1000", 1]);
  assert.deepEqual(keptBy(shop), { "/var/lib/shop": "application-shop" });
  assert.ok(isApplication(shop));
  assert.deepEqual(keptBy(made({})), {});
  // A definition with data does not compile without its recovery.
  const kept: Pick<FilesDefinition, "kind" | "user" | "replicas" | "data" | "recovery"> = {
    kind: "files",
    user: "1000:1000",
    replicas: 1,
    data: {},
    // @ts-expect-error what keeps data says how it comes back
    recovery: undefined,
  };
  assert.equal(kept.kind, "files");
});

test("data that could not be kept is refused: shared, nobody's, the platform's own, or under another mount", () => {
  assert.deepEqual(
    problems({
      a: { data: { path: "/data" }, replicas: 3 },
      b: { user: "1:1", data: { path: "/run/secrets/b" } },
      c: { user: "1:1", data: { path: "/var" } },
      d: {
        user: "1:1",
        data: { path: "/data" },
        scratch: { "/data/cache": "1MiB" },
        files: { "/data": "README.md" },
      },
      e: { user: "1:1", data: { path: "/etc" } },
    }),
    [
      "applications.a.replicas: expected 1, since two replicas would write into each other's files, got 3; keep what several share in a store, or take out data",
      "applications.a.user: missing; with data it has to be written, since the directory is made for it: the image's own user by number, such as 1000:1000 (the image lock has it after ./kaleem images refresh: image.user)",
      'applications.b.data.path: expected a directory of its own, got "/run/secrets/b", and /run/secrets is not the application\'s; choose another',
      'applications.c.data.path: expected a directory that holds its data alone, got "/var", which holds the image\'s own files; write one below it',
      'applications.d.files./data: expected a path outside of data.path, got "/data" there; what is kept and what is not need separate directories',
      'applications.d.scratch./data/cache: expected a path outside of data.path, got "/data" there; what is kept and what is not need separate directories',
      'applications.e.data.path: expected a directory of its own, got "/etc", and /etc/kaleem is not the application\'s; choose another',
    ],
  );
});
