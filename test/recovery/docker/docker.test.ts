import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DockerError } from "../../../recovery/docker/docker-error.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import { FakeDocker } from "./fake-docker.ts";

let fake: FakeDocker;
let docker: Docker;
beforeEach(async () => {
  fake = await FakeDocker.start();
  docker = new Docker(fake.socket, 10_000);
  fake.containers.set("c1", { service: "mongo", startedAt: "t1", paused: false });
  fake.containers.set("c2", { service: "redis", startedAt: "t2", paused: false });
});
afterEach(() => fake.stop());

describe("Docker", () => {
  it("finds a service's containers by their label", async () => {
    const [container, ...others] = await docker.containersOf("redis");
    assert.deepEqual(others, []);
    const expected = {
      id: "c2",
      pid: 4242,
      startedAt: "t2",
      running: true,
      paused: false,
      image: "redis@sha256:1",
      health: null,
    };
    assert.deepEqual(container, expected);
  });

  it("leaves out a container that ends between being listed and being looked at", async () => {
    fake.containers.set("c3", { service: "redis", startedAt: "t3", paused: false });
    fake.before = (call) => {
      if (call === "GET /containers/c3/json") fake.containers.delete("c3");
      return undefined;
    };
    assert.deepEqual(
      (await docker.containersOf("redis")).map(({ id }) => id),
      ["c2"],
    );
  });

  it("does not call a container unhealthy that a pause has made so", async () => {
    fake.containers.set("c3", {
      service: "x",
      startedAt: "t",
      paused: false,
      health: { Status: "unhealthy", FailingStreak: 0 },
    });
    assert.equal((await docker.inspectContainer("c3")).health, "healthy");
    fake.containers.set("c3", {
      service: "x",
      startedAt: "t",
      paused: false,
      health: { Status: "unhealthy", FailingStreak: 3 },
    });
    assert.equal((await docker.inspectContainer("c3")).health, "unhealthy");
  });

  it("gives a refusal's status and words", async () => {
    await assert.rejects(docker.unpause("c1"), (error: unknown) => {
      assert.ok(error instanceof DockerError);
      assert.equal(error.status, 500);
      assert.equal(error.message, "Docker, unpause container: Container c1 is not paused");
      return true;
    });
  });

  it("says what to do when the daemon is not there", async () => {
    await assert.rejects(
      new Docker("/nowhere/docker.sock").containersOf("mongo"),
      /^RecoveryError: Docker does not answer on \/nowhere\/docker\.sock \(list containers\): start it with `systemctl start docker`\.$/,
    );
  });

  it("gives up on a daemon that accepts and says nothing", async () => {
    fake.silent.add("POST /containers/c1/pause");
    const impatient = new Docker(fake.socket, 500);
    await assert.rejects(impatient.pause("c1"), /Docker, pause container: no answer within 0\.5 s/);
  });

  it("scales on when somebody else changes the service at the same moment, and keeps the rest of its spec", async () => {
    fake.services.set("api", { version: 7, replicas: 2 });
    let disturbed = false;
    fake.before = (call) => {
      const service = fake.services.get("api");
      if (call === "POST /services/api/update" && !disturbed && service !== undefined) {
        disturbed = true;
        service.version += 1;
      }
      return undefined;
    };
    await docker.scale("api", 0);
    assert.equal(fake.services.get("api")?.replicas, 0);
  });

  it("names a service that is not there", async () => {
    await assert.rejects(
      docker.scale("nosuch", 1),
      /Service nosuch does not exist on this host: run `pulumi up` first\./,
    );
  });
});
