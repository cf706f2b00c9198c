import assert from "node:assert/strict";
import test from "node:test";
import { catalog as platform } from "../../../catalog/catalog.ts";
import { ConfigError } from "../../../components/config/config-error.ts";
import { parseConfig } from "../../../components/config/parse.ts";
import { sampleApplications } from "../../catalog/sample-catalog.ts";
import { secrets, validValues } from "../support/program.ts";

const valid = validValues();

function parsed(applications: unknown, more: Readonly<Record<string, string>> = {}, fileExists = () => true) {
  const values = { ...valid, applications: JSON.stringify(applications), ...more };
  const encrypted = new Set([...Object.keys(secrets), "shop-token"]);
  return parseConfig({ file: "f", values, encrypted, fileExists, now: new Date() }, platform);
}

/** All that is said of the sample's applications with one more. */
function problems(shop: Readonly<Record<string, unknown>>, name = "shop"): readonly string[] {
  try {
    parsed({
      ...sampleApplications,
      [name]: { memory: "64MiB", cpus: 1, health: { kind: "none" }, ...shop },
    });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

test("a block says no more than it must, and the rest has defaults", () => {
  assert.deepEqual(problems({}), []);
  const { catalog, applications } = parsed(sampleApplications);
  assert.equal(applications["api"]?.replicas, 2);
  assert.ok(catalog.some(({ name }) => name === "api") && catalog.some(({ name }) => name === "mongo"));
  // The secret of an application that is gone stays in the file, and is nobody's trouble.
  assert.deepEqual(parsed({}).applications, {});
});

for (const [title, shop, said] of [
  ["a misspelt key", { memroy: "1GiB" }, "applications.shop.memroy: unknown key; did you mean memory?"],
  [
    "a route that goes by a query",
    { port: 80, route: { path: "/shop?page" } },
    'applications.shop.route.path: expected a path such as /api, got "/shop?page"; a route goes by the path alone; write it without a query',
  ],
  [
    "a route that no request's path begins with",
    { port: 80, route: { path: "/a/../shop" } },
    'applications.shop.route.path: expected a path such as /api, got "/a/../shop"; write it without empty parts and without . and .. between slashes',
  ],
  [
    "scratch over the secrets",
    { scratch: { "/run/secrets": "1MiB" } },
    'applications.shop.scratch: expected a whole path in the container such as /tmp, none in /proc, /sys, /dev, /run/secrets or /etc/kaleem, got the key "/run/secrets"',
  ],
  [
    "less memory than Docker starts anything with",
    { memory: "5MiB" },
    'applications.shop.memory: expected a size such as 512MiB, got "5MiB"; 6MiB is the least',
  ],
  [
    "data at a path that begins nowhere",
    { user: "1:1", data: { path: "var/lib/shop" } },
    'applications.shop.data.path: expected a whole path in the container such as /etc/app/config.json, got "var/lib/shop"',
  ],
  [
    "data of two replicas",
    { user: "1:1", replicas: 2, data: { path: "/var/lib/shop" } },
    "applications.shop.replicas: expected 1, since two replicas would write into each other's files, got 2; keep what several share in a store, or take out data",
  ],
  [
    "a number where a variable is a text",
    { env: { PORT: 3000 } },
    "applications.shop.env.PORT: expected a text in quotes, got 3000; write a text: in quotes, and times and sizes with their unit",
  ],
  [
    "a variable that no shell knows",
    { env: { "MY-VAR": "x" } },
    'applications.shop.env: expected a variable\'s name such as DATABASE_URL, got the key "MY-VAR"',
  ],
  [
    "a health that is none of the kinds",
    { health: { path: "/" } },
    "applications.shop.health.kind: missing; expected {kind: http, path: …}, {kind: tcp}, {kind: command, argv: […]} or {kind: none}",
  ],
  [
    "a user without a group",
    { user: "1000" },
    'applications.shop.user: expected a user and a group by number, such as 1000:1000, got "1000"; add the group: 1000:1000',
  ],
  [
    "a reference where the lock's key belongs",
    { image: "ghcr.io/kaleem/api:1" },
    'applications.shop.image: expected a key of the image lock, such as api, got "ghcr.io/kaleem/api:1"; write its key; the reference stands in the image lock',
  ],
  [
    "a store that there is not",
    { uses: { mongodb: { databases: ["a"] } } },
    "applications.shop.uses.mongodb: unknown key; did you mean mongo?",
  ],
  [
    "a database of the server's own",
    { uses: { mongo: { databases: ["admin"] } } },
    "applications.shop.uses.mongo.databases[0]: expected a database's name, or *, got \"admin\"; that one is the server's or the platform's own",
  ],
  [
    "a pattern that is none",
    { uses: { rabbitmq: { write: "^(a" } } },
    'applications.shop.uses.rabbitmq.write: expected a pattern of names such as ^mails$, or .* for all, got "^(a"; it is no regular expression: a bracket is not closed, or the like',
  ],
  [
    "a secret by a key that a setting might have",
    { secrets: { token: { means: "A token." } }, secretFiles: { token: "{secret.token}" } },
    'applications.shop.secrets: expected a key of two words or more such as jwt-secret, got the key "token"',
  ],
  [
    "two applications on one route",
    { port: 80, route: { path: "/webhooks/" } },
    'applications.shop.route.path: expected a path of its own, got "/webhooks/", which is webhooks\'s; choose another, or take one of the two out',
  ],
  ["a store that is off", { uses: { n8n: {} } }, undefined],
] as const) {
  test(`${title} is ${said === undefined ? "refused where it is off" : "refused with a sentence"}`, () => {
    assert.deepEqual(problems(shop), said === undefined ? [] : [said]);
  });
}

test("scratch may lie where programs want it, and over nothing of the system's or the platform's own", () => {
  for (const path of ["/tmp", "/dev/shm", "/run/app", "/etc/kaleem-app", "/process", "/var/.cache"])
    assert.deepEqual(problems({ scratch: { [path]: "1MiB" } }), [], path);
  for (const path of [
    "/proc",
    "/sys/fs",
    "/dev",
    "/dev/shm/x",
    "/run/secrets/x",
    "/etc/kaleem",
    "/a/../proc",
  ])
    assert.equal(problems({ scratch: { [path]: "1MiB" } }).length, 1, path);
});

test("applications that wait for one another are told as the circle that they are", () => {
  const one = { memory: "64MiB", cpus: 1, health: { kind: "none" } };
  const applications = {
    ...sampleApplications,
    shop: { ...one, needs: ["gate"] },
    gate: { ...one, needs: ["shop"] },
  };
  assert.throws(() => parsed(applications), {
    message:
      "f: applications.shop.needs: shop → gate → shop is a circle: none of them could ever start; remove one need",
  });
});

test("a name that is no DNS name is refused, and what else is wrong is told beside it", () => {
  assert.deepEqual(problems({ user: "1000" }, "My_Shop"), [
    'applications: expected a name of lower-case letters, digits and dashes, a letter first, 32 at most, got the key "My_Shop"',
  ]);
});

test("an application's limits stand with it, and no more below services", () => {
  const services = { ...(JSON.parse(valid["services"] ?? "") as object), api: { memory: "1GiB", cpus: 1 } };
  assert.throws(() => parsed(sampleApplications, { services: JSON.stringify(services) }), {
    message:
      "f: services.api: no service of the platform; an application says what it may use itself: write it below applications",
  });
});

test("secrets that applications bring along are demanded, may have any form that they say, and are never shown", () => {
  const shop = {
    memory: "64MiB",
    cpus: 1,
    health: { kind: "none" },
    secretFiles: { token: "{secret.shop-token}" },
    secrets: { "shop-token": { means: "Opens the shop.", form: "text" } },
  };
  const applications = { ...sampleApplications, shop };
  assert.throws(() => parsed(applications), {
    message: "f: shop-token: missing secret; set it with: pulumi config set --secret shop-token",
  });
  assert.ok(parsed(applications, { "shop-token": "line 1\nline '2' = \"x\"\n" }));
  assert.throws(
    () => parsed(applications, { "shop-token": "a\0b" }),
    (error: Error) => {
      assert.match(
        error.message,
        /^f: shop-token: expected any text without a byte of zero; the value is not shown/,
      );
      return true;
    },
  );
});

test("a file that is not there is told by where it is written", () => {
  const shop = {
    memory: "64MiB",
    cpus: 1,
    health: { kind: "none" },
    files: { "/etc/shop.json": "shop.json" },
  };
  const here = (path: string) => path !== "shop.json";
  assert.throws(() => parsed({ ...sampleApplications, shop }, {}, here as () => boolean), {
    message: 'f: applications.shop.files./etc/shop.json: expected a file that exists, got "shop.json"',
  });
});
