/** The release of Qdrant whose REST routes are imitated. Keep it at the version in the image lock. */
export const version = "1.19.0";
