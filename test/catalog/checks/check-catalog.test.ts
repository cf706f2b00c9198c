import assert from "node:assert/strict";
import test from "node:test";
import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../sample-catalog.ts";
import { checkCatalog, type WholeCatalog } from "../../../catalog/checks/check-catalog.ts";
import type { ServiceDefinition } from "../../../catalog/definition.ts";
import { madeUpApplication, madeUpStore } from "../made-up.ts";

const edge = madeUpApplication({ name: "edge", ports: { http: 80 } });
const published = { edge: [80, 443] };

function refused(
  catalog: readonly ServiceDefinition[],
  problems: readonly string[],
  more?: Partial<WholeCatalog>,
) {
  assert.deepEqual(
    checkCatalog({ catalog, edge, published, ...more }),
    problems.map((problem) => `catalog: ${problem}`),
  );
}

test("the platform's own catalog can be deployed", () => {
  assert.deepEqual(checkCatalog({ catalog, edge: nginx, published: { [nginx.name]: [80, 443] } }), []);
});

test("the made-up catalog that the tests spoil can be deployed", () => {
  refused([madeUpStore(), madeUpApplication({ needs: ["store"] })], []);
});

test("two services of one name are refused", () => {
  refused([madeUpApplication(), madeUpApplication()], ["shop: two services have this name; rename one"]);
});

test("a name that is the edge's, or means something else, is refused", () => {
  refused([madeUpApplication({ name: "edge" })], ["edge: the name belongs to the edge; choose another"]);
  refused(
    [madeUpApplication({ name: "localhost" })],
    ["localhost: the name means the container itself; choose another"],
  );
  refused(
    [madeUpApplication({ name: "tasks" })],
    ["tasks: the name means the tasks of a service (tasks.<service>); choose another"],
  );
});

test("a name that DNS could not answer for is refused", () => {
  for (const name of ["Shop", "shop_1", "-shop", "1shop", "shop.eu", "s".repeat(64)]) {
    refused(
      [madeUpApplication({ name })],
      [
        `${name}: expected a DNS label (lower-case letters, digits and inner hyphens, at most 63, a letter first), ` +
          `got "${name}"; other services find it by that name`,
      ],
    );
  }
});

test("two services on one port of the host are refused, and so is one that the host itself needs", () => {
  refused([madeUpApplication()], ["shop: publishes port 443 of the host, which edge has; choose another"], {
    published: { ...published, shop: [443] },
  });
  refused([], ["edge: publishes port 22 of the host, which sshd has; choose another"], {
    published: { edge: [22] },
  });
});

test("two names for one port inside a service are refused", () => {
  refused(
    [madeUpApplication({ ports: { http: 3000, metrics: 3000 } })],
    ["shop.ports: http and metrics are both 3000; a service listens on a port only once"],
  );
});

test("a need of a service that is not there is refused, with what was meant", () => {
  refused(
    [madeUpStore(), madeUpApplication({ needs: ["stroe"] })],
    ['shop.needs: there is no service "stroe"; did you mean store?'],
  );
  refused([madeUpApplication({ needs: ["kafka"] })], ['shop.needs: there is no service "kafka"']);
});

test("a circle of needs is shown from one end to the other, once", () => {
  refused(
    [
      madeUpApplication({ name: "a", needs: ["b"] }),
      madeUpApplication({ name: "b", needs: ["c"] }),
      madeUpApplication({ name: "c", needs: ["a"] }),
      madeUpApplication({ name: "d", needs: ["a"] }),
    ],
    ["a.needs: a → b → c → a is a circle: none of them could ever start; remove one need"],
  );
  refused(
    [madeUpApplication({ name: "a", needs: ["a"] })],
    ["a.needs: a → a is a circle: none of them could ever start; remove one need"],
  );
});

test("a store cannot wait for an application, which waits for the stores", () => {
  refused(
    [madeUpStore({ needs: ["shop"] }), madeUpApplication()],
    ["store.needs: shop waits for every store, so no store can wait for it; remove it"],
  );
});

test("what always runs cannot need what may be switched off", () => {
  const optional = { enabledByDefault: true };
  refused(
    [madeUpStore({ optional }), madeUpApplication({ needs: ["store"] })],
    ["shop.needs: store may be switched off, shop may not; make shop optional too, or store not"],
  );
  refused([madeUpStore({ optional }), madeUpApplication({ needs: ["store"], optional })], []);
});

test("metrics on a port that the service does not have are refused", () => {
  refused(
    [madeUpApplication({ metrics: { port: "metrics", path: "/metrics" } })],
    ['shop.metrics.port: there is no port "metrics"; its ports are: http'],
  );
});

test("a capability is one, and written as elsewhere", () => {
  refused(
    [madeUpApplication({ capabilities: ["CAP_CHOWN", "ALL", "SETUID"] })],
    [
      'shop.capabilities: expected one capability such as NET_BIND_SERVICE, got "CAP_CHOWN"',
      'shop.capabilities: expected one capability such as NET_BIND_SERVICE, got "ALL"',
    ],
  );
});

test("no two files or secrets of a service have one name, in whatever directories they are", () => {
  const file = new URL("file:///dev/null");
  refused(
    [madeUpApplication({ files: { "/a/x.yml": file, "/b/x.yml": file, "/b/y.yml": file } })],
    ["shop: two of its files or secrets are named x.yml; rename one"],
  );
});

test("what a secret is for is said once, by somebody, and of a secret that somebody gets", () => {
  const secrets = { password: "store-password" };
  const secretMeanings = { "store-password": "Opens the store." };
  refused(
    [madeUpStore({ secrets })],
    [
      "secret store-password: nothing says what it is for; describe it in secretMeanings of the service that owns it",
    ],
  );
  refused(
    [madeUpStore({ secrets, secretMeanings }), madeUpApplication({ secrets, secretMeanings })],
    ["secret store-password: store and shop both describe it; keep one description"],
  );
  refused(
    [madeUpStore({ secretMeanings })],
    ["store.secretMeanings: no service uses the secret store-password; remove it"],
  );
});

test("memory over kept files, or around them, is refused", () => {
  for (const path of ["/data", "/data/tmp"]) {
    refused(
      [madeUpStore({ scratch: { [path]: "1MiB" } })],
      [
        `store.scratch: ${path} overlaps with the data in /data: what is kept and what is not need separate directories`,
      ],
    );
  }
  refused([madeUpStore({ scratch: { "/database": "1MiB" } })], []);
  refused(
    [madeUpApplication({ scratch: { tmp: "1MiB" } })],
    ['shop.scratch: expected an absolute path, got "tmp"'],
  );
});

test("two stores in one directory, or one inside the other, are refused", () => {
  refused(
    [madeUpStore(), madeUpStore({ name: "other" })],
    ["other.data: the directory store is store's; each store needs its own"],
  );
  refused(
    [madeUpStore(), madeUpStore({ name: "other", data: { "/data": "store/inner" } })],
    ["other.data: the directory store/inner is store's (store); each store needs its own"],
  );
});

test("every problem is reported at once", () => {
  const problems = checkCatalog({
    catalog: [madeUpApplication({ name: "tasks", needs: ["nobody"], metrics: { port: "x", path: "/" } })],
    edge,
    published,
  });
  assert.equal(problems.length, 3);
});
