import type { UpstreamImage } from "./upstream.ts";
import type { UpstreamOnlyService } from "./upstream-only.ts";

/** Services that the stack file demands, and whose images are not available on this machine. One sentence a service. */
export class ImageMissingError extends Error {
  override readonly name = "ImageMissingError";

  constructor(services: readonly UpstreamOnlyService[], images: ReadonlyMap<string, UpstreamImage>) {
    super(
      services
        .map(
          ({ name, image }) =>
            `services.${name}.enabled: true, but the image ${images.get(image)?.ref ?? image} is not available on this machine: its registry ` +
            `does not answer, and there is no stand-in for it; set services.${name}.enabled to false, or run where the registry answers`,
        )
        .join("\n"),
    );
  }
}
