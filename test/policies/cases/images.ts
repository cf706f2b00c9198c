import { unknownValue } from "../../../policies/stack-view.ts";
import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about images are broken. */
export const imagesCases: RefusedCases = {
  "an image by tag": {
    rule: "images-by-digest",
    spoil: (stack) => stack.container("store-service").set("image", "mongo:8.0"),
    says: [
      'store-service: image: expected a reference that ends in @sha256:…, got "mongo:8.0"; take it from the image lock',
    ],
  },
  "an image that a preview cannot know": {
    rule: "images-by-digest",
    spoil: (stack) => stack.container("store-service").set("image", unknownValue),
    says: [
      "store-service: image: expected a reference that ends in @sha256:…, got a value that is known only after up; take it from the image lock",
    ],
  },
  "a digest to be filled": {
    rule: "image-lock-filled",
    spoil: (stack) => stack.whole.set("images.store.ref", "docker.io/store:1"),
    says: [
      'store: image lock: expected a reference that ends in @sha256:…, got "docker.io/store:1"; look it up with: ./kaleem images refresh store',
    ],
  },
  "a stand-in outside local": {
    rule: "image-lock-filled",
    spoil: (stack) => stack.whole.set("images.store.source", "stand-in"),
    says: ["store: image lock: expected an upstream image, got a stand-in; only local runs stand-ins"],
  },
};
