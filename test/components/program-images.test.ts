import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type Declared, runProgram, validValues } from "./support/program.ts";

let declared: readonly Declared[] = [];

before(async () => {
  ({ declared } = await runProgram({ ...validValues(), imagesFrom: "offsite" }));
});

const named = (name: string): Declared => {
  const found = declared.find((each) => each.name === name);
  assert.ok(found, `${name} is declared`);
  return found;
};

test("where registries are away every container's image is the same by digest, from the host's own loopback", () => {
  const services = declared.filter(({ type }) => type === "docker:index/service:Service");
  assert.ok(services.length > 5);
  for (const { name, inputs } of services) {
    const { containerSpec } = inputs["taskSpec"] as { readonly containerSpec: { readonly image: string } };
    assert.match(containerSpec.image, /^127\.0\.0\.1:5001\/[^@]+@sha256:[0-9a-f]{64}$/, name);
  }
});

test("no image is asked for before the server of images answers", () => {
  const unit = declared.find(({ name }) => name === "services-image-server-unit-content");
  assert.ok(unit);
  assert.match(JSON.stringify(unit.inputs), /kaleem-agent serve-images/);
  const images = declared.filter(({ name }) => name.endsWith("-image"));
  assert.ok(images.length > 5);
  for (const { name, dependencies } of images)
    assert.ok(
      dependencies.some((urn) => urn.includes("image-server")),
      `${name} waits for ${dependencies.join(" ")}`,
    );
});

test("new images are brought into the bucket at once, and not waited for", () => {
  const { inputs, dependencies } = named("backups-new-images");
  assert.match(String(inputs["create"]), /systemctl start --no-block kaleem-images\.service/);
  const [, images = ""] = inputs["triggers"] as string[];
  assert.ok(images.split(" ").length > 5 && images.split(" ").every((ref) => ref.includes("@sha256:")));
  assert.ok(dependencies.some((urn) => urn.includes("backups-images")));
});
