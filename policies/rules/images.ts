import { swarmServices } from "../declared.ts";
import { property, shown } from "../property.ts";
import type { Rule } from "../rule.ts";
import { localStack } from "../stack-view.ts";

const byDigest = /@sha256:[0-9a-f]{64}$/;
const lookUp = (key: string) => `look it up with: ./kaleem images refresh ${key}`;

/** What runs is what was tested, whatever a tag is moved to. */
export const imagesByDigest: Rule = {
  name: "images-by-digest",
  description: "Every service runs an image by digest.",
  check: (view) =>
    swarmServices(view).flatMap(({ resource, container }) => {
      const image = property(container, "image");
      if (typeof image === "string" && byDigest.test(image)) return [];
      return [
        {
          resource: resource.name,
          sentence: `image: expected a reference that ends in @sha256:…, got ${shown(image)}; take it from the image lock`,
        },
      ];
    }),
};

/** Outside `local` the lock holds nothing that is still to be filled, and no stand-in. */
export const imageLockFilled: Rule = {
  name: "image-lock-filled",
  description: "Outside local every locked image is the upstream one, by digest.",
  check: ({ stack, images }) =>
    stack === localStack
      ? []
      : Object.entries(images ?? {}).flatMap(([key, { ref, source }]) => [
          ...(byDigest.test(ref)
            ? []
            : [
                {
                  resource: key,
                  sentence: `image lock: expected a reference that ends in @sha256:…, got ${shown(ref)}; ${lookUp(key)}`,
                },
              ]),
          ...(source === "upstream"
            ? []
            : [
                {
                  resource: key,
                  sentence: `image lock: expected an upstream image, got a ${source}; only ${localStack} runs stand-ins`,
                },
              ]),
        ]),
};
